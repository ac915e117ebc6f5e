"""A comparison: every cell of two runs with its ratio, its noise floor and one of three words; pure.

    pairing -> figures by block -> contrast (ratios, intervals) -> words -> gate, table

Ratios are speeds, NEW over BASE: above 1 is faster. A parallel cell is judged by its speedup over serial, taken inside
blocks: a machine that was slower during one run cancels out. Serial is judged by its wall time, since a change of the
work itself leaves all speedups as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp, inf
from typing import Any, Literal

import numpy as np

from lightwork.analysis.basis import Difference, difference
from lightwork.comparison.contrast import FEWEST_BLOCKS, critical_value, ratio, twin_floor
from lightwork.comparison.figures import BothRuns, Column, Figures, figures_of
from lightwork.comparison.pairing import Pair, Paired, pair
from lightwork.comparison.sameness import obstacles, other_load, surroundings
from lightwork.core.estimate import Estimate
from lightwork.core.study import SERIAL, Results
from lightwork.errors import UsageError

SEED = 1
Word = Literal["faster", "slower", "undecided"]
WORDS: Mapping[Difference, Word] = {
    Difference.FASTER: "faster",
    Difference.EQUAL: "undecided",
    Difference.SLOWER: "slower",
}


@dataclass(frozen=True)
class Compared:
    """One cell in both runs.

    base, new: its speedups, geometric means over blocks; of the serial reference its wall seconds; None where unknown.
    speedup, speed: NEW's over BASE's, of the speedup over serial (None for serial) and of the cell's own speed (wall).
    word: by the speedup, of the serial reference by its speed. speed_word: by the speed. noise_floor: of both runs.
    as_measured: not at equal CPU speed as the others are, because how it slows its own cores has measurably changed.
    trouble: why it can't be told, where figures are missing.
    """

    label: str
    cell_id: str
    base: float | None = None
    new: float | None = None
    speedup: Estimate | None = None
    speed: Estimate | None = None
    word: Word = "undecided"
    speed_word: Word = "undecided"
    noise_floor: float = inf
    as_measured: bool = False
    trouble: str = ""

    @property
    def is_serial(self) -> bool:
        """Whether this is the reference itself."""
        return self.cell_id == SERIAL

    @property
    def deciding(self) -> Estimate | None:
        """The ratio on which the word rests."""
        return self.speed if self.is_serial else self.speedup


@dataclass(frozen=True)
class StudyCompared:
    """One study of both runs. runs: their figures, None where one has no serial reference.

    critical: how far chance goes in this comparison (see contrast). noise_floors: BASE's and NEW's own.
    other_load: that others used the machine far more in one run than in the other, in words; then no word is claimed.
    """

    pair: Pair
    cells: tuple[Compared, ...]
    runs: BothRuns | None
    critical: float
    noise_floors: tuple[float, float]
    other_load: str = ""

    @property
    def noise_floor(self) -> float:
        """Below which no difference is claimed; infinite where the runs can't be told apart from their loads."""
        return inf if self.other_load else max(self.noise_floors)


@dataclass(frozen=True)
class Comparison:
    """Two runs. obstacles: why they should not be compared; notes: what else differs."""

    paired: Paired
    studies: tuple[StudyCompared, ...]
    obstacles: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def cells(self) -> list[Compared]:
        """Every parallel cell."""
        return [compared for study in self.studies for compared in study.cells if not compared.is_serial]

    @property
    def serials(self) -> list[Compared]:
        """Every study's serial reference."""
        return [compared for study in self.studies for compared in study.cells if compared.is_serial]


def compare(base: Results, new: Results, seed: int = SEED) -> Comparison:
    """The two runs compared with each other; nothing is refused here. seed: of the deals, so that all is repeatable."""
    paired = pair(base, new)
    same = base.machine.get("python") == new.machine.get("python")
    runs = [figures_of(study_pair, same_interpreter=same) for study_pair in paired.pairs]
    critical = critical_value([_tables(study_pair) for study_pair in runs], seed)
    studies = tuple(
        _study(study_pair, both_runs, critical) for study_pair, both_runs in zip(paired.pairs, runs, strict=True)
    )
    return Comparison(paired, studies, tuple(obstacles(base, new, paired)), tuple(surroundings(base, new, paired)))


def refuse_unlike(comparison: Comparison, anyway: str) -> None:
    """Raise UsageError where the two should not be compared. anyway: what compares them all the same."""
    if comparison.obstacles:
        more = f", and {len(comparison.obstacles) - 1} more" if len(comparison.obstacles) > 1 else ""
        raise UsageError(
            f"BASE and NEW can't be compared: {comparison.obstacles[0]}{more}; {anyway} compares them anyway"
        )


def changed_by(study: StudyCompared, gained: str, lost: str) -> Estimate | None:
    """NEW over BASE of how many times as fast the cell `gained` is as the cell `lost`; SERIAL may be either.

    None where a run can't tell. Its interval is as wide as those of all cells together.
    """
    if study.runs is None:
        return None
    self_slowed = {compared.cell_id for compared in study.cells if compared.as_measured} & {gained, lost}
    runs = study.runs.as_measured if self_slowed else (study.runs.base, study.runs.new)
    base, new = (_speedup(figures, gained) - _speedup(figures, lost) for figures in runs)
    return ratio(base, new, study.critical)


def word_of(estimate: Estimate | None, noise_floor: float) -> Word:
    """Faster or slower only where the whole interval is on one side of 1, and the point beyond the noise floor."""
    return WORDS[difference(estimate, noise_floor)]


def _speedup(figures: Figures, cell_id: str) -> Column:
    blocks = len(figures.twin)
    return np.zeros(blocks) if cell_id == SERIAL else figures.speedup.get(cell_id, np.full(blocks, np.nan))


def _tables(runs: BothRuns | None) -> tuple[Any, Any]:
    columns = [] if runs is None else list(filter(_enough, _columns(runs.base, runs.new)))
    if not columns:
        return np.empty((0, 0)), np.empty((0, 0))
    return np.column_stack([ours for ours, _ in columns]), np.column_stack([theirs for _, theirs in columns])


def _columns(base: Figures, new: Figures) -> list[tuple[Column, Column]]:
    kinds = ((base.speedup, new.speedup), (base.speed, new.speed), (base.spin, new.spin))
    return [(column, theirs[name]) for ours, theirs in kinds for name, column in ours.items()]


def _enough(columns: tuple[Column, Column]) -> bool:
    return all(np.count_nonzero(~np.isnan(column)) >= FEWEST_BLOCKS for column in columns)


def _study(pair: Pair, runs: BothRuns | None, critical: float) -> StudyCompared:
    floors = (twin_floor(runs.base.twin), twin_floor(runs.new.twin)) if runs else (inf, inf)
    made = StudyCompared(pair, (), runs, critical, floors, other_load(pair))
    cells = tuple(_compared(pair, cell_id, runs, critical, made.noise_floor) for cell_id in pair.shared)
    return replace(made, cells=cells)


def _compared(pair: Pair, cell_id: str, runs: BothRuns | None, critical: float, floor: float) -> Compared:
    if runs is None or cell_id not in runs.base.speed:
        return Compared(pair.label, cell_id, noise_floor=floor, trouble=_trouble(pair, cell_id))
    slows_itself = _slows_itself(runs, cell_id, critical)
    base, new = runs.as_measured if slows_itself else (runs.base, runs.new)
    speed = ratio(base.speed[cell_id], new.speed[cell_id], critical)
    if cell_id == SERIAL:
        speeds = -base.speed[cell_id], -new.speed[cell_id]
        speedup, word = None, word_of(speed, floor)
    else:
        speeds = base.speedup[cell_id], new.speedup[cell_id]
        speedup = ratio(*speeds, critical)
        word = word_of(speedup, floor)
    return Compared(
        pair.label, cell_id, _mean(speeds[0]), _mean(speeds[1]), speedup, speed, word, word_of(speed, floor), floor,
        as_measured=slows_itself,
        trouble="" if speedup or cell_id == SERIAL else "no usable block holds both its round and a serial one",
    )  # fmt: skip


def _slows_itself(runs: BothRuns, cell_id: str, critical: float) -> bool:
    """Whether the cell's cores have become slower or faster against serial's, and measurably so."""
    if cell_id not in runs.base.spin:
        return False
    estimate = ratio(runs.base.spin[cell_id], runs.new.spin[cell_id], critical)
    return word_of(estimate, 0.0) != "undecided"


def _mean(values_ln: Column) -> float | None:
    measured = values_ln[~np.isnan(values_ln)]
    return exp(float(measured.mean())) if measured.size else None


def _trouble(pair: Pair, cell_id: str) -> str:
    for run, judged in (("BASE", pair.base), ("NEW", pair.new)):
        if judged.trouble:
            return f"{run}: {judged.trouble}"
        cell = judged.study.cell(cell_id)
        failed = [round_ for round_ in cell.tried if not round_.ok]
        if failed:
            return f"failed in {run} ({failed[0].outcome}: {failed[0].reason or 'no reason given'})"
    return "no usable round in both runs"
