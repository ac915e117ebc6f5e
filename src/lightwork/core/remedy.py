"""A cell's largest loss, the evidence on its cause, and what to change; plain data, worded by lightwork.text.losses."""

from dataclasses import dataclass
from enum import StrEnum, auto

from lightwork.core.causes import Cause
from lightwork.core.estimate import Estimate

LITTLE = 0.05  # of the workers' speedup: below, no remedy is worth it


@dataclass(frozen=True)
class StartUpTime:
    """Until a worker was ready, the mean."""

    worker_s: float


@dataclass(frozen=True)
class GapTime:
    """Between a worker's items, beside the work of an item; means."""

    gap_s: float
    work_s: float


@dataclass(frozen=True)
class PickledSize:
    """Bytes pickled for an item, there and back."""

    item_bytes: float


@dataclass(frozen=True)
class LongItem:
    """An item that is so large a share of the work that it decides when the round ends."""

    name: str
    share: float


@dataclass(frozen=True)
class TeardownTime:
    """From the last item until a worker was gone, the mean."""

    worker_s: float


@dataclass(frozen=True)
class ExtraCpu:
    """CPU time on top of the work itself, as a share of it; retries: in the median round."""

    share: float
    retries: float


@dataclass(frozen=True)
class Throttled:
    """The share of the control group's periods that its quota cut short."""

    share: float


@dataclass(frozen=True)
class EnoughCores:
    """Workers waited for a core although there is one for each."""


@dataclass(frozen=True)
class OwnThreads:
    """Items run threads of their own."""


@dataclass(frozen=True)
class ItemRetries:
    """How many times an item had to try again in the median round."""

    retries: float


LossEvidence = (
    StartUpTime | GapTime | PickledSize | LongItem | TeardownTime | ExtraCpu | Throttled | EnoughCores | OwnThreads
    | ItemRetries
)  # fmt: skip


class RemedyKind(StrEnum):
    """Something to change."""

    IMPORT_LESS = auto()
    START_BY_FORK = auto()
    SMALL_PARENT = auto()
    ONE_POOL = auto()
    FEWER_WORKERS = auto()
    FEWER_WORKERS_PER_CORE = auto()
    NO_MORE_THAN_CORES = auto()
    NO_MORE_THAN_QUOTA = auto()
    RAISE_QUOTA = auto()
    FREE_CORES = auto()
    LARGER_ITEMS_OF_FIXED_SHARES = auto()
    LARGER_ITEMS_FOR_CHUNKS = auto()
    LARGER_CHUNKS = auto()
    CHUNKS = auto()
    SMALLER_CHUNKS = auto()
    ITEM_BY_ITEM = auto()
    HAND_OVER_LESS = auto()
    SEND_LESS = auto()
    SPLIT_ITEM = auto()
    LARGEST_FIRST = auto()
    ONE_BLAS_THREAD = auto()
    ONE_THREAD = auto()
    WAIT_LESS = auto()
    FASTER_METHOD = auto()


class TrialResult(StrEnum):
    """What a remedy did where another cell of the same study shows it."""

    FASTER = auto()
    AS_FAST = auto()
    OPEN = auto()  # the interval has room for a gain that the point does not show


@dataclass(frozen=True)
class Remedy:
    """One change that may reduce a loss.

    amount: the chunksize, the cores or the CPUs that it is about. item: its name, or a method's. trial: None where no
    cell shows the change; ratio: how many times as fast that cell is.
    """

    kind: RemedyKind
    amount: float | None = None
    item: str = ""
    trial: TrialResult | None = None
    ratio: Estimate | None = None


@dataclass(frozen=True)
class LargestLoss:
    """The cause that takes most of a cell's speedup.

    lost: speedup, of `workers`. evidence: None where none was recorded, or little is lost. remedies: the best first;
    () where little is lost, and where no remedy is left: those that were measured did not help.
    """

    cause: Cause
    lost: float
    workers: int
    evidence: LossEvidence | None = None
    remedies: tuple[Remedy, ...] = ()

    @property
    def share(self) -> float:
        """Of the workers' speedup, 0..1."""
        return self.lost / self.workers

    @property
    def is_little(self) -> bool:
        """Whether too little is lost for any remedy to be worth it."""
        return self.share < LITTLE
