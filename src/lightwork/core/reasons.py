"""Reasons: what a plan says beside its setting; plain data, worded by lightwork.text."""

from dataclasses import dataclass
from enum import StrEnum

from lightwork.core.estimate import Estimate
from lightwork.core.notes import SampledItems
from lightwork.core.rate import StartRate
from lightwork.core.remedy import LargestLoss
from lightwork.core.study import Cell
from lightwork.core.verdict import LongestItemBound, LowestBound


@dataclass(frozen=True)
class Crew:
    """The workers of a setting as people name them. kind: as "threads"; call: what makes them, "ThreadPoolExecutor".

    executor: the user's own that they belong to, "module:factory"; "" for none.
    """

    workers: int
    kind: str
    call: str
    executor: str = ""


@dataclass(frozen=True)
class SettingAnswer:
    """The setting to use, and what it brings. serial_s, wall_s: of all items; blocks: 0 where it is predicted.

    sample: how many items the blocks had; None where they had all.
    inner_threads: how many a BLAS or OpenMP library is to have in each worker; None for as many as it likes.
    """

    crew: Crew
    cell: Cell
    speedup: Estimate
    serial_s: float
    wall_s: float
    blocks: int
    inner_threads: int | None = None
    sample: SampledItems | None = None


@dataclass(frozen=True)
class SerialAnswer:
    """That serial is as good. crew, speedup: of the best other setting; None where none was worth looking at.

    rate: where it is a rate that lets nothing be faster. overhead: what having workers costs that setting most; None
    where that is little, or where it is something else that keeps it slow. saved_s: what it saves, where it is
    faster and that is too little to matter; None where it is hardly faster.
    """

    serial_s: float
    crew: Crew | None
    speedup: Estimate | None
    blocks: int
    rate: "RateLimit | None" = None
    overhead: "LargestLoss | PredictedLoss | None" = None
    saved_s: float | None = None


@dataclass(frozen=True)
class NoAnswer:
    """That no setting with workers did the work. failed: the setting with the fewest workers; None without any."""

    failed: "FailedCrew | None"


@dataclass(frozen=True)
class ItemCap:
    """The speedup that the longest item allows, and whether the recommended setting comes near to it."""

    bound: LongestItemBound
    is_near: bool


@dataclass(frozen=True)
class SharedLimit:
    """Something that all workers share lets no more than this speedup through: a lock, a service, a disk."""

    speedup: float


@dataclass(frozen=True)
class RateLimit:
    """A rate, by the user's own word, and how long so many items take at it at least."""

    rate: StartRate
    items: int
    least_s: float


@dataclass(frozen=True)
class InFlightLimit:
    """So many items may run at once, by the user's own word, and all of these do."""

    items: int


@dataclass(frozen=True)
class HeldLock:
    """A lock that an item holds for this share of its time, so that workers take turns.

    name: of the file, or by which the user's module holds it.
    """

    name: str
    share: float
    is_file: bool = True

    @property
    def speedup(self) -> float:
        """What it lets through."""
        return 1 / self.share


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
class NextCount:
    """What the next larger worker count gains over the recommended one, as a share; negative where it loses."""

    crew: Crew
    gain: float
    is_measured: bool
    memory: ExtraMemory | None = None


@dataclass(frozen=True)
class OtherKind:
    """The best setting with workers of another kind.

    work_waits: why it is not the one: the work waits, or else computes; None where that is not why. result_bytes: of a
    result that its workers send back, where those of the recommended setting send none and it is large, else 0.
    """

    crew: Crew
    speedup: Estimate
    work_waits: bool | None
    is_measured: bool
    result_bytes: float = 0.0


@dataclass(frozen=True)
class OwnExecutor:
    """What the best setting of an executor of the user's own brings, which is not the recommended one."""

    crew: Crew
    speedup: Estimate
    is_measured: bool


@dataclass(frozen=True)
class WarmUpCost:
    """What every worker pays before its first item is done: a model, imports, a connection. kind: of the workers."""

    kind: str
    each_s: float


@dataclass(frozen=True)
class TriedThreads:
    """A number of inner threads that was tried. longer: times as long an item then takes; is_used: by the answer."""

    threads: int
    longer: float
    is_used: bool


@dataclass(frozen=True)
class RefillCost:
    """That items get cheaper as more have run: so many fill a cache, which takes each process so long in all.

    caches: the names of what keeps the results; none where nobody knows.
    """

    fills: int
    each_s: float
    caches: tuple[str, ...]


@dataclass(frozen=True)
class InnerCores:
    """How many cores an item keeps busy by itself, of how many. starts_processes: by processes that it starts.

    pools: the libraries by whose threads, "" for none. tried: fewer of them; None where none were tried.
    """

    busy: float
    cores: float
    starts_processes: bool
    pools: str = ""
    tried: TriedThreads | None = None


@dataclass(frozen=True)
class HelperWait:
    """That items wait for a process that the job keeps, a Manager's, which serves all workers. share: of their time."""

    names: str
    share: float


@dataclass(frozen=True)
class LargeResults:
    """How many bytes each item's result has, where processes lose by sending them back."""

    item_bytes: float


@dataclass(frozen=True)
class LargeItems:
    """How many bytes each item has, where processes lose by being sent them.

    in_all: the name of a large argument that is one object in all items, "" for none.
    """

    item_bytes: float
    in_all: str = ""


class SharedWay(StrEnum):
    """How workers come by what all items have in common."""

    EACH_WORKER = "given to each worker once"
    EVERY_ITEM = "sent with every item"
    MAPPED = "memory-mapped"


@dataclass(frozen=True)
class WayTried:
    """How many times as fast workers are that come by it so. rounds: measured, 0 where it is predicted.

    times: 0 where nothing is known. trouble: why it failed; "" where it did not.
    """

    way: SharedWay
    times: float
    rounds: int
    trouble: str = ""


@dataclass(frozen=True)
class SharedPart:
    """What all items have in common, by its name, and how workers come by it: given once by the answer, or mapped.

    speedup: of the answer. others: the other ways. is_mapped: whether the script maps it, which is faster.
    kind: of workers that share the caller's memory and need nothing, "" for others. is_answer: whether these workers
    are the answer, or that is to stay serial.
    """

    name: str
    size_bytes: float
    speedup: float
    is_measured: bool
    others: tuple[WayTried, ...] = ()
    is_mapped: bool = False
    kind: str = ""
    is_answer: bool = True


@dataclass(frozen=True)
class LargeFunction:
    """How many bytes the function has, an object's method or a partial, where processes are sent it with each chunk."""

    size_bytes: float


@dataclass(frozen=True)
class Inherited:
    """What forked workers inherit, and what workers reach that are sent it.

    item_bytes, function_bytes: of each item and of the function where that is large, else 0. crew, speedup: of the best
    that are sent them; None where they can't be sent.
    """

    item_bytes: float
    function_bytes: float
    crew: Crew | None = None
    speedup: Estimate | None = None
    is_measured: bool = False


@dataclass(frozen=True)
class OwnParts:
    """What items would gain that return their part instead of updating what all share.

    lock: the one they take, "" for none; manager_share: of their time, waiting for a Manager; crew: None for serial.
    speedup, wall_s: predicted. function: the user's, by its name.
    """

    lock: str
    manager_share: float
    crew: Crew | None
    speedup: float
    wall_s: float
    function: str


class FailureCause(StrEnum):
    """Why a setting fails, whatever the number of its workers."""

    FORKED_THREADS = "forked threads"  # a thread ran at the fork; what it held stays locked in the child
    ONE_THREAD = "one thread"  # what items use works in the thread that made it, or in the main one
    UNREAD_QUEUE = "unread queue"  # a worker waits at its end for somebody to read what it has put there
    OWN_EXECUTOR = "own executor"  # of the user's own: it says nothing of other workers
    NO_CHILDREN = "no children"  # items start processes, which a Pool's workers may not


class OutsideLimit(StrEnum):
    """What to plan with, where settings fail by a limit outside that is known then."""

    IN_FLIGHT = "items in flight"  # so many at once
    RATE = "rate"  # so many in a unit of time
    LOWER_RATE = "lower rate"  # than the one that was asked for


@dataclass(frozen=True)
class FailedCrew:
    """The setting with the fewest workers that did not do the work, its first reason.

    more: how many settings with more such workers failed, too. largest_working: the most such workers that did.
    start_method: of processes that are no forks. lacks_state: whether those raise what forks do not: they lack what the
    caller has set. cause: None where it may be their number. place: where they hung, "" where nobody knows. threads:
    names of those that ran at the fork. limits: by which a plan may keep to what works.
    """

    crew: Crew
    failed: int
    tried: int
    outcome: str
    reason: str
    more: int = 0
    largest_working: int | None = None
    start_method: str = ""
    lacks_state: bool = False
    cause: FailureCause | None = None
    place: str = ""
    threads: str = ""
    limits: tuple[OutsideLimit, ...] = ()


@dataclass(frozen=True)
class MemoryPeak:
    """Of all processes together under the recommended setting; limit: what there is, and what says so."""

    peak_bytes: float
    limit_bytes: float | None
    limit_name: str
    is_predicted: bool


@dataclass(frozen=True)
class FreshWorkers:
    """That the recommended workers, started by this method, import the module again instead of inheriting it."""

    start_method: str


@dataclass(frozen=True)
class ChunksizeBand:
    """Chunksizes that are predicted to be as good."""

    low: int
    high: int


@dataclass(frozen=True)
class AsGood:
    """Settings believed to be within so much of the recommended one."""

    cells: tuple[Cell, ...]
    within: float


@dataclass(frozen=True)
class WholeList:
    """How long all items are predicted to take where only some were run."""

    items: int
    wall_s: float
    serial_s: float


Reason = (
    ItemCap | SharedLimit | HeldLock | RateLimit | InFlightLimit | LowestBound | LargestLoss | PredictedLoss | NextCount
    | OtherKind | OwnExecutor | WarmUpCost | RefillCost | FailedCrew | InnerCores | HelperWait | LargeItems
    | LargeFunction | LargeResults | Inherited | SharedPart | OwnParts | MemoryPeak | FreshWorkers | ChunksizeBand
    | AsGood | WholeList
)  # fmt: skip
LimitedBy = (
    ItemCap | HelperWait | SharedLimit | HeldLock | RateLimit | InFlightLimit | LowestBound | LargestLoss
    | PredictedLoss
)  # fmt: skip


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
