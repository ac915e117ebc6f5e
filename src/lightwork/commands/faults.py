"""lightwork faults: what every strategy does when a worker dies, an item hangs, a disk is full."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lightwork.commands import options as shared
from lightwork.errors import WorkError
from lightwork.render import delivery

if TYPE_CHECKING:
    from lightwork.faults.matrix import FaultRequest, LeftOut, Progress, Surroundings
    from lightwork.faults.outcome import Case
    from lightwork.faults.saved import Faults
    from lightwork.faults.sharing.outcome import SharedCase
    from lightwork.render.table import Table

Kind = TypeVar("Kind")

ALSO, ONLY = "also", "only"  # what --shared says

HELP = """Show what each strategy does when an item fails, a worker is killed or the disk is full.

examples:
  lightwork faults                                      every strategy available here, a few minutes
  lightwork faults --strategies map,pipe --faults kill  two of them under one fault
  lightwork faults --shared only                        ways to share a state: who dies with the lock, or half-way
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
    add(
        "--shared", nargs="?", const=ALSO, choices=(ALSO, ONLY), metavar=ONLY,
        help="also kill workers that share a state, for each way to share one, in a second table; only: nothing else",
    )  # fmt: skip
    add("--from", dest="saved", type=Path, metavar="FILE", help="show the table of a saved run; measures nothing")
    add("--details", action="store_true", help="list every case with its items and exception below the table")
    delivery.add_options(command, {"json": "all cases as JSON", "md": "the table as Markdown"})


def run(options: argparse.Namespace) -> int:
    """Record the matrix, or read one, and print it; 130 after a Ctrl-C. What a strategy does wrong is no failure."""
    places = delivery.places(options, {"json": b"", "md": b""})
    from lightwork.faults.saved import load

    faults, finished = (load(options.saved), True) if options.saved else _recorded(options)
    if faults.cases or faults.shared:
        _deliver(faults, options.details, places)
    elif not finished:
        raise KeyboardInterrupt
    else:
        left_out = {**faults.left_out, **faults.shared_left_out}
        raise WorkError(f"nothing to show: {'; '.join(f'{name}: {why}' for name, why in left_out.items())}")
    return 0 if finished else 130


def _recorded(options: argparse.Namespace) -> tuple["Faults", bool]:
    from lightwork import __version__
    from lightwork.faults.planted import Parameters
    from lightwork.faults.saved import Faults
    from lightwork.machine.facts import facts
    from lightwork.storage.paths import ready_data_dir

    request, left_out = _requested(options)
    machine = facts(ready_data_dir())
    cases, failing, finished = ([], {}, True) if options.shared == ONLY else _record(request)
    shared_cases, shared_failing, finished = (
        _record_shared(request) if options.shared and finished else ([], {}, finished)
    )
    planted, now = Parameters(), datetime.now(UTC).isoformat(timespec="seconds")
    left_out = left_out | failing if options.shared != ONLY else {}
    if not finished and options.shared != ONLY:
        tested = {case.strategy for case in cases} | failing.keys()
        left_out |= {name: "interrupted before its first fault" for name in request.strategies if name not in tested}
    run = Faults(
        tuple(cases),
        planted.items,
        planted.at,
        machine,
        left_out,
        now,
        __version__,
        tuple(shared_cases),
        shared_failing,
    )
    return run, finished


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
    from lightwork.faults.matrix import record

    return _gathered(len(request.strategies) * len(request.faults), lambda around: record(request, around))


def _record_shared(request: "FaultRequest") -> tuple[list["SharedCase"], dict[str, str], bool]:
    """The same of every way to share a state, with as many workers."""
    from lightwork.faults.sharing.accidents import ACCIDENTS, METHODS
    from lightwork.faults.sharing.matrix import SharingRequest, record

    sharing = SharingRequest(METHODS, list(ACCIDENTS.values()), request.workers, request.timeout_s)
    return _gathered(len(METHODS) * len(ACCIDENTS), lambda around: record(sharing, around))


def _gathered(
    in_all: int, cases_of: "Callable[[Surroundings], Iterator[Kind | LeftOut]]"
) -> tuple[list[Kind], dict[str, str], bool]:
    """The cases, what fails by itself and why, and whether that is all."""
    from lightwork.faults.matrix import LeftOut, Surroundings
    from lightwork.launch.workdir import open_workdir
    from lightwork.storage.paths import data_dir

    cases: list[Kind] = []
    failing: dict[str, str] = {}
    with open_workdir(data_dir()) as workdir, _bar(in_all) as tell:
        try:
            for case in cases_of(Surroundings(workdir, tell)):
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
    from lightwork.faults.sharing.table import shared_details
    from lightwork.faults.table import details
    from lightwork.render.table import markdown, terminal

    def show() -> None:
        print("\n".join(terminal(each) for each in _tables(faults, brief=not has_details)), end="")
        if has_details:
            print(*details(faults), *shared_details(faults), sep="\n")

    renders = {"json": lambda: text_of(faults), "md": lambda: "\n".join(markdown(each) for each in _tables(faults))}
    delivery.deliver(places, renders, show)


def _tables(faults: "Faults", *, brief: bool = False) -> "list[Table]":
    """The strategies' table and that of shared state, those of them that were recorded."""
    from lightwork.faults.sharing.table import shared_table
    from lightwork.faults.table import table

    strategies = [table(faults, brief=brief)] if faults.cases else []
    return [*strategies, *([shared_table(faults, brief=brief)] if faults.shared else [])]
