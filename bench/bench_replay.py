"""How well the replay predicts: every strategy at 1 to 8 workers, from the serial ledger of the same block."""

import statistics

import figures
import pytest

from manyhands.data import data_dir
from manyhands.ledgers import table
from manyhands.machine.facts import facts
from manyhands.replay.calibration import calibrate
from manyhands.replay.demands import demands_of
from manyhands.replay.engine import replay
from manyhands.replay.noops import no_ops
from manyhands.results import SERIAL, SERIAL_AGAIN
from manyhands.setting import Setting
from manyhands.speedometer import FEWEST_SPINS

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

STRATEGIES = ("map", "imap_unordered", "static", "queue", "pipe")
WORKERS = (1, 2, 4, 8)
WORKLOADS = {
    "planted.compute": {},
    "planted.sleeper": {},
    "sleep_io": {"sizes": "csv_parse"},
    "csv_parse": {},
    "file_read": {},
}
BLOCKS = 4
DENSE, SPARSE = {"turns": 0}, {"items": 60, "turns": 200_000}  # no work at all, and some 3 ms an item


def no_op_settings(coarse):
    """Every strategy on 1, 2 and 4 workers, one by one and in large chunks where it has chunks."""
    chunksizes = {name: (None,) if name == "static" else (1, coarse) for name in STRATEGIES}
    return [Setting(name, workers, size) for name in STRATEGIES for workers in (1, 2, 4) for size in chunksizes[name]]


def measured_costs():
    """The costs of all strategies on this machine, from rounds of next to no work taken now."""
    found = []
    for parameters, coarse in ((DENSE, 100), (SPARSE, 12)):
        study, kept = figures.study("planted.tiny", no_op_settings(coarse), BLOCKS, parameters)
        found += no_ops(study, {one.round.ledger: table(one.ledger) for one in kept if one.ledger})
    return calibrate(found, facts(data_dir()))


def predictions(study, tables, calibration, cores):
    """Of every round: (strategy, workers, wall predicted over measured, the same at the round's own CPU speed)."""
    references = {one.block: one for one in study.serial.rounds}
    found = []
    for cell in study.cells:
        if cell.cell_id in (SERIAL, SERIAL_AGAIN):
            continue
        for one in cell.rounds:
            reference = references[one.block]
            work = demands_of(tables[reference.ledger])
            spin_ns = one.spin_ns if one.spins >= FEWEST_SPINS else None
            level = work.at_speed(one.item_cpu_ns / reference.item_cpu_ns)
            walls_ns = (
                replay(work, cell.setting, cores, calibration.of(cell.setting)).makespan_ns,
                replay(level, cell.setting, cores, calibration.of(cell.setting, spin_ns)).makespan_ns,
            )
            found.append((cell.setting.strategy, cell.setting.workers, *(wall / one.wall_ns for wall in walls_ns)))
    return found


def errors(ratios):
    """The median and the 90th percentile of the absolute errors."""
    off = sorted(abs(ratio - 1) for ratio in ratios)
    return statistics.median(off), off[int(0.9 * (len(off) - 1))]


def test_replay_predicts_the_wall():
    """At the round's own CPU speed: median error at most 3 %, 90th percentile at most 15 %; the aim is 10 %."""
    calibration, cores = measured_costs(), facts(data_dir())["usable_cpus"]
    settings = [Setting(name, workers) for name in STRATEGIES for workers in WORKERS]
    found = []
    for name, parameters in WORKLOADS.items():
        study, kept = figures.study(name, settings, BLOCKS, parameters)
        tables = {one.round.ledger: table(one.ledger) for one in kept if one.ledger}
        mine = predictions(study, tables, calibration, cores)
        found += mine
        for strategy in STRATEGIES:
            raw, level = ([one[kind] for one in mine if one[0] == strategy] for kind in (2, 3))
            middle, far = errors(level)
            by_workers = [errors([one[3] for one in mine if one[:2] == (strategy, count)])[0] for count in WORKERS]
            print(f"\n{name}, {strategy}: median {middle:.1%}, p90 {far:.1%} (raw {errors(raw)[0]:.1%}); ", end="")
            print(
                "by workers",
                ", ".join(f"{count}: {off:.1%}" for count, off in zip(WORKERS, by_workers, strict=True)),
                end="",
            )
    middle, far = errors([one[3] for one in found])
    print(f"\n{len(found)} rounds: median {middle:.1%}, p90 {far:.1%}")
    assert middle <= 0.03
    assert far <= 0.15
