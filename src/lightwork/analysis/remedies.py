"""Remedies: the largest loss of a cell, and what to change so that it goes away; pure.

    losses + the evidence on their cause (lightwork.analysis.loss_evidence) -> LargestLoss

A remedy is advice, not a measurement: apply it and measure again. But one that another cell of the same study shows
comes with what it brought there, and is left out where it brought nothing. Beside the setting to use only what was
measurably faster stays of those, and nothing that the setting has already.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lightwork.analysis.basis import Difference
from lightwork.analysis.chunk_band import least
from lightwork.analysis.loss_evidence import CellEvidence
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.causes import Cause
from lightwork.core.hand_out import Dynamic
from lightwork.core.losses import Losses
from lightwork.core.remedy import (
    EnoughCores,
    ExtraCpu,
    GapTime,
    ItemRetries,
    LargestLoss,
    LongItem,
    LossEvidence,
    OwnThreads,
    PickledSize,
    Remedy,
    RemedyKind,
    StartUpTime,
    TeardownTime,
    Throttled,
    TrialResult,
)
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.strategies import find, is_known

NS_PER_S = 1e9
BULKY_BYTES = 100_000  # an item: then bytes, not messages, are what hand-over costs (some 0.1 to 0.4 ms)
DISPATCH_SHARE = 0.05  # of the work; a chunk is to be so large that dispatch stays below
LONG_SHARE = 0.5  # of a worker's fair share of the work: an item as long as that decides when the round ends
CUT_SHORT = 0.1  # of the quota's periods
Explanation = tuple[LossEvidence | None, tuple[Remedy, ...]]


@dataclass(frozen=True)
class Candidate:
    """A remedy, and how to see whether it helps.

    shows: whether a cell shows it applied; None where no setting can. saves: whether it is worth applying where
    it makes nothing faster but nothing slower either, as fewer workers are.
    """

    remedy: Remedy
    shows: Callable[[Cell], bool] | None = None
    saves: bool = False


def largest_loss(scaling: StudyScaling, cell: Cell, losses: Losses, *, recommended: bool = False) -> LargestLoss:
    """The cause that takes most of the cell's speedup, with its figure, its evidence and its remedies.

    recommended: whether this is the cell to use, so that no remedy may contradict that.
    """
    cause, lost = max(losses.lost_speedup().items(), key=lambda loss: loss[1])
    loss = LargestLoss(cause, float(lost), losses.lanes)
    if loss.is_little:
        return loss
    evidence, remedies = EXPLANATIONS[cause](CellEvidence(scaling, cell, losses, recommended))
    return replace(loss, evidence=evidence, remedies=remedies)


Explain = Callable[[CellEvidence], Explanation]
EXPLANATIONS: dict[Cause, Explain] = {}


def explains(*causes: Cause) -> Callable[[Explain], Explain]:
    """Register the decorated function, unchanged, as what is known and advised where one of these causes is largest."""

    def register(explain: Explain) -> Explain:
        EXPLANATIONS.update(dict.fromkeys(causes, explain))
        return explain

    return register


def _worthwhile(seen: CellEvidence, *candidates: Candidate) -> tuple[Remedy, ...]:
    """The remedies with what they brought where the study shows them, but for those that brought nothing."""
    return tuple(remedy for candidate in candidates if (remedy := _tried(seen, candidate)))


def _tried(seen: CellEvidence, candidate: Candidate) -> Remedy | None:
    trial = seen.trial(candidate.shows) if candidate.shows else None
    if trial is None:
        return candidate.remedy if not seen.recommended or _is_news(seen, candidate) else None
    if trial.difference is Difference.FASTER:
        return replace(candidate.remedy, trial=TrialResult.FASTER, ratio=trial.ratio)
    if seen.recommended:
        return None
    if trial.is_open and not candidate.saves:
        return replace(candidate.remedy, trial=TrialResult.OPEN, ratio=trial.ratio)
    is_as_fast = trial.difference is not Difference.SLOWER and trial.ratio.point >= 1
    if candidate.saves and is_as_fast:
        return replace(candidate.remedy, trial=TrialResult.AS_FAST, ratio=trial.ratio)
    return None


def _is_news(seen: CellEvidence, candidate: Candidate) -> bool:
    """Whether the study did not try it. That fewer workers would do is not said beside the setting to use."""
    shows = candidate.shows
    return not candidate.saves and not (shows and any(cell.tried and shows(cell) for cell in seen.scaling.study.cells))


def _like(setting: Setting, **changes: object) -> Callable[[Cell], bool]:
    """Whether a cell has this setting but for these changes."""
    return lambda cell: cell.setting == replace(setting, **changes)  # type: ignore[arg-type]


def _fewer_workers(
    seen: CellEvidence, kind: RemedyKind = RemedyKind.FEWER_WORKERS, amount: float | None = None
) -> list[Candidate]:
    setting = seen.cell.setting
    if setting.workers == 1:
        return []
    candidate = Candidate(
        Remedy(kind, amount),
        lambda cell: (
            cell.setting.workers < setting.workers and replace(cell.setting, workers=setting.workers) == setting
        ),
        saves=True,
    )
    return [candidate]


def _one_pool(seen: CellEvidence) -> list[Candidate]:
    setting = seen.cell.setting
    is_warm = setting.pool == "warm"
    return [] if is_warm else [Candidate(Remedy(RemedyKind.ONE_POOL), _like(setting, pool="warm"))]


def _chunks(seen: CellEvidence, remedy: Remedy, fits: Callable[[int], bool]) -> Candidate:
    """A remedy that is applied where as many workers of the kind get chunks of a size that fits, by any strategy."""
    setting = seen.cell.setting

    def shows(cell: Cell) -> bool:
        alike = replace(cell.setting, strategy=setting.strategy, chunksize=setting.chunksize) == setting
        size = _handed_over(cell)
        return alike and _kind(cell) == _kind(seen.cell) and size is not None and fits(size)

    return Candidate(remedy, shows)


def _handed_over(cell: Cell) -> int | None:
    """How many items a free worker gets at a time; None where no worker waits for any, or that is not known."""
    name = cell.setting.strategy
    is_dynamic = is_known(name) and isinstance(find(name).hand_out, Dynamic)
    return cell.chunksize or (1 if is_dynamic else None)


def _kind(cell: Cell) -> str:
    """What the cell's workers are."""
    name = cell.setting.strategy
    return find(name).workers if is_known(name) else name


@explains(Cause.START_UP)
def _start_up(seen: CellEvidence) -> Explanation:
    mean_ns = seen.losses.start_up_ns / seen.rounds / seen.losses.lanes
    setting = seen.cell.setting
    lighter = Candidate(Remedy(RemedyKind.IMPORT_LESS))
    by_fork = Candidate(
        Remedy(RemedyKind.START_BY_FORK),
        lambda cell: cell.setting.start_method != "spawn" and _like(setting, start_method="spawn")(_spawned(cell)),
    )
    small = Candidate(Remedy(RemedyKind.SMALL_PARENT))
    by_method = {"spawn": (by_fork, lighter), "forkserver": (lighter,), "fork": (small,)}[setting.start_method]
    starts_processes = not is_known(setting.strategy) or not find(setting.strategy).in_caller
    quicker = by_method if starts_processes else ()
    remedies = _worthwhile(seen, *quicker, *_fewer_workers(seen), *_one_pool(seen))
    return StartUpTime(mean_ns / NS_PER_S), remedies


def _spawned(cell: Cell) -> Cell:
    return replace(cell, setting=replace(cell.setting, start_method="spawn"))


@explains(Cause.DISPATCH)
def _dispatch(seen: CellEvidence) -> Explanation:
    if seen.item_bytes >= BULKY_BYTES:
        return _bulky(seen)
    gap_ns = seen.losses.dispatch_ns / seen.rounds / seen.items
    work_ns = (seen.losses.useful_ns or seen.losses.item_ns) / seen.rounds / seen.items
    evidence = GapTime(gap_ns / NS_PER_S, work_ns / NS_PER_S)
    if seen.has_fixed_shares:
        return evidence, (Remedy(RemedyKind.LARGER_ITEMS_OF_FIXED_SHARES),)
    chunksize = seen.cell.chunksize or 1
    wanted = least(gap_ns * chunksize, work_ns, DISPATCH_SHARE) if work_ns else seen.items
    wanted = max(2, min(wanted, seen.items // seen.losses.lanes))
    if seen.cell.chunksize is not None and wanted <= chunksize:
        return evidence, (Remedy(RemedyKind.LARGER_ITEMS_FOR_CHUNKS),)
    kind = RemedyKind.CHUNKS if seen.cell.chunksize is None else RemedyKind.LARGER_CHUNKS
    return evidence, _worthwhile(seen, _chunks(seen, Remedy(kind, wanted), lambda other: other > chunksize))


def _bulky(seen: CellEvidence) -> Explanation:
    kind = RemedyKind.SEND_LESS if seen.sent_bytes > seen.item_bytes / 2 else RemedyKind.HAND_OVER_LESS
    return PickledSize(seen.item_bytes), (Remedy(kind),)


@explains(Cause.TAIL)
def _tail(seen: CellEvidence) -> Explanation:
    scaling, setting, chunksize = seen.scaling, seen.cell.setting, seen.cell.chunksize
    candidates, evidence = [], None
    if scaling.longest_item_s >= LONG_SHARE * scaling.total_item_s / seen.losses.lanes:
        evidence = LongItem(scaling.longest_item_name, scaling.longest_item_s / scaling.total_item_s)
        candidates.append(Candidate(Remedy(RemedyKind.SPLIT_ITEM, item=scaling.longest_item_name)))
    # Contiguous shares and large chunks of a sorted list would give one worker all the giants.
    if setting.order != "largest-first" and setting.strategy != "static" and (chunksize or 1) == 1:
        candidates.append(Candidate(Remedy(RemedyKind.LARGEST_FIRST), _like(setting, order="largest-first")))
    if seen.has_fixed_shares:
        candidates.append(_chunks(seen, Remedy(RemedyKind.ITEM_BY_ITEM), lambda other: other == 1))
    elif chunksize is not None and chunksize > 1:
        candidates.append(_chunks(seen, Remedy(RemedyKind.SMALLER_CHUNKS), lambda other: other < chunksize))
    return evidence, _worthwhile(seen, *candidates or _fewer_workers(seen))


@explains(Cause.TEARDOWN)
def _teardown(seen: CellEvidence) -> Explanation:
    if seen.item_bytes >= BULKY_BYTES:
        return _bulky(seen)
    mean_ns = seen.losses.teardown_ns / seen.rounds / seen.losses.lanes
    return TeardownTime(mean_ns / NS_PER_S), _worthwhile(seen, *_one_pool(seen), *_fewer_workers(seen))


@explains(Cause.CPU_INFLATION)
def _cpu_inflation(seen: CellEvidence) -> Explanation:
    if seen.has_own_threads:
        return _own_threads()
    losses = seen.losses
    extra = (losses.cpu_inflation_ns or 0) / losses.useful_ns if losses.useful_ns else 0.0
    fewer = _fewer_workers(seen, RemedyKind.FEWER_WORKERS_PER_CORE)
    threads = Candidate(Remedy(RemedyKind.ONE_BLAS_THREAD))
    return ExtraCpu(extra, seen.retries), _worthwhile(seen, *fewer, threads)


@explains(Cause.CORE_WAIT)
def _core_wait(seen: CellEvidence) -> Explanation:
    if seen.cut_short >= CUT_SHORT:
        fewer = _fewer_workers(seen, RemedyKind.NO_MORE_THAN_QUOTA, seen.cores)
        raised = Candidate(Remedy(RemedyKind.RAISE_QUOTA))
        return Throttled(seen.cut_short), _worthwhile(seen, *fewer, raised)
    if seen.has_own_threads:
        return _own_threads()
    if seen.losses.lanes > seen.cores:
        return None, _worthwhile(seen, *_fewer_workers(seen, RemedyKind.NO_MORE_THAN_CORES, seen.cores))
    return EnoughCores(), (Remedy(RemedyKind.FREE_CORES),)


def _own_threads() -> Explanation:
    return OwnThreads(), (Remedy(RemedyKind.ONE_THREAD),)


@explains(Cause.BLOCKING, Cause.BLOCKING_OR_CORE_WAIT)
def _blocking(seen: CellEvidence) -> Explanation:
    if seen.has_own_threads:
        return _own_threads()
    return ItemRetries(seen.retries) if seen.retries else None, (Remedy(RemedyKind.WAIT_LESS),)
