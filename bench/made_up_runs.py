"""Runs made up to be compared: a machine of two speeds, noise of a known size, and a change of a known size."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from lightwork.comparison.comparing import compare
from lightwork.comparison.gate import failures, parse
from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Results, Study

MACHINE = {
    "processor": "AMD EPYC", "logical_cpus": 8, "usable_cpus": 8.0, "architecture": "x86_64",
    "memory_total_bytes": 32 << 30, "kernel": "Linux 6.1", "python": "3.11.7", "implementation": "CPython",
}  # fmt: skip
TWO_SPEEDS = (1.0, 1.4)
SPIN_NS = 20_000.0
ITEMS = ("a.csv", "b.csv", "c.csv", "d.csv")
SERIAL_S = 4.0
STRICTEST = ("speedup<1", "wall>1", "serial>1", "recommended_workers changed", "recommended_strategy changed")
USUAL = ("speedup<0.95",)


def settings(count: int) -> list[Setting]:
    """So many cells: map and imap_unordered at 2, 4, 6, ... workers."""
    return [Setting(("map", "imap_unordered")[place % 2], 2 + 2 * (place // 2)) for place in range(count)]


def made_up(
    cells: Sequence[Setting],
    seed: int,
    *,
    blocks: int = 10,
    noise: float = 0.03,
    changed: Mapping[str, float] | None = None,
    two_speeds: bool = False,
    times: float = 1.0,
    label: str = "made-up",
) -> Study:
    """A study whose cells take 1 / (0.8 workers) of the serial time, each round with normal noise of that size in logs.

    changed: by cell id, how many times as long its rounds take; times: the same of every round. two_speeds: each round
    runs on cores that are 1.0 or 1.4 times as slow, in four activities, and its spin tells so but for 1.5 % of noise.
    """
    random = np.random.default_rng([seed, 71])
    wanted = [(SERIAL, Setting("serial")), (SERIAL_AGAIN, Setting("serial")), *((one.cell_id, one) for one in cells)]
    made = []
    for cell_id, setting in wanted:
        usual_s = SERIAL_S * times * (changed or {}).get(cell_id, 1.0) / max(0.8 * setting.workers, 1.0)
        speeds = 1 + 0.4 * random.binomial(4, 0.5, blocks) / 4 if two_speeds else np.ones(blocks)
        walls_s = usual_s * speeds * np.exp(random.normal(0, noise, blocks))
        spins_ns = SPIN_NS * speeds * np.exp(random.normal(0, 0.015, blocks))
        rounds = tuple(
            timed(cell_id, block, float(wall_s), float(spin_ns) if two_speeds else None)
            for block, (wall_s, spin_ns) in enumerate(zip(walls_s, spins_ns, strict=True))
        )
        made.append(Cell(cell_id, setting, None, rounds))
    return Study(label, "made-up", {}, ITEMS, 1, "2026-01-01T00:00:00+00:00", True, tuple(made))


def timed(cell_id: str, block: int, wall_s: float, spin_ns: float | None = None) -> Round:
    """A round of that length; with a spin, a CPU-bound one."""
    wall_ns = round(wall_s * 1e9)
    return Round(
        cell_id, block, 0, Outcome.OK, t0_ns=1, t1_ns=1 + wall_ns, items_done=4, items_expected=4,
        item_cpu_ns=wall_ns, item_wall_ns=wall_ns, longest_item=0, longest_item_ns=wall_ns // 100, spin_ns=spin_ns,
        spins=60 if spin_ns else 0,
    )  # fmt: skip


def run_of(*studies: Study, **machine: object) -> Results:
    """A saved run of these studies on a made-up machine."""
    return Results(studies, {**MACHINE, **machine}, saved_at="2026-01-01T00:00:00+00:00")


def failing(comparisons: int, conditions: Sequence[str], cells: int, changed: float | None = None, **kind: Any) -> int:
    """In how many of so many comparisons the gate fails. changed: how many times as long NEW's first cell takes."""
    asked, wanted = [parse(one) for one in conditions], settings(cells)
    planted = {wanted[0].cell_id: changed} if changed else {}
    found = 0
    for seed in range(comparisons):
        base, new = made_up(wanted, 2 * seed, **kind), made_up(wanted, 2 * seed + 1, changed=planted, **kind)
        found += bool(failures(compare(run_of(base), run_of(new), seed), asked))
    return found
