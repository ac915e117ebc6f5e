"""Which of the two kinds of figures a verdict rests on: as measured, or at equal CPU speed; pure.

A verdict must not mix them: all cells are compared at equal CPU speed, or none is.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Self

from lightwork.analysis.scaling import CellScaling, StudyScaling, Walls, ratio
from lightwork.core.estimate import Estimate


class Difference(StrEnum):
    """Of two cells; EQUAL stands for "not distinguishable"."""

    FASTER = "faster"
    EQUAL = "equal"
    SLOWER = "slower"


def difference(estimate: Estimate | None, noise_floor: float) -> Difference:
    """What a ratio of walls says of the second cell.

    Faster or slower only if the 95 % interval excludes 1 and the point is farther from 1 than the noise
    floor.
    """
    if estimate is None or estimate.low is None or estimate.high is None:
        return Difference.EQUAL
    if estimate.low > 1 and estimate.point > 1 + noise_floor:
        return Difference.FASTER
    if estimate.high < 1 and estimate.point < 1 - noise_floor:
        return Difference.SLOWER
    return Difference.EQUAL


@dataclass(frozen=True)
class Basis:
    """A study's scaling, seen through one kind of figures.

    equal_speed: whether the figures are those at equal CPU speed.
    candidates: the parallel cells of which no round failed and that have a speedup.
    """

    scaling: StudyScaling
    equal_speed: bool
    candidates: tuple[CellScaling, ...]

    @classmethod
    def of(cls, scaling: StudyScaling) -> Self:
        """At equal CPU speed if the twin and every candidate have such figures, else as measured."""
        candidates = tuple(cell for cell in scaling.cells if cell.parallel and cell.speedup is not None)
        everywhere = all(cell.speedup_equal_speed is not None for cell in candidates)
        floor = scaling.noise_floor_equal_speed
        return cls(scaling, everywhere and floor is not None and floor < inf, candidates)

    @property
    def noise_floor(self) -> float:
        """Relative; of this kind of figures."""
        floor = self.scaling.noise_floor_equal_speed
        return floor if self.equal_speed and floor is not None else self.scaling.noise_floor

    def speedup(self, cell: CellScaling) -> Estimate:
        """The speedup of a candidate. Raises ValueError for a cell that has none."""
        speedup = cell.speedup_equal_speed if self.equal_speed else cell.speedup
        if speedup is None:
            raise ValueError(f"{cell.cell.cell_id} has no speedup")
        return speedup

    def walls_s(self, cell: CellScaling) -> Walls:
        """Wall seconds of the cell's ok rounds by block."""
        return cell.walls_equal_speed_s if self.equal_speed else cell.walls_s

    def ratio(self, cell: CellScaling, other: CellScaling) -> Estimate | None:
        """How many times as fast `cell` is as `other`, inside blocks; None without a common block."""
        return ratio(self.walls_s(other), self.walls_s(cell))

    def compare(self, cell: CellScaling, other: CellScaling) -> Difference:
        """Whether `cell` is measurably faster or slower than `other`, or not distinguishable."""
        return difference(self.ratio(cell, other), self.noise_floor)

    def can_compare(self, cell: CellScaling, other: CellScaling) -> bool:
        """Whether they have blocks enough in common for an interval: without one, no difference says nothing."""
        estimate = self.ratio(cell, other)
        return estimate is not None and estimate.low is not None

    def faster_than_serial(self, cell: CellScaling) -> bool:
        """Whether a candidate is measurably faster than the serial reference."""
        return difference(self.speedup(cell), self.noise_floor) is Difference.FASTER

    def slower_than_serial(self, cell: CellScaling) -> bool:
        """Whether a candidate is measurably slower than the serial reference."""
        return difference(self.speedup(cell), self.noise_floor) is Difference.SLOWER


def ranked(scaling: StudyScaling) -> list[CellScaling]:
    """The cells that may be compared, slowest first: measured, no round failed, neither reference nor twin.

    Ranked by the figures on which the verdict rests (lightwork.analysis.basis).
    """
    basis = Basis.of(scaling)
    candidates = [cell for cell in basis.candidates if not cell.failed]
    return sorted(candidates, key=lambda cell: basis.speedup(cell).point)
