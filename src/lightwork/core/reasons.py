"""Reasons: what a plan says beside its setting; plain data, worded by lightwork.text.reasons."""

from dataclasses import dataclass
from enum import StrEnum, auto

from lightwork.core.estimate import Estimate
from lightwork.core.remedy import LargestLoss
from lightwork.core.study import Cell
from lightwork.core.verdict import LongestItemBound, LowestBound, NextStep


@dataclass(frozen=True)
class ItemCap:
    """The speedup that the longest item allows, and whether the recommended setting comes near to it."""

    bound: LongestItemBound
    is_near: bool


@dataclass(frozen=True)
class PredictedLoss:
    """The cause that is predicted to take most. lost: speedup, of `workers`."""

    cause: str
    lost: float
    workers: int
    is_little: bool


@dataclass(frozen=True)
class ExtraMemory:
    """What the next larger setting takes beyond the recommended one; 0 or less for no more."""

    size_bytes: float
    is_predicted: bool


@dataclass(frozen=True)
class MeasuredStep:
    """What the next worker count gave, and what it costs; memory is None where that is not known."""

    step: NextStep
    memory: ExtraMemory | None = None


@dataclass(frozen=True)
class PredictedStep:
    """What the next worker count is predicted to give, against the recommended one's prediction where it has one."""

    workers: int
    speedup: Estimate
    recommended: Estimate | None
    memory: ExtraMemory | None = None


@dataclass(frozen=True)
class MemoryPeak:
    """Of all processes together under the recommended setting; limit: what there is, and what says so."""

    peak_bytes: float
    limit_bytes: float | None
    limit_name: str
    is_predicted: bool


@dataclass(frozen=True)
class ChunksizeBand:
    """Chunksizes that are predicted to be as good."""

    low: int
    high: int


class Rival(StrEnum):
    """What settings are as good as."""

    RECOMMENDED = auto()
    SERIAL = auto()
    PREDICTED = auto()


@dataclass(frozen=True)
class AsGood:
    """Settings that can't be told apart from a rival; within: the tolerance, where that is a prediction."""

    cells: tuple[Cell, ...]
    rival: Rival
    within: float = 0.0


@dataclass(frozen=True)
class WholeList:
    """How long all items are predicted to take where only some were run."""

    items: int
    wall_s: float
    serial_s: float


@dataclass(frozen=True)
class OnlyPredicted:
    """A setting that is predicted to be faster, where measuring could not tell."""

    cell: Cell
    speedup: Estimate


Reason = (
    ItemCap | LowestBound | LargestLoss | PredictedLoss | MeasuredStep | PredictedStep | MemoryPeak | ChunksizeBand
    | AsGood | WholeList | OnlyPredicted
)  # fmt: skip
LimitedBy = ItemCap | LowestBound | LargestLoss | PredictedLoss


@dataclass(frozen=True)
class RestsOn:
    """How many settings were measured, in how many blocks, and how many predicted.

    measured: None where nothing was but the serial run. apart: the median of how far the two lie apart, as a share;
    None where no setting has both.
    """

    measured: int | None
    blocks: int
    predicted: int
    apart: float | None = None
