"""lightwork compare: two saved runs compared with each other, and a gate for CI. It measures nothing."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.commands import options as shared
from lightwork.errors import UsageError
from lightwork.render import delivery

if TYPE_CHECKING:
    from lightwork.comparison.comparing import Comparison
    from lightwork.comparison.gate import Condition, GateFailure
    from lightwork.core.study import Results

HELP = """Compare two saved runs setting by setting, and fail a build if one got slower.

examples:
  lightwork compare before.json after.json                          which settings are faster or slower
  lightwork compare base/ new/ --fail-if 'speedup<0.95'             a gate: exit 1 if a setting lost more than 5 %
  lightwork compare base/ new/ --fail-if 'recommended_workers changed' --fail-if 'serial>1.1' --md summary.md

conditions: 'speedup<0.95', 'wall>1.05', 'serial>1.1', 'recommended_workers changed', 'recommended_strategy changed',
'verdict changed'. A setting or study that is missing or fails only in NEW always exits 1.
Measure both runs on the same kind of machine, with --blocks 10 or more.
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = shared.command(commands, "compare", run, HELP)
    add = command.add_argument
    add("base", type=Path, metavar="BASE", help="a saved run, or a folder (its latest run)")
    add("new", type=Path, metavar="NEW", help="the run to compare with BASE")
    add("--fail-if", action="append", default=[], metavar="EXPRESSION", help="exit 1 if this holds; repeatable")
    add("--force", action="store_true", help="compare even if the machines or the work differ")
    delivery.add_options(command, {"json": "every setting's ratios as JSON", "md": "the table as Markdown"})


def run(options: argparse.Namespace) -> int:
    """Compare, tell it, and return 1 where the gate fails. Raises UsageError for runs that can't be compared."""
    places = delivery.places(options, {"json": b"", "md": b""})
    from lightwork.comparison.comparing import compare, refuse_unlike
    from lightwork.comparison.gate import failures, parse

    conditions = [parse(text) for text in options.fail_if]
    runs = _runs(options.base, options.new)
    comparison = compare(*runs)
    if not options.force:
        refuse_unlike(comparison, "--force")
    failed = failures(comparison, conditions)
    _deliver(comparison, runs, failed, conditions, places)
    return 1 if failed else 0


def _runs(base: Path, new: Path) -> "tuple[Results, Results]":
    from lightwork.storage.results_json import latest, load
    from lightwork.text.quantities import plain

    paths = [latest(path) if path.is_dir() else path for path in (base, new)]
    results = load(paths[0]), load(paths[1])
    if paths[0].samefile(paths[1]):
        raise UsageError(f"BASE and NEW are both {plain(paths[0])}: name two runs")
    return results


def _deliver(
    comparison: "Comparison",
    runs: "tuple[Results, Results]",
    failed: "list[GateFailure]",
    conditions: "list[Condition]",
    places: Mapping[str, str],
) -> None:
    from lightwork.comparison.saved import text_of
    from lightwork.comparison.table import failure_words, headline, markdown, table
    from lightwork.render.table import terminal

    def show() -> None:
        print(headline(comparison, failed, conditions))
        for gate_failure in failed:
            print(f"  fails: {failure_words(gate_failure)}")
        if comparison.studies:
            print(f"\n{terminal(table(comparison))}", end="")

    renders = {
        "json": lambda: text_of(comparison, runs, failed, conditions),
        "md": lambda: markdown(comparison, failed, conditions),
    }
    delivery.deliver(places, renders, show)
