"""Reasons: what a plan says beside its setting, the most important first; pure."""

from collections.abc import Iterator
from dataclasses import replace
from statistics import median

from lightwork.analysis.peaks import Limit, peak_bytes
from lightwork.analysis.preference import AS_GOOD
from lightwork.analysis.remedies import BULKY_BYTES
from lightwork.analysis.warnings import CPU_BOUND
from lightwork.core.reasons import (
    AsGood,
    ChunksizeBand,
    ExtraMemory,
    FreshWorkers,
    Inherited,
    InnerCores,
    LargeFunction,
    LargeItems,
    LargeResults,
    MemoryPeak,
    NextCount,
    OtherKind,
    OwnExecutor,
    Reason,
    RefillCost,
    RestsOn,
    SharedPart,
    TriedThreads,
    WarmUpCost,
    WholeList,
)
from lightwork.core.setting import Setting
from lightwork.planning.conclude.evidence import PlanEvidence, failed_crews
from lightwork.planning.conclude.limits import held_lock, helper_wait, item_cap, limited_by
from lightwork.planning.conclude.own_parts import own_parts
from lightwork.planning.failed_setting import starts_afresh
from lightwork.planning.forecast import crew_of, in_items
from lightwork.planning.shared_argument import is_given
from lightwork.replay.traits import kind_of
from lightwork.strategies import SHARING, find, is_executor


def reasons_of(evidence: PlanEvidence, limit: Limit | None) -> tuple[Reason, ...]:
    """Every reason to give. limit: how much memory there is."""
    return tuple(reason for reason in _reasons(evidence, limit) if reason is not None)


def _reasons(evidence: PlanEvidence, limit: Limit | None) -> Iterator[Reason | None]:
    yield _inner_cores(evidence)
    yield limited_by(evidence) if evidence.chosen else helper_wait(evidence)
    if evidence.chosen is None:
        yield held_lock(evidence)
    yield _next(evidence)
    yield _other_kind(evidence)
    yield from _own_executors(evidence)
    yield from failures(evidence)
    yield _shared(evidence)
    yield _inherited(evidence)
    yield _large_function(evidence)
    yield _large_items(evidence)
    yield _large_results(evidence)
    yield own_parts(evidence)
    yield _refill(evidence)
    yield from _warm_ups(evidence)
    if evidence.longest_share:
        yield item_cap(evidence)
    yield _memory(evidence, limit)
    if evidence.chosen and starts_afresh(evidence.chosen):
        yield FreshWorkers(evidence.chosen.start_method)
    yield chunks(evidence)
    yield _equal(evidence)
    yield _whole_list(evidence)


def _inner_cores(evidence: PlanEvidence) -> InnerCores | None:
    """That an item keeps several cores busy by itself, or starts processes, which not every worker may."""
    request, inner, limited = evidence.planned.request, evidence.planned.inner, evidence.planned.inner_threads
    if inner.cores == 1 and not inner.starts_processes and limited is None:
        return None
    is_used = request.inner_threads is not None and evidence.chosen is not None
    tried = TriedThreads(limited.threads, limited.longer, is_used) if limited and limited.matters else None
    pools = inner.pools if tried else ""
    return InnerCores(inner.cores, request.cores or request.usable_cpus, inner.starts_processes, pools, tried)


def _next(evidence: PlanEvidence) -> NextCount | None:
    """What the next larger worker count gains, and what it costs."""
    chosen = evidence.chosen
    if chosen is None:
        return None
    larger = [
        setting
        for setting in evidence.works
        if setting.workers > chosen.workers
        and replace(setting, workers=chosen.workers, chunksize=chosen.chunksize) == chosen
    ]
    if not larger:
        return None
    setting = min(larger, key=lambda each: each.workers)
    gain = evidence.speedup(setting).point / evidence.speedup(chosen).point - 1
    memory = _extra_memory(evidence, chosen, setting)
    return NextCount(crew_of(setting), gain, evidence.rounds(setting) > 0, memory)


def _extra_memory(evidence: PlanEvidence, chosen: Setting, larger: Setting) -> ExtraMemory | None:
    """What the larger setting takes beyond the recommended one: measured where both were, else predicted."""
    if kind_of(chosen) != "processes":
        return None
    less, more = (peak_bytes(evidence.cell(setting), "peak_pss_bytes") for setting in (chosen, larger))
    if less and more:
        return ExtraMemory(more - less, is_predicted=False)
    if evidence.memory is None:
        return None
    return ExtraMemory(evidence.memory.worker_bytes * (larger.workers - chosen.workers), is_predicted=True)


def _other_kind(evidence: PlanEvidence) -> OtherKind | None:
    """The best setting with workers of another kind, where it is clearly slower."""
    chosen = evidence.chosen
    if chosen is None:
        return None
    others = [
        setting
        for setting in evidence.works
        if kind_of(setting) != kind_of(chosen) and not is_executor(setting.strategy)
    ]
    if not others:
        return None
    best = others[0]
    speedup = evidence.speedup(best)
    if speedup.point > (1 - AS_GOOD) * evidence.speedup(chosen).point:
        return None
    return OtherKind(
        crew_of(best), speedup, _explains(evidence, chosen, best), evidence.rounds(best) > 0,
        _sent_bytes(evidence, chosen, best),
    )  # fmt: skip


def _own_executors(evidence: PlanEvidence) -> Iterator[OwnExecutor]:
    """What each executor that was asked for brings, where it is not the answer: as measured, else as predicted."""
    answer, best = evidence.chosen or next(iter(evidence.works), None), dict[str, Setting]()
    for setting in sorted(evidence.works, key=lambda each: not evidence.rounds(each)):
        if is_executor(setting.strategy):
            best.setdefault(setting.strategy, setting)
    for name, setting in best.items():
        if answer and name != answer.strategy:
            yield OwnExecutor(crew_of(setting), evidence.speedup(setting), evidence.rounds(setting) > 0)


def _sent_bytes(evidence: PlanEvidence, chosen: Setting, other: Setting) -> float:
    """Of a large result, which the other setting's workers send back and those of the chosen one do not; else 0."""
    size_bytes = _result_bytes(evidence)
    sends = kind_of(chosen) in SHARING and kind_of(other) == "processes"
    return size_bytes if sends and size_bytes >= BULKY_BYTES else 0.0


def _explains(evidence: PlanEvidence, chosen: Setting, other: Setting) -> bool | None:
    """Whether it is waiting, for which threads are cheaper, or computing, which processes do side by side, or none."""
    waits = evidence.planned.job.load.cpu_share < CPU_BOUND
    is_here, other_is_here = (kind_of(setting) in SHARING for setting in (chosen, other))
    return waits if is_here != other_is_here and is_here == waits else None


def failures(evidence: PlanEvidence) -> Iterator[Reason]:
    """The settings that did not do the work."""
    contest = evidence.contest
    if contest is not None:
        working = [each.setting for each in contest.measured.seen]
        at_rate, threads = evidence.planned.request.rate is not None, evidence.planned.inner.threads_named
        yield from failed_crews(contest.measured.failed, working, threads, at_rate=at_rate)


def _shared(evidence: PlanEvidence) -> SharedPart | None:
    """How the recommended workers come by what all items have in common, and what other ways would bring."""
    ways = evidence.planned.shared
    if ways is None:
        return None
    setting, is_measured = ways.setting, evidence.rounds(ways.setting) > 0
    kind, speedup = "" if is_given(setting) else kind_of(setting), evidence.speedup(setting).point
    most = min(setting.workers, evidence.cap) / speedup  # times as fast as the answer, at most
    others = tuple(replace(other, times=min(other.times, most)) for other in ways.others)
    return SharedPart(
        ways.name,
        ways.size_bytes,
        speedup,
        is_measured,
        others,
        ways.is_mapped,
        kind,
        is_answer=evidence.chosen is not None,
    )


def _inherited(evidence: PlanEvidence) -> Inherited | None:
    """What the recommended workers have by fork, and what the best of those reach that are sent it."""
    chosen, job = evidence.chosen, evidence.planned.job
    if chosen is None or not _has_items(chosen):
        return None
    senders = [setting for setting in evidence.works if kind_of(setting) == kind_of(chosen) and not _has_items(setting)]
    reason = Inherited(_if_bulky(job.item_bytes / job.bundle), _if_bulky(job.function_bytes))
    if not senders:
        return reason
    best = senders[0]
    return replace(reason, crew=crew_of(best), speedup=evidence.speedup(best), is_measured=evidence.rounds(best) > 0)


def _if_bulky(size_bytes: float) -> float:
    return size_bytes if size_bytes >= BULKY_BYTES else 0.0


def _has_items(setting: Setting) -> bool:
    """Whether its workers have the items from the beginning."""
    return find(setting.strategy).has_items(setting.start_method)


def _large_results(evidence: PlanEvidence) -> LargeResults | None:
    """That results are large, unless threads are chosen, which send nothing."""
    size_bytes = _result_bytes(evidence)
    return LargeResults(size_bytes) if size_bytes >= BULKY_BYTES and _may_send(evidence) else None


def _result_bytes(evidence: PlanEvidence) -> float:
    """Of one item's result, the mean."""
    return evidence.planned.job.result_bytes / evidence.planned.job.bundle


def _large_items(evidence: PlanEvidence) -> LargeItems | None:
    """That items are large, unless threads are chosen."""
    size_bytes = evidence.planned.job.item_bytes / evidence.planned.job.bundle
    if size_bytes < BULKY_BYTES or not _may_send_items(evidence):
        return None
    return LargeItems(size_bytes, evidence.planned.in_all)


def _large_function(evidence: PlanEvidence) -> LargeFunction | None:
    """That the function is large, an object's method, unless threads are chosen."""
    size_bytes = evidence.planned.job.function_bytes
    return LargeFunction(size_bytes) if size_bytes >= BULKY_BYTES and _may_send_items(evidence) else None


def _may_send_items(evidence: PlanEvidence) -> bool:
    """Whether workers would be sent items, and the chosen ones are."""
    return _may_send(evidence) and not (evidence.chosen and _has_items(evidence.chosen))


def _may_send(evidence: PlanEvidence) -> bool:
    """Whether processes were thought of, and are chosen if any workers are."""
    chosen = evidence.chosen
    is_elsewhere = chosen is None or kind_of(chosen) == "processes"
    return evidence.contest is not None and is_elsewhere


def _refill(evidence: PlanEvidence) -> RefillCost | None:
    """That each process fills a cache anew, unless threads are chosen, which share it."""
    planned, chosen = evidence.planned, evidence.chosen
    if planned.refill is None or evidence.contest is None or (chosen and kind_of(chosen) in SHARING):
        return None
    return RefillCost(planned.refill.fills, planned.refill.took.wall_ns / 1e9, planned.caches)


def _warm_ups(evidence: PlanEvidence) -> Iterator[Reason]:
    chosen, contest = evidence.chosen, evidence.contest
    warm_ups = contest.traits.warm_ups if contest and evidence.planned.refill is None else {}
    kinds = [kind_of(chosen)] if chosen else sorted(warm_ups, key=lambda kind: warm_ups[kind].wall_ns)[:1]
    for kind in kinds:
        if warm_up := warm_ups.get(kind):
            yield WarmUpCost(kind, warm_up.wall_ns / 1e9)


def memory_bytes(evidence: PlanEvidence) -> int | None:
    """The peak of all processes under the recommended setting: of its rounds where it has any, else predicted."""
    chosen = evidence.chosen
    if chosen is None:
        return None
    peak = peak_bytes(evidence.cell(chosen), "peak_pss_bytes")
    if peak is not None or evidence.memory is None:
        return peak
    return round(evidence.memory.peak_bytes(chosen))


def _memory(evidence: PlanEvidence, limit: Limit | None) -> MemoryPeak | None:
    """The peak of the recommended setting, beside what there is."""
    peak = memory_bytes(evidence)
    if not peak or evidence.chosen is None:
        return None
    is_predicted = peak_bytes(evidence.cell(evidence.chosen), "peak_pss_bytes") is None
    return MemoryPeak(peak, limit.size_bytes if limit else None, limit.name if limit else "", is_predicted)


def chunksize_band(evidence: PlanEvidence, setting: Setting) -> tuple[int, int] | None:
    """The smallest and the largest chunksize predicted to be as good, all else being equal; None without chunks."""
    alike = [
        each
        for each in evidence.predictions
        if replace(each.setting, chunksize=None) == replace(setting, chunksize=None)
    ]
    best = max((each.speedup.point for each in alike), default=0.0)
    bundle = evidence.planned.job.bundle
    sizes = [
        in_items(each.setting, bundle).chunksize or each.chunksize
        for each in alike
        if each.chunksize is not None and each.speedup.point >= (1 - AS_GOOD) * best
    ]
    good = [size for size in sizes if size is not None]
    return (min(good), max(good)) if good else None


def chunks(evidence: PlanEvidence) -> ChunksizeBand | None:
    """The band of chunksizes that are predicted to be as good, where there is more than one."""
    band = chunksize_band(evidence, evidence.chosen) if evidence.chosen else None
    return ChunksizeBand(*band) if band and band[0] < band[1] else None


def _equal(evidence: PlanEvidence) -> AsGood | None:
    """The settings that are believed to be as good as the recommended one."""
    chosen = evidence.chosen
    if chosen is None:
        return None
    least = (1 - AS_GOOD) * evidence.speedup(chosen).point
    alike = [setting for setting in evidence.works if setting != chosen and evidence.speedup(setting).point >= least]
    return AsGood(tuple(map(evidence.cell, alike)), AS_GOOD) if alike else None


def _whole_list(evidence: PlanEvidence) -> WholeList | None:
    """How long all items take where only some were run."""
    planned, chosen = evidence.planned, evidence.chosen
    if planned.sample.is_all or chosen is None:
        return None
    serial_s = planned.job.serial_s
    return WholeList(planned.items, serial_s / evidence.speedup(chosen).point, serial_s)


def rests_on(evidence: PlanEvidence) -> RestsOn:
    """How much was measured, how much predicted, and how far the two lay apart where there are both."""
    contest, count = evidence.contest, len(evidence.predictions)
    if contest is None or evidence.study is None or evidence.scaling is None:
        return RestsOn(None, 0, count)
    measured = [cell for cell in evidence.scaling.cells if cell.parallel and cell.cell.rounds]
    if not evidence.planned.sample.is_all:
        return RestsOn(len(measured), contest.measured.blocks, count)
    apart = [
        abs(predicted / cell.speedup.point - 1)
        for cell in measured
        if cell.speedup is not None and (predicted := evidence.predicted(cell.cell.setting))
    ]
    return RestsOn(len(measured), contest.measured.blocks, count, median(apart) if apart else None)
