"""lightwork costs: what every strategy takes to start and to hand items over, on this machine, as one table."""

import argparse
import functools
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.commands import options as shared
from lightwork.errors import UsageError
from lightwork.render import delivery

if TYPE_CHECKING:
    from lightwork.costs.recording import CostSample
    from lightwork.costs.saved import SavedCosts

HELP = """Measure what each strategy costs to start workers, hand over items and return results.

examples:
  lightwork costs                                       every strategy available here, about a minute
  lightwork costs --strategies map,pipe --budget 3m      two of them, with narrower intervals
  lightwork costs --from costs.json --md costs.md       show the table of a saved run, measure nothing

Run it on an idle machine.
"""


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = shared.command(commands, "costs", run, HELP)
    add = command.add_argument
    shared.add(add, "--strategies", default="all")
    add("--workers", default="2", metavar="N", help="number of workers (default: 2)")
    shared.add(add, "--budget", default="60s", more="; at least one block is measured")
    shared.add(add, "--seed", default="1")
    add("--from", dest="saved", type=Path, metavar="FILE", help="show the table of a saved run; measures nothing")
    delivery.add_options(command, {"json": "all samples and prices as JSON", "md": "the table as Markdown"})


def run(options: argparse.Namespace) -> int:
    """Measure, or read what was measured, and print the table; 1 where a strategy failed, 130 after a Ctrl-C."""
    places = delivery.places(options, {"json": b"", "md": b""})
    from lightwork.costs.saved import load

    saved_costs, finished = (load(options.saved), True) if options.saved else _measured(options)
    if not finished and not saved_costs.samples:
        raise KeyboardInterrupt
    _deliver(saved_costs, places)
    if not finished:
        return 130
    return 1 if any(sample.failures for sample in saved_costs.samples) else 0


def _measured(options: argparse.Namespace) -> tuple["SavedCosts", bool]:
    from lightwork import __version__
    from lightwork.costs.saved import SavedCosts
    from lightwork.ledger import overhead
    from lightwork.machine.facts import facts
    from lightwork.storage.paths import ready_data_dir
    from lightwork.study import option_values

    workers = shared.single_count("workers", options.workers)
    budget_s, seed = option_values.seconds("budget", options.budget), option_values.whole_number("seed", options.seed)
    names, left_out = _requested(options.strategies)
    machine = facts(ready_data_dir())
    samples, finished = _record(names, workers, budget_s, seed)
    if not finished:
        touched = {sample.probe.setting.strategy for sample in samples if sample.walls_ns or sample.failures}
        samples = [sample for sample in samples if sample.probe.setting.strategy in touched]
        left_out |= {name: "interrupted before its first block" for name in names if name not in touched}
    saved_costs = SavedCosts(
        tuple(samples), workers, machine, overhead.measure_apart(), left_out, seed,
        datetime.now(UTC).isoformat(timespec="seconds"), __version__,
    )  # fmt: skip
    return saved_costs, finished


def _requested(words: str) -> tuple[list[str], dict[str, str]]:
    """The strategies to measure, and of "all" those that can't be, with the reason."""
    from lightwork import strategies
    from lightwork.costs.probes import is_measurable
    from lightwork.study import option_values

    halves = "it needs a workload that parses and stores, and a no-op does neither"
    given = option_values.strategy_names(words)
    if words != "all" and (wrong := [name for name in given if not is_measurable(name)]):
        raise UsageError(f"strategy {wrong[0]} can't be measured with no-ops: {halves}")
    left_out = {name: halves for name in given if not is_measurable(name)}
    if words == "all":
        left_out |= {name: strategies.absent(name) for name in strategies.names() if strategies.absent(name)}
    return [name for name in given if name not in left_out], left_out


def _record(names: list[str], workers: int, budget_s: float, seed: int) -> tuple[list["CostSample"], bool]:
    from lightwork.costs.probes import probes_of
    from lightwork.costs.recording import LABEL, RecordingKit, record
    from lightwork.launch.run import launch
    from lightwork.launch.workdir import open_workdir
    from lightwork.storage.paths import data_dir
    from lightwork.study.progress import Teller

    with open_workdir(data_dir()) as workdir, Teller(LABEL) as teller:
        around = RecordingKit(workdir, functools.partial(launch, workdir), time.monotonic, teller.tell)
        return record(probes_of(names, workers), around, budget_s, seed)


def _deliver(saved_costs: "SavedCosts", places: Mapping[str, str]) -> None:
    from lightwork.costs.saved import text_of
    from lightwork.costs.table import table
    from lightwork.render.table import markdown, terminal

    renders = {"json": lambda: text_of(saved_costs), "md": lambda: markdown(table(saved_costs))}
    delivery.deliver(places, renders, lambda: print(terminal(table(saved_costs)), end=""))
