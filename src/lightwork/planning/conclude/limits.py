"""Limits: what keeps the recommended setting from being faster; pure."""

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from lightwork.analysis.bounds import NEAR
from lightwork.analysis.preference import AS_GOOD
from lightwork.analysis.remedies import largest_loss
from lightwork.analysis.study_losses import losses_over
from lightwork.analysis.warnings import CPU_BOUND
from lightwork.core.causes import Cause
from lightwork.core.reasons import (
    HeldLock,
    HelperWait,
    InFlightLimit,
    ItemCap,
    LimitedBy,
    PredictedLoss,
    RateLimit,
    SharedLimit,
)
from lightwork.core.remedy import LargestLoss
from lightwork.core.setting import Setting
from lightwork.core.verdict import CoreBound, LongestItemBound, LowestBound
from lightwork.planning.conclude.evidence import PlanEvidence
from lightwork.planning.failed_setting import starts_afresh
from lightwork.planning.held_locks import longest_held
from lightwork.replay.traits import SpeedupLimit

if TYPE_CHECKING:
    from lightwork.planning.contest import Contest

OVERHEADS = (Cause.START_UP, Cause.DISPATCH, Cause.TEARDOWN)


def limited_by(evidence: PlanEvidence) -> LimitedBy | None:
    """What keeps the recommended setting from being faster."""
    chosen, contest = evidence.chosen, evidence.contest
    if chosen is None or contest is None:
        return None
    speedup = evidence.speedup(chosen).point
    limit = _near_bound(evidence, chosen, speedup) or held_lock(evidence) or _shared(evidence, contest, speedup)
    return limit or _in_flight(evidence, chosen, contest) or _lost(evidence, chosen)


def _near_bound(evidence: PlanEvidence, chosen: Setting, speedup: float) -> LimitedBy | None:
    """The rate, the longest item or the cores, where the speedup is near what they allow."""
    if speedup >= NEAR * evidence.planned.job.rate_cap:
        return rate_limit(evidence)
    if speedup >= NEAR * evidence.cap:
        return item_cap(evidence)
    if helper := helper_wait(evidence):
        return helper
    cores = core_bound(evidence, chosen)
    return LowestBound(cores, is_near=True) if cores and speedup >= NEAR * cores.speedup else None


def held_lock(evidence: PlanEvidence) -> HeldLock | None:
    """The lock that items hold, unless workers were seen to do better than it would let them; None without one.

    Its share was seen in a few items: what the recommended setting reaches, it lets through. Workers that import the
    module again hold none in common.
    """
    lock = longest_held(evidence.planned.serial.facts, evidence.planned.footprint)
    if lock is None or evidence.contest is None or not evidence.contest.traits.locked_share:
        return None
    if evidence.chosen is None:
        return lock
    if starts_afresh(evidence.chosen) and not lock.is_file:
        return None
    return replace(lock, share=min(lock.share, 1 / evidence.speedup(evidence.chosen).point))


def _shared(evidence: PlanEvidence, contest: "Contest", speedup: float) -> SharedLimit | None:
    """What all workers share, where another setting fell short for it; what is far faster is not limited by it."""
    lets = [_let(evidence, limit) for limit in contest.traits.limits if limit.is_shared]
    reached = [let for let in lets if NEAR * let <= speedup <= let / NEAR]
    return SharedLimit(max(reached)) if reached else None


def _in_flight(evidence: PlanEvidence, chosen: Setting, contest: "Contest") -> InFlightLimit | None:
    """How many items may run at once, where all of these do and more could help."""
    most = evidence.planned.request.axes.most_in_flight
    could_help = chosen.workers == most and chosen.workers < evidence.planned.job.most_workers(contest.traits)
    return InFlightLimit(chosen.workers) if could_help else None


def _lost(evidence: PlanEvidence, chosen: Setting) -> LimitedBy | None:
    """What takes most of the workers' time; where a rate keeps items apart, a worker that waits waits for its turn."""
    loss = _largest(evidence, chosen)
    is_idle = loss is not None and loss.cause == Cause.DISPATCH and not loss.is_little
    return (rate_limit(evidence) if is_idle else None) or loss


def rate_limit(evidence: PlanEvidence) -> RateLimit | None:
    """What the rate that was asked for allows; None without one."""
    rate, items = evidence.planned.request.rate, evidence.planned.items
    return RateLimit(rate, items, (items - 1) * rate.apart_s) if rate else None


def _let(evidence: PlanEvidence, limit: SpeedupLimit) -> float:
    """The speedup that a setting reached which fell short."""
    return evidence.speedup(limit.setting).point if limit.setting in evidence.by_setting else inf


def helper_wait(evidence: PlanEvidence) -> HelperWait | None:
    """That items wait for a process that the job keeps."""
    inner = evidence.planned.inner
    manager = evidence.planned.footprint.manager
    waits = manager.share if manager else inner.waits
    return HelperWait(inner.helpers, waits) if inner.helpers and evidence.contest else None


def item_cap(evidence: PlanEvidence) -> ItemCap:
    """The longest item by name, with the speedup that it allows."""
    speedup = evidence.speedup(evidence.chosen).point if evidence.chosen else 0.0
    bound = LongestItemBound(evidence.cap, evidence.longest_name, evidence.longest_share)
    return ItemCap(bound, speedup >= NEAR * evidence.cap)


def overhead(evidence: PlanEvidence, setting: Setting) -> LargestLoss | PredictedLoss | None:
    """What having workers costs this setting most; None where that is little, or where it loses more in its items."""
    loss = _largest(evidence, setting)
    return loss if loss and loss.cause in OVERHEADS and not loss.is_little else None


def core_bound(evidence: PlanEvidence, chosen: Setting) -> CoreBound | None:
    """The speedup that the cores allow; None for work that waits."""
    load = evidence.planned.job.load
    cores = min(load.cores, chosen.cores or load.cores)
    if load.cpu_share <= CPU_BOUND:
        return None
    return CoreBound(cores / load.cpu_share / evidence.planned.job.longer, cores)


def _largest(evidence: PlanEvidence, setting: Setting) -> LargestLoss | PredictedLoss | None:
    """The largest loss, of the setting's rounds where they tell of one, else as predicted."""
    return _loss(evidence, setting) or _predicted_loss(evidence, setting)


def _loss(evidence: PlanEvidence, chosen: Setting) -> LargestLoss | None:
    """The largest measured one; None where nothing was measured, and where it is little."""
    scaling, cell = evidence.scaling, evidence.cell(chosen)
    losses = losses_over(cell)
    if scaling is None or losses is None or not evidence.rounds(chosen) or evidence.planned.request.inner_threads:
        return None  # with fewer inner threads an item computes longer by itself
    if len(evidence.planned.sample.chosen) < chosen.workers:
        return None  # most of them had nothing to do
    measured = next((each.cell for each in scaling.cells if each.cell.setting == chosen and each.parallel), cell)
    return largest_loss(scaling, measured, losses, recommended=True)


def _predicted_loss(evidence: PlanEvidence, chosen: Setting) -> PredictedLoss | None:
    prediction = evidence.by_setting.get(chosen)
    if prediction is None or not prediction.lost:
        return None
    worst = max(prediction.lost, key=lambda cause: prediction.lost[cause])
    lost, workers = prediction.lost[worst], chosen.workers
    return PredictedLoss(worst, lost, workers, is_little=lost <= AS_GOOD * workers)
