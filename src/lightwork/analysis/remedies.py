"""Levers: the largest loss of a cell in a sentence, and what to change so that it goes away; pure.

    losses + the evidence on their cause (lightwork.analysis.loss_evidence) -> Finding

A lever is advice, not a measurement: pull it and measure again. But one that the same study has pulled already, in
another cell, is told with what it brought there, and is not told where it brought nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lightwork.analysis.chunk_band import least
from lightwork.analysis.loss_evidence import Evidence
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.text.quantities import duration, size
from lightwork.text.settings import counted, percent, times

NS_PER_S = 1e9
LITTLE = 0.05  # of the workers' speedup: below, no lever is worth pulling
BULKY_BYTES = 100_000  # an item: then bytes, not messages, are what hand-over costs (some 0.1 to 0.4 ms)
DISPATCH_SHARE = 0.05  # of the work; a chunk is to be so large that dispatch stays below
LONG_SHARE = 0.5  # of a worker's fair share of the work: an item as long as that decides when the round ends
CUT_SHORT = 0.1  # of the quota's periods


@dataclass(frozen=True)
class Lever:
    """Something to change, in words.

    pulled: whether a cell shows it done; None where no setting can show it. saves: whether it is worth pulling where
    it makes nothing faster but nothing slower either, as fewer workers are.
    """

    words: str
    pulled: Callable[[Cell], bool] | None = None
    saves: bool = False


@dataclass(frozen=True)
class Finding:
    """The largest loss of a cell.

    share: of the workers' speedup, 0..1. sentence: "waiting for a core takes 5.9 of 8 workers' speedup (74 %)" and
    its evidence. lever: what removes it, as an instruction; "" where too little is lost.
    """

    cause: Cause
    share: float
    sentence: str
    lever: str

    @property
    def words(self) -> str:
        """Sentence and lever as one."""
        return f"{self.sentence}: {self.lever}" if self.lever else self.sentence


def largest_loss(scaling: StudyScaling, cell: Cell, losses: Losses, *, recommended: bool = False) -> Finding:
    """The cause that takes most of the cell's speedup, its figure and its lever.

    recommended: whether the cell is the one that the plan recommends, so that no lever may contradict it.
    """
    cause, lost = max(losses.lost_speedup().items(), key=lambda loss: loss[1])
    share = float(lost) / losses.lanes
    seen = Evidence(scaling, cell, losses, recommended)
    workers = "1 worker's" if losses.lanes == 1 else f"{losses.lanes} workers'"
    figure = f"{cause} takes {float(lost):.2g} of {workers} speedup ({percent(share)})"
    if share < LITTLE:
        return Finding(cause, share, f"little is lost; {figure}", "")
    evidence, lever = LEVERS[cause](seen)
    return Finding(cause, share, f"{figure}{f', {evidence}' if evidence else ''}", lever)


def _pull(seen: Evidence, *levers: Lever) -> str:
    """The levers as one instruction; one that the study has pulled already with what it brought, or not at all."""
    kept = [words for lever in levers if (words := _tried(seen, lever))]
    return ", or ".join(kept) or "what was measured beside it does not remove it; it is the price of this speedup"


def _tried(seen: Evidence, lever: Lever) -> str:
    trial = seen.trial(lever.pulled) if lever.pulled else None
    if trial is None:
        return lever.words
    if trial.verdict == "faster":
        return f"{lever.words} (measured: {times(trial.ratio)} as fast)"
    if trial.verdict == "open" and not lever.saves:
        return f"{lever.words} (measured: can't be told)"
    is_as_fast = trial.verdict != "slower" and trial.ratio.point >= 1
    return f"{lever.words} (measured: as fast)" if lever.saves and is_as_fast and not seen.recommended else ""


def _like(setting: Setting, **changes: object) -> Callable[[Cell], bool]:
    """Whether a cell has this setting but for these changes."""
    return lambda cell: cell.setting == replace(setting, **changes)  # type: ignore[arg-type]


def _fewer_workers(seen: Evidence, words: str = "use fewer workers") -> list[Lever]:
    """The lever, where there are workers to spare."""
    own = seen.cell.setting
    if own.workers == 1:
        return []
    lever = Lever(
        words,
        lambda cell: cell.setting.workers < own.workers and replace(cell.setting, workers=own.workers) == own,
        saves=True,
    )
    return [lever]


def _one_pool(seen: Evidence) -> Lever:
    return Lever("keep one pool for several jobs", _like(seen.cell.setting, pool="warm"))


def _chunks(seen: Evidence, words: str, fits: Callable[[int], bool]) -> Lever:
    """A lever that is pulled where as many workers get chunks of a size that fits, by whatever strategy."""
    own = seen.cell.setting

    def pulled(cell: Cell) -> bool:
        alike = replace(cell.setting, strategy=own.strategy, chunksize=own.chunksize) == own
        return alike and cell.chunksize is not None and fits(cell.chunksize)

    return Lever(words, pulled)


def _start_up(seen: Evidence) -> tuple[str, str]:
    mean_ns = seen.losses.start_up_ns / seen.rounds / seen.losses.lanes
    setting = seen.cell.setting
    lighter = Lever("import less in the module that workers load")
    by_fork = Lever(
        "start workers by forkserver or fork",
        lambda cell: cell.setting.start_method != "spawn" and _like(setting, start_method="spawn")(_spawned(cell)),
    )
    small = Lever("start them from a small process")
    own = {"spawn": (by_fork, lighter), "forkserver": (lighter,), "fork": (small,)}[setting.start_method]
    return f"{duration(mean_ns / NS_PER_S)} a worker", _pull(seen, *own, *_fewer_workers(seen), _one_pool(seen))


def _spawned(cell: Cell) -> Cell:
    return replace(cell, setting=replace(cell.setting, start_method="spawn"))


def _dispatch(seen: Evidence) -> tuple[str, str]:
    if seen.item_bytes >= BULKY_BYTES:
        return _bulky(seen)
    gap_ns = seen.losses.dispatch_ns / seen.rounds / seen.items
    work_ns = (seen.losses.useful_ns or seen.losses.item_ns) / seen.rounds / seen.items
    evidence = f"{duration(gap_ns / NS_PER_S)} between items that work for {duration(work_ns / NS_PER_S)}"
    if seen.has_fixed_shares:
        return evidence, "make the items larger: nothing is handed over between them, so the gaps are bookkeeping"
    chunksize = seen.cell.chunksize or 1
    wanted = least(gap_ns * chunksize, work_ns, DISPATCH_SHARE) if work_ns else seen.items
    wanted = max(2, min(wanted, seen.items // seen.losses.lanes))
    if seen.cell.chunksize is not None and wanted <= chunksize:
        return evidence, "make the items larger: the chunks can't grow without leaving workers idle"
    words = f"hand out larger chunks, of about {wanted} items"
    if seen.cell.chunksize is None:
        words = f"hand out chunks, as map or imap_unordered with a chunksize of about {wanted} do"
    return evidence, _pull(seen, _chunks(seen, words, lambda other: other > chunksize))


def _bulky(seen: Evidence) -> tuple[str, str]:
    evidence = f"{size(seen.item_bytes)} an item are pickled"
    return evidence, "hand over less: return a path or a summary, put large results into files or shared memory"


def _tail(seen: Evidence) -> tuple[str, str]:
    scaling, setting, chunksize = seen.scaling, seen.cell.setting, seen.cell.chunksize
    levers, evidence = [], ""
    if scaling.longest_item_s >= LONG_SHARE * scaling.total_item_s / seen.losses.lanes:
        part = percent(scaling.longest_item_s / scaling.total_item_s)
        evidence = f"{scaling.longest_item_name} alone is {part} of the work"
        levers.append(Lever(f"split {scaling.longest_item_name}"))
    # Contiguous shares and large chunks of a sorted list would give one worker all the giants.
    if setting.order != "largest-first" and setting.strategy != "static" and (chunksize or 1) == 1:
        levers.append(Lever("start with the largest items", _like(setting, order="largest-first")))
    if seen.has_fixed_shares:
        one_by_one = "hand out item by item instead of in fixed shares, as imap_unordered does"
        levers.append(_chunks(seen, one_by_one, lambda other: other == 1))
    elif chunksize is not None and chunksize > 1:
        levers.append(_chunks(seen, "hand out smaller chunks", lambda other: other < chunksize))
    return evidence, _pull(seen, *levers or _fewer_workers(seen))


def _teardown(seen: Evidence) -> tuple[str, str]:
    if seen.item_bytes >= BULKY_BYTES:
        return _bulky(seen)
    mean_ns = seen.losses.teardown_ns / seen.rounds / seen.losses.lanes
    return f"{duration(mean_ns / NS_PER_S)} until all have gone", _pull(seen, _one_pool(seen), *_fewer_workers(seen))


def _cpu_inflation(seen: Evidence) -> tuple[str, str]:
    if seen.has_own_threads:
        return _own_threads()
    losses = seen.losses
    more = (losses.cpu_inflation_ns or 0) / losses.useful_ns if losses.useful_ns else 0.0
    again = f", {seen.retries:.0f} tries repeated a round" if seen.retries else ""
    shared = "use fewer workers per core, which share caches, memory and hardware threads and retry in each other's way"
    threads = Lever("set OMP_NUM_THREADS=1 where items use BLAS or OpenMP")
    return f"{percent(more)} on top of the work itself{again}", _pull(seen, *_fewer_workers(seen, shared), threads)


def _core_wait(seen: Evidence) -> tuple[str, str]:
    if seen.cut_short >= CUT_SHORT:
        evidence = f"the control group's quota cut {percent(seen.cut_short)} of its periods short: throttled"
        few = f"use no more workers than the quota's {counted(seen.cores, 'CPU')}"
        return evidence, _pull(seen, *_fewer_workers(seen, few), Lever("raise the quota"))
    if seen.has_own_threads:
        return _own_threads()
    if seen.losses.lanes > seen.cores:
        few = f"use fewer workers, for {counted(seen.cores, 'usable core')} can't run more at a time"
        return "", _pull(seen, *_fewer_workers(seen, few))
    return "though there is a core for each", "let nothing else use the cores: see what `lightwork doctor` finds"


def _own_threads() -> tuple[str, str]:
    return "items run threads of their own", "give each worker one thread: OMP_NUM_THREADS=1"


def _blocking(seen: Evidence) -> tuple[str, str]:
    if seen.has_own_threads:
        return _own_threads()
    lever = (
        "workers wait for one thing at a time, a lock, a database or a disk: batch the commits, do less under the "
        "lock, or leave it to a single writer"
    )
    return f"{seen.retries:.0f} times a round an item had to try again" if seen.retries else "", lever


LEVERS: Mapping[Cause, Callable[[Evidence], tuple[str, str]]] = {
    Cause.START_UP: _start_up,
    Cause.DISPATCH: _dispatch,
    Cause.TAIL: _tail,
    Cause.TEARDOWN: _teardown,
    Cause.CPU_INFLATION: _cpu_inflation,
    Cause.CORE_WAIT: _core_wait,
    Cause.BLOCKING: _blocking,
    Cause.BLOCKING_OR_CORE_WAIT: _blocking,
}
