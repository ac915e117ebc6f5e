"""lightwork faults: what every strategy does when a worker dies, an item hangs, a disk is full."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.commands import options as shared
from lightwork.errors import WorkError
from lightwork.render import delivery

if TYPE_CHECKING:
    from lightwork.faults.matrix import FaultRequest, Progress
    from lightwork.faults.outcome import Case
    from lightwork.faults.saved import Faults

HELP = """Show what each strategy does when an item fails, a worker is killed or the disk is full.

examples:
  lightwork faults                                      every strategy available here, a few minutes
  lightwork faults --strategies map,pipe --faults kill  two of them under one fault
  lightwork faults --on-crash retry                     run unfinished items again after a crash
  lightwork faults --json faults.json                   save it; lightwork report --faults faults.json shows it

None of your code runs: lightwork injects the faults into its own items and processes.
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = shared.command(commands, "faults", run, HELP)
    add = command.add_argument
    shared.add(add, "--strategies", default="all")
    shared.add(add, "--faults", default="all", more=" (an unknown name lists them)")
    add("--workers", default="2", metavar="N", help="number of workers (default: 2)")
    shared.add(add, "--on-crash", default="report")
    shared.add(add, "--timeout", default_words="2 s plus 5 times the time without a fault")
    add("--from", dest="saved", type=Path, metavar="FILE", help="show the table of a saved run; measures nothing")
    add("--details", action="store_true", help="list every case with its items and exception below the table")
    delivery.add_options(command, {"json": "all cases as JSON", "md": "the table as Markdown"})


def run(options: argparse.Namespace) -> int:
    """Record the matrix, or read one, and print it; 130 after a Ctrl-C. What a strategy does wrong is no failure."""
    places = delivery.places(options, {"json": b"", "md": b""})
    from lightwork.faults.saved import load

    faults, finished = (load(options.saved), True) if options.saved else _recorded(options)
    if faults.cases:
        _deliver(faults, options.details, places)
    elif not finished:
        raise KeyboardInterrupt
    else:
        raise WorkError(f"nothing to show: {'; '.join(f'{name}: {why}' for name, why in faults.left_out.items())}")
    return 0 if finished else 130


def _recorded(options: argparse.Namespace) -> tuple["Faults", bool]:
    from lightwork import __version__
    from lightwork.faults.planted import Parameters
    from lightwork.faults.saved import Faults
    from lightwork.machine.facts import facts
    from lightwork.storage.paths import ready_data_dir

    request, left_out = _requested(options)
    machine = facts(ready_data_dir())
    cases, failing, finished = _record(request)
    planted, now = Parameters(), datetime.now(UTC).isoformat(timespec="seconds")
    left_out |= failing
    if not finished:
        tested = {case.strategy for case in cases} | failing.keys()
        left_out |= {name: "interrupted before its first fault" for name in request.strategies if name not in tested}
    return Faults(tuple(cases), planted.items, planted.at, machine, left_out, now, __version__), finished


def _requested(options: argparse.Namespace) -> tuple["FaultRequest", dict[str, str]]:
    """What to record, and of "all" strategies those that can't be used here, with the reason."""
    from lightwork import strategies
    from lightwork.faults.fault import faults as registered
    from lightwork.faults.matrix import FaultRequest
    from lightwork.study import option_values

    names = option_values.strategy_names(options.strategies)
    faults = [registered()[name] for name in option_values.names("fault", options.faults, list(registered()))]
    workers = shared.single_count("workers", options.workers)
    timeout_s = option_values.seconds("timeout", options.timeout) if options.timeout else None
    absent = {name: strategies.absent(name) for name in strategies.names() if strategies.absent(name)}
    request = FaultRequest(names, faults, workers, retry=option_values.is_retry(options.on_crash), timeout_s=timeout_s)
    return request, absent if options.strategies == "all" else {}


def _record(request: "FaultRequest") -> tuple[list["Case"], dict[str, str], bool]:
    """The cases, strategies that fail by themselves and why, and whether that is all: a Ctrl-C ends it early."""
    from lightwork.faults.matrix import LeftOut, Surroundings, record
    from lightwork.launch.workdir import open_workdir
    from lightwork.storage.paths import data_dir

    cases: list[Case] = []
    failing: dict[str, str] = {}
    with open_workdir(data_dir()) as workdir, _bar(len(request.strategies) * len(request.faults)) as tell:
        try:
            for case in record(request, Surroundings(workdir, tell)):
                if isinstance(case, LeftOut):
                    failing[case.strategy] = case.why
                else:
                    cases.append(case)
        except KeyboardInterrupt:
            return cases, failing, False
    return cases, failing, True


@contextmanager
def _bar(in_all: int) -> Iterator[Callable[["Progress"], None]]:
    """A line on a terminal that says what is under way; nothing elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(file=sys.stderr)
    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn()
    with Bar(*columns, console=console, auto_refresh=False, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=in_all)

        def tell(report: "Progress") -> None:
            bar.update(task, completed=report.done, description=f"{report.strategy}: {report.fault}", refresh=True)

        yield tell


def _deliver(faults: "Faults", has_details: bool, places: Mapping[str, str]) -> None:
    from lightwork.faults.saved import text_of
    from lightwork.faults.table import details, table
    from lightwork.render.table import markdown, terminal

    def show() -> None:
        print(terminal(table(faults, brief=not has_details)), end="")
        if has_details:
            print(*details(faults), sep="\n")

    renders = {"json": lambda: text_of(faults), "md": lambda: markdown(table(faults))}
    delivery.deliver(places, renders, show)
