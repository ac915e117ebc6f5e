"""A verdict on a study: what to do, what limits it, what the next worker count gives; plain data.

Code decides by these values. Their sentences are made last, in lightwork.text.verdict, and nothing reads them back.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf

from lightwork.core.estimate import Estimate
from lightwork.core.remedy import LargestLoss
from lightwork.core.setting import Setting
from lightwork.core.study import Cell


class VerdictKind(StrEnum):
    """What to do; the values stand in saved files."""

    USE = "use"
    STAY_SERIAL = "stay serial"
    CANNOT_TELL = "cannot tell"


class Doubt(StrEnum):
    """Why one cannot tell."""

    NOT_ASKED = "no setting was requested"
    NOT_MEASURED = "no parallel setting was measured"
    ALL_FAILED = "every parallel setting failed"
    FEW_BLOCKS = "too few blocks for an interval"
    WITHIN_NOISE = "not measurably faster than serial"


@dataclass(frozen=True)
class Verdict:
    """What to do, and the figures behind it.

    cell: the setting to use, else the best one that could be compared; None where there is none. speedup: that cell's
    over serial, by the figures that decided. as_measured: the same as measured, where figures at equal CPU speed
    decided, else None. doubt: why one cannot tell; None for the other kinds. noise_floor: relative, inf where unknown.
    is_predicted: whether a prediction decided, and nothing was measured.
    """

    kind: VerdictKind
    cell: Cell | None = None
    speedup: Estimate | None = None
    as_measured: Estimate | None = None
    doubt: Doubt | None = None
    noise_floor: float = inf
    is_predicted: bool = False


@dataclass(frozen=True)
class LongestItemBound:
    """No strategy is faster than total over longest item. share: the item's, of all items' time."""

    speedup: float
    name: str
    share: float


@dataclass(frozen=True)
class CoreBound:
    """The usable cores: for CPU-bound work their number, for work that waits more than that."""

    speedup: float
    cores: float


@dataclass(frozen=True)
class WorkerBound:
    """A setting's own number of workers."""

    speedup: float
    workers: int


Bound = LongestItemBound | CoreBound | WorkerBound


@dataclass(frozen=True)
class LowestBound:
    """The lowest bound of a cell, and whether the cell comes near to it."""

    bound: Bound
    is_near: bool


class StepOutcome(StrEnum):
    """What is known of the next larger worker count against the recommended one."""

    NOT_MEASURED = "not measured"
    FAILED = "failed"
    NO_COMMON_BLOCK = "not in the same blocks"
    FEW_BLOCKS = "too few common blocks"
    FASTER = "faster"
    EQUAL = "equal"
    SLOWER = "slower"


@dataclass(frozen=True)
class NextStep:
    """The recommended setting with the next larger number of workers.

    workers: of the recommended one. setting: the larger one; None where there is none. ratio: how many times as fast
    it is, inside blocks. failed, tried: rounds. loss: its largest, where it is no faster for losing much.
    """

    outcome: StepOutcome
    workers: int = 1
    setting: Setting | None = None
    ratio: Estimate | None = None
    failed: int = 0
    tried: int = 0
    loss: LargestLoss | None = None


class BatchingWinner(StrEnum):
    """What stores more rows a second."""

    BATCHING = "batching"
    WORKERS = "workers"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class BatchingVerdict:
    """One writer by method `few` against so many workers by method `many`.

    label: of what they have in common. ratio: rows a second of the one writer over those of the many.
    """

    label: str
    few: str
    many: str
    workers: int
    ratio: Estimate

    @property
    def winner(self) -> BatchingWinner:
        """Batching or workers where the whole interval is on one side of 1."""
        low, high = self.ratio.low, self.ratio.high
        if low is None or high is None or low <= 1 <= high:
            return BatchingWinner.UNDECIDED
        return BatchingWinner.BATCHING if low > 1 else BatchingWinner.WORKERS
