"""lightwork report: saved results as a page. It measures nothing, and works on old results."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightwork.commands import options as shared
from lightwork.errors import UsageError

HELP = """Render saved results as a page, Markdown, CSV and figures; several runs as their history over commits.

examples:
  lightwork report                                    the latest run, into reports/
  lightwork report results/*/0003_nightly.json        that run
  lightwork report --out /tmp/page                    somewhere else
  lightwork report results/*/*.json                   history over commits: reports/history.html
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = shared.command(commands, "report", run, HELP)
    add = command.add_argument
    add(
        "results",
        nargs="*",
        type=Path,
        metavar="RESULT",
        help="a saved run, or a folder (its latest run); several runs show their history",
    )
    add("--out", type=Path, default=Path("reports"), metavar="DIR", help="folder to write (default: reports)")
    add("--storage", type=Path, default=Path("results"), metavar="DIR", help="folder of saved runs (default: results)")
    add("--faults", type=Path, metavar="FILE", help="add what `lightwork faults --json` wrote")
    add(
        "--plan",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="compare what `lightwork plan --json` wrote with the measurements; repeatable",
    )
    add("--figures", action="store_true", help="also write every chart as SVG and PNG")
    add("--any-machine", action="store_true", help="with several runs: allow different kinds of machines")
    add("--if-any", action="store_true", help="exit 1 silently when no run is saved")


def _faults(path: Path | None) -> Any:
    if path is None:
        return None
    from lightwork.faults.saved import load

    return load(path)


def _plans(paths: list[Path]) -> list[Any]:
    if not paths:
        return []
    from lightwork.planning.saved import load

    return [load(path) for path in paths]


def _history(options: argparse.Namespace) -> int:
    """Several runs over commits. Raises UsageError where they are of different kinds of machines."""
    from lightwork import history

    if options.faults or options.plan or options.figures:
        refusal = "--faults, --plan and --figures work with one run only"
        raise UsageError(f"{refusal}: name one run, or omit these options")
    runs = history.read(options.results, any_machine=options.any_machine)
    try:
        page = history.render(runs, options.out)
    except OSError as error:
        raise UsageError(
            f"can't write the history to {options.out} ({error.strerror}): choose another with --out"
        ) from None
    for line in history.terminal_lines(runs):
        print(line)
    print(f"history of {len(runs)} run{'' if len(runs) == 1 else 's'}: {page}")
    return 0


def _tables(path: Path, results: Any) -> Mapping[str, Any]:
    """The run's ledgers; none, and a line that says so, where the JSON was moved away from them, as out of CI."""
    from lightwork.storage import ledgers, results_json

    if not results.ledgers:
        return {}
    beside = results_json.beside(path, results.ledgers)
    if not beside.exists():
        missing = "no timelines, item times or chunksize bands: put the file next to its JSON"
        print(f"lightwork: {beside} is missing, so there are {missing}", file=sys.stderr)
        return {}
    return ledgers.load(beside)


def run(options: argparse.Namespace) -> int:
    """Render the report, print the verdicts and say where the page is."""
    if len(options.results) > 1:
        return _history(options)
    from lightwork import report
    from lightwork.storage import results_json

    if options.if_any and not results_json.saved_in(options.storage):
        return 1
    path = options.results[0] if options.results else options.storage
    path = results_json.latest(path) if path.is_dir() or not options.results else path
    results = results_json.load(path)
    tables = _tables(path, results)
    faults, plans = _faults(options.faults), _plans(options.plan)
    try:
        page = report.render(results, tables, options.out, faults, plans=plans, figures=options.figures)
    except OSError as error:
        raise UsageError(
            f"can't write the report to {options.out} ({error.strerror}): choose another with --out"
        ) from None
    for line in report.verdicts(results):
        print(line)
    print(f"report of {path}: {page}")
    return 0
