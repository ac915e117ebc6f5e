"""manyhands plan: a setting for a user's own function and items, with its reason and the code to paste."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from manyhands.errors import UsageError

if TYPE_CHECKING:
    from manyhands.planning.answer import Answer
    from manyhands.planning.planner import Planned, Request

STDOUT = "-"
SERIAL_TO_PARALLEL = ("map", "imap_unordered", "static", "queue", "pipe")
CHUNKSIZES = "default,1,8,64"
EPILOG = """examples:
  manyhands plan load.py:load_file data/*.csv             a setting for this function and these files
  manyhands plan load.py:load_file @list.txt --budget 30s  items from a list, within half a minute
  manyhands plan load.py:load_file data/*.csv --cores 16   what another machine would give, predicted
  manyhands plan csv_parse --workers 1-4 --strategy all    a built-in workload

The function is run many times on the same items. If it stores something, undo that by --setup or --cleanup, or
run it --once and have the rest predicted.
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = commands.add_parser(
        "plan",
        help="decide workers, strategy and chunksize for a function of your own",
        description="Decide workers, strategy and chunksize for a function of your own, by measuring it.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = command.add_argument
    add("target", metavar="TARGET", help="file.py:function, package.module:function, or a built-in workload")
    add("items", nargs="*", metavar="ITEM", help="items; @FILE takes a file's lines, - standard input's")
    add("--items", dest="maker", metavar="REFERENCE", help="items: what file.py:function returns")
    add("--workers", default="auto", metavar="COUNTS", help="1,2,4 or 1-8 (default: auto, up to 4 a core)")
    add("--strategy", default=",".join(SERIAL_TO_PARALLEL), metavar="NAMES", help="names, or all")
    add("--chunksize", default="auto", metavar="SIZES", help=f"1,8,64 (default: auto, {CHUNKSIZES})")
    add("--order", default="auto", metavar="NAMES", help="given,shuffled,largest-first (default: auto)")
    add("--start-method", default="fork", metavar="NAMES", help="fork,spawn,forkserver (default: fork)")
    add("--budget", default="60s", metavar="SECONDS", help="for all of it (default: 60s)")
    add("--quick", action="store_true", help="the same as --budget 15s")
    add("--timeout", metavar="SECONDS", help="every round's deadline (default: from the serial time)")
    add("--cores", metavar="N", help="predict for a machine with so many cores")
    add("--once", action="store_true", help="run everything once, serially; predict the rest")
    add("--setup", metavar="REFERENCE", help="called before each round")
    add("--cleanup", metavar="REFERENCE", help="called after each round")
    add("--check", metavar="REFERENCE", help="called with all results; False: not done")
    add("--seed", default="1", metavar="N", help="of every choice by chance (default: 1)")
    add("--dry-run", action="store_true", help="tell what would be measured, and do not")
    add("--json", nargs="?", const=STDOUT, metavar="FILE", help="the answer as JSON")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Plan, and print the answer with the code to paste."""
    from manyhands.data import data_dir
    from manyhands.machine.facts import facts as facts_of
    from manyhands.planning.answer import answer

    facts = facts_of(data_dir())
    with _workshop(facts) as shop:
        request = _request(options, shop.desk.temporary, facts["usable_cpus"])
        if options.dry_run:
            print(_dry(request))
            return 0
        if _repeats_what_it_stores(options):
            shop.say(f"{options.target} will be run many times on the same items: see --once, --setup and --cleanup")
        from manyhands.planning.planner import make

        planned = make(request, shop)
    found = answer(planned, facts)
    _print(planned, found, options)
    return 0


def _repeats_what_it_stores(options: argparse.Namespace) -> bool:
    """Whether a function of the user's own is to be run again and again with nothing to undo what it does."""
    from manyhands import targets

    return targets.is_reference(options.target) and not (options.once or options.setup or options.cleanup)


def _request(options: argparse.Namespace, folder: Path, usable_cpus: float) -> "Request":
    from manyhands import axes, targets, workload
    from manyhands.planning.planner import Request

    workload.find(options.target)
    reference = targets.is_reference(options.target)
    budget_s = 15.0 if options.quick else axes.seconds("budget", options.budget)
    return Request(
        target=targets.absolute(options.target) if reference else options.target,
        parameters=_parameters(options, folder) if reference else _no_items(options),
        settings=tuple(_settings(options, usable_cpus)),
        usable_cpus=usable_cpus,
        budget_s=budget_s,
        timeout_s=axes.seconds("timeout", options.timeout) if options.timeout else None,
        seed=axes.whole_number("seed", options.seed),
        cores=axes.seconds("cores", options.cores) if options.cores else None,
        once=options.once,
    )


def _parameters(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Where the target's items come from, and what stands around its rounds."""
    from manyhands import listing, targets

    around = {name: targets.absolute(getattr(options, name) or "") for name in ("setup", "cleanup", "check")}
    for reference in filter(None, around.values()):
        targets.resolve(reference)
    if options.maker:
        if options.items:
            raise UsageError("items are given twice: name them, or a function that returns them by --items")
        return {"source": f"{targets.CALL}{targets.absolute(options.maker)}", **around}
    items = listing.read(options.items, sys.stdin)
    if not items:
        raise UsageError(f"{options.target} has nothing to work on: name items, @FILE, -, or --items REFERENCE")
    path = folder / "items.json"
    path.write_text(json.dumps(items), encoding="utf-8")
    return {"source": f"{targets.LIST}{path}", **around}


def _no_items(options: argparse.Namespace) -> dict[str, Any]:
    if options.items or options.maker or options.setup or options.cleanup or options.check:
        raise UsageError(f"{options.target} is a built-in workload and brings its own items: leave them out")
    return {}


def _settings(options: argparse.Namespace, usable_cpus: float) -> Iterator[Any]:
    from manyhands import axes, strategies
    from manyhands.profiles import Grid
    from manyhands.setting import ORDERS, START_METHODS

    cores = axes.seconds("cores", options.cores) if options.cores else usable_cpus
    workers = _auto_workers(cores) if options.workers == "auto" else axes.counts("workers", options.workers)
    chosen = [name for name in axes.names("strategy", options.strategy, strategies.names()) if name != "serial"]
    sizes = axes.counts_or("chunksize", CHUNKSIZES if options.chunksize == "auto" else options.chunksize, "default")
    orders = ("given", "largest-first") if options.order == "auto" else axes.names("order", options.order, ORDERS)
    methods = axes.names("start method", options.start_method, START_METHODS)
    for size in sizes:
        grid = Grid("", {}, chosen, workers, (size,), methods, orders)
        yield from (setting for setting in grid.settings() if size is not None or setting.chunksize is None)


def _auto_workers(cores: float) -> tuple[int, ...]:
    """1, 2, 4, ... up to four a core."""
    most = max(2, round(4 * cores))
    counts = [1 << power for power in range(most.bit_length()) if 1 << power <= most]
    return tuple(dict.fromkeys([*counts, max(1, round(cores)), most]))


def _dry(request: "Request") -> str:
    counts = sorted({setting.workers for setting in request.settings})
    names = list(dict.fromkeys(setting.strategy for setting in request.settings))
    return (
        f"would run {request.target} serially, predict {len(request.settings)} settings "
        f"({', '.join(names)}; {', '.join(map(str, counts))} workers) and measure up to six of them, "
        f"in {request.budget_s:g} s in all"
    )


@contextmanager
def _workshop(facts: Any) -> Iterator[Any]:
    """A desk and everything else that planning needs, with progress on standard error."""
    import functools
    import time
    from datetime import UTC, datetime

    from manyhands.data import data_dir
    from manyhands.launch import launch, open_desk
    from manyhands.planning.planner import Workshop
    from manyhands.progress import Teller

    with open_desk(data_dir()) as desk, Teller("plan", always=False) as teller:
        yield Workshop(
            desk, functools.partial(launch, desk), time.monotonic, teller.tell,
            lambda words: print(words, file=sys.stderr),
            lambda: datetime.now(UTC).isoformat(timespec="seconds"), facts, data_dir() / "calibration",
        )  # fmt: skip


def _print(planned: "Planned", found: "Answer", options: argparse.Namespace) -> None:
    """The answer and the code; as JSON where that was asked for, to a file beside or in place of the words."""
    if options.json:
        text = json.dumps(_as_json(planned, found), indent=2, allow_nan=False)
        if options.json == STDOUT:
            print(text)
            return
        _save(Path(options.json), text)
    for line in found.lines:
        print(line)
    code = _code(planned, found, options)
    if code:
        print(f"\n{code}", end="")


def _save(path: Path, text: str) -> None:
    from manyhands.report.files import write_atomically

    try:
        write_atomically(path, text.encode())
    except OSError as error:
        raise UsageError(f"{path} can't be written ({error.strerror}): name another file") from None


def _as_json(planned: "Planned", found: "Answer") -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "setting": asdict(found.setting) if found.setting else None,
        "chunksize": found.chunksize,
        "lines": list(found.lines),
        "items": planned.items,
        "items_run": len(planned.sample.chosen),
        "predictions": [asdict(one) for one in planned.predictions],
    }


def _code(planned: "Planned", found: "Answer", options: argparse.Namespace) -> str:
    """The script for exactly this setting; "" for a built-in workload, or where nothing is recommended."""
    from manyhands import targets
    from manyhands.planning.recipe import ARGUMENTS, Source, recipe

    if found.setting is None or not targets.is_reference(options.target):
        return ""
    place, _, name = options.target.rpartition(":")
    module = Path(place).stem if place.endswith(".py") else place
    return recipe(Source(module, name, ARGUMENTS), found.setting, found.chunksize)
