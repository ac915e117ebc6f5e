"""lightwork validate: predictions checked against measurements on this machine, and the error table."""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.commands import options as shared
from lightwork.errors import UsageError
from lightwork.render import delivery
from lightwork.render.delivery import STDOUT

if TYPE_CHECKING:
    from lightwork.validate.cases import ValidationCase
    from lightwork.validate.recording import Recorded, ValidationGrid
    from lightwork.validate.saved import Validation

QUICK_BUDGET, BUDGET = "3m", "25m"
QUICK_BLOCKS, BLOCKS = "2", "5"
HELP = """Compare predicted wall times and recommended settings with measured ones.

examples:
  lightwork validate                                       everything: 25 minutes
  lightwork validate --quick                               fewer settings and rounds: 3 minutes
  lightwork validate --workloads lock,giant --budget 5m    two workloads
  lightwork validate --from results/validation-1.json --md table.md   show the tables again, measure nothing

Run it on an idle machine.
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = shared.command(commands, "validate", run, HELP)
    add = command.add_argument
    shared.add(add, "--workloads", default="all", more=" (an unknown name lists them)")
    shared.add(add, "--strategies", default_words="threads, executors, pools and fixed shares")
    shared.add(add, "--workers", default_words="up to as many as help, and past the cores")
    shared.add(add, "--chunksizes", default_words="default,8")
    shared.add(add, "--start-methods", default_words="Python's own")
    shared.add(add, "--blocks", default_words=BLOCKS, more=", fewer if time runs out")
    shared.add(add, "--budget", default_words=BUDGET)
    shared.add(add, "--seed", default="1")
    add("--quick", action="store_true", help=f"a small grid, {QUICK_BLOCKS} blocks, --budget {QUICK_BUDGET}")
    shared.add(add, "--dry-run")
    add(
        "--from",
        dest="saved",
        type=Path,
        metavar="FILE",
        help="show the tables of a saved validation; measures nothing",
    )
    add("--predict-again", action="store_true", help="with --from: predict again with this version")
    forms = {"json": "everything as JSON (default: results/validation-TIME.json)", "md": "the tables as Markdown"}
    delivery.add_options(command, forms)


def run(options: argparse.Namespace) -> int:
    """Measure, or read what was measured, and print the tables; 1 where a workload failed, 130 after a Ctrl-C."""
    places = delivery.places(options, {"json": b"", "md": b""})
    if options.saved:
        validation, finished = _read(options), True
    elif options.predict_again:
        raise UsageError("--predict-again needs a saved validation: name one with --from")
    else:
        cases, wanted, budget_s = _requested(options)
        if options.dry_run:
            print(_dry(cases, wanted, budget_s))
            return 0
        validation, finished = _measure(cases, wanted, budget_s, _place(options.json))
    _deliver(validation, places)
    if not finished:
        return 130
    return 1 if any(held.trouble for held in validation.studies) else 0


def _read(options: argparse.Namespace) -> "Validation":
    from lightwork import __version__
    from lightwork.storage.atomic import write_text
    from lightwork.validate.saved import load, predicted_again, text_of

    validation = load(options.saved)
    if options.predict_again:
        validation = predicted_again(validation, options.saved, __version__)
    if options.json and options.json != STDOUT:
        write_text(
            Path(options.json), text_of(validation if _same_folder(options) else replace(validation, ledgers=""))
        )
    return validation


def _same_folder(options: argparse.Namespace) -> bool:
    saved: Path = options.saved
    return Path(options.json).parent.resolve() == saved.parent.resolve()


def _requested(options: argparse.Namespace) -> tuple[list["ValidationCase"], "ValidationGrid", float]:
    """Which cases, under what, for how long. Raises UsageError for what can't be."""
    from lightwork.machine.facts import facts as facts_of
    from lightwork.replay.hand_out import with_a_rule
    from lightwork.storage.paths import ready_data_dir
    from lightwork.study import option_values
    from lightwork.validate import cases as known
    from lightwork.validate.recording import ValidationGrid

    quick, usable_cpus = options.quick, facts_of(ready_data_dir())["usable_cpus"]
    cases = known.all_cases()
    names = option_values.names("workload", options.workloads, tuple(cases))
    strategies: tuple[str, ...] = known.QUICK_STRATEGIES if quick else known.STRATEGIES
    if options.strategies:
        named = [name for name in option_values.strategy_names(options.strategies) if name != "serial"]
        strategies = tuple(with_a_rule(named, are_named=options.strategies != "all"))
        if not strategies:
            raise UsageError("serial is always measured: name a strategy that has workers")
    workers = option_values.counts("workers", options.workers) if options.workers else None
    chunksizes = known.CHUNKSIZES
    if options.chunksizes:
        chunksizes = option_values.counts_or("chunksize", options.chunksizes, "default")
    blocks = option_values.counts("blocks", options.blocks or (QUICK_BLOCKS if quick else BLOCKS))[-1]
    budget_s = option_values.seconds("budget", options.budget or (QUICK_BUDGET if quick else BUDGET))
    seed = option_values.whole_number("seed", options.seed)
    most = known.QUICK_MOST_WORKERS if quick else known.MOST_WORKERS
    methods = option_values.start_methods(options.start_methods)
    wanted = ValidationGrid(strategies, workers, most, chunksizes, blocks, seed, usable_cpus, methods)
    return [cases[name] for name in names], wanted, budget_s


def _dry(cases: Sequence["ValidationCase"], wanted: "ValidationGrid", budget_s: float) -> str:
    from lightwork.text.quantities import counted, duration

    fewest, most = (len(wanted.settings(useful)) for useful in (1, wanted.most_workers))
    several = f"{fewest}" if fewest == most else f"{fewest} to {most}"
    return (
        f"would plan {counted(len(cases), 'workload')} and measure each in {wanted.blocks} blocks, or as many "
        f"as fit, of {several} settings, serial twice, and what each plan recommends: {duration(budget_s)}"
    )


def _place(asked: str | None) -> Path | None:
    """Where the measured validation is kept; None where it is printed. Raises UsageError where nothing can be."""
    if asked == STDOUT:
        return None
    if asked:
        return Path(asked)
    path = Path(f"results/validation-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S}.json")
    path.parent.mkdir(exist_ok=True)
    delivery.check("json", path)
    return path


def _measure(
    cases: Sequence["ValidationCase"], wanted: "ValidationGrid", budget_s: float, path: Path | None
) -> tuple["Validation", bool]:
    """What was measured, saved after each workload, and whether it came to its end."""
    from lightwork.planning.axes import Axes
    from lightwork.planning.calibrate import calibrated
    from lightwork.validate.recording import record_all

    with _environment() as environment:
        kinds = {*wanted.axes.kinds(), *Axes(start_methods=wanted.start_methods).kinds()}
        costs = calibrated(environment, kinds)
        keeper = _Keeper(path, _nothing_yet(environment, costs, wanted.seed), environment.say)
        try:
            finished = record_all(cases, wanted, environment, costs, budget_s, keeper.keep)
        except KeyboardInterrupt:
            finished = False
            keeper.save()  # it may have come amid the last one
    if path and keeper.validation.studies:
        print(f"saved: {path}", file=sys.stderr)
    return keeper.validation, finished


def _nothing_yet(environment: Any, costs: Any, seed: int) -> "Validation":
    from lightwork import __version__
    from lightwork.replay.calibration import encode
    from lightwork.validate.saved import Validation

    return Validation((), environment.machine, encode(costs), seed, environment.now(), __version__)


class _Keeper:
    """Saves a validation as it grows, its ledgers beside it; keeps it only in memory where there is no path."""

    def __init__(self, path: Path | None, validation: "Validation", say: Callable[[str], None]) -> None:
        self.path, self.say = path, say
        self.beside = path.with_suffix(".npz") if path else None
        self.validation = replace(validation, ledgers=self.beside.name if self.beside else "")
        self.ledgers: dict[str, bytes] = {}

    def keep(self, recorded: "Recorded") -> None:
        """Add a workload, save, and tell of it."""
        from lightwork.validate.table import summary

        self.validation = replace(self.validation, studies=(*self.validation.studies, recorded.held))
        self.ledgers.update(recorded.ledgers)
        self.save()
        self.say(summary(recorded.held))

    def save(self) -> None:
        """Write what there is."""
        from lightwork.storage import ledgers
        from lightwork.storage.atomic import write_text
        from lightwork.validate.saved import text_of

        if self.path and self.beside and self.validation.studies:
            ledgers.save(self.beside, self.ledgers.items())
            write_text(self.path, text_of(self.validation))


@contextmanager
def _environment() -> Iterator[Any]:
    """What planning needs, but that costs are measured in every run and others at the cores are not looked for.

    Costs that were kept from a busier hour would be compared with this one.
    """
    from lightwork.machine.facts import facts
    from lightwork.planning.answered import say_aloud, surroundings
    from lightwork.storage.paths import data_dir

    with surroundings(facts(data_dir()), 0.0, say_aloud, "validate") as environment:
        yield replace(
            environment, calibrations=environment.workdir.temporary / "calibration", busy_share=lambda: 0.0
        )  # fmt: skip


def _deliver(validation: "Validation", places: Mapping[str, str]) -> None:
    """Print the tables and write their Markdown; a JSON file has been kept up to date all along."""
    from lightwork.validate.saved import text_of
    from lightwork.validate.table import markdown, text

    left = {name: place for name, place in places.items() if name != "json" or place == STDOUT}
    renders = {"json": lambda: text_of(validation), "md": lambda: markdown(validation)}
    delivery.deliver(left, renders, lambda: print(text(validation), end=""))
