"""Reasons: what a plan says beside its setting, the most important first; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from statistics import median

from lightwork.analysis.bounds import NEAR
from lightwork.analysis.peaks import Limit, peak_bytes
from lightwork.analysis.preference import AS_GOOD
from lightwork.core.reasons import (
    AsGood,
    ChunksizeBand,
    ExtraMemory,
    ItemCap,
    LimitedBy,
    MeasuredStep,
    MemoryPeak,
    OnlyPredicted,
    PredictedLoss,
    PredictedStep,
    Reason,
    RestsOn,
    Rival,
    WholeList,
)
from lightwork.core.setting import Setting
from lightwork.core.study import Cell
from lightwork.core.verdict import Doubt, LongestItemBound, NextStep, StepOutcome, Verdict, VerdictKind
from lightwork.plan.conclude.choice import chunksize_band, equals, following, stays_serial
from lightwork.plan.conclude.evidence import PlanEvidence, cell_of
from lightwork.replay.prediction import Prediction


def verdict_on(evidence: PlanEvidence) -> Verdict:
    """What to do: by what was measured, else by what is predicted."""
    if evidence.recommendation is not None:
        return evidence.recommendation.verdict
    if evidence.guess is None:
        return Verdict(VerdictKind.CANNOT_TELL, doubt=Doubt.NOT_ASKED, is_predicted=True)
    if evidence.chosen is None:
        return Verdict(VerdictKind.STAY_SERIAL, is_predicted=True)
    return Verdict(VerdictKind.USE, evidence.chosen, evidence.guess.speedup, is_predicted=True)


def limited_by(evidence: PlanEvidence) -> LimitedBy | None:
    """What keeps the recommended setting from being faster: the longest item, another bound, or the largest loss."""
    if _is_capped(evidence):
        return _cap(evidence)
    if evidence.recommendation is None:
        return _predicted_loss(evidence.guess) if evidence.guess else None
    bound = evidence.recommendation.bound
    return bound if bound and bound.is_near else evidence.recommendation.loss or bound


def reasons_of(evidence: PlanEvidence, limit: Limit | None) -> tuple[Reason, ...]:
    """Every reason to give. limit: how much memory there is."""
    return tuple(reason for reason in _reasons(evidence, limit) if reason is not None)


def _reasons(evidence: PlanEvidence, limit: Limit | None) -> Iterator[Reason | None]:
    if _is_capped(evidence):
        yield _cap(evidence)
    elif evidence.recommendation is not None:
        yield evidence.recommendation.bound
    if evidence.recommendation is not None:
        yield evidence.recommendation.loss
    elif evidence.guess is not None:
        yield _predicted_loss(evidence.guess)
    if evidence.chosen is not None:
        yield _next(evidence, evidence.chosen.setting)
        yield _memory(evidence, limit)
        yield _chunks(evidence, evidence.chosen.setting, evidence.chosen.chunksize)
    yield _equal(evidence)
    yield _whole_list(evidence)
    if not _is_capped(evidence) and evidence.longest_share:
        yield _cap(evidence)


def _is_capped(evidence: PlanEvidence) -> bool:
    return evidence.speedup is not None and evidence.speedup.point >= NEAR * evidence.cap


def _cap(evidence: PlanEvidence) -> ItemCap:
    """The longest item by name, with the speedup that it allows."""
    return ItemCap(
        LongestItemBound(evidence.cap, evidence.planned.longest_name, 1 / evidence.cap), _is_capped(evidence)
    )


def _predicted_loss(chosen: Prediction) -> PredictedLoss | None:
    if not chosen.lost:
        return None
    worst = max(chosen.lost, key=lambda cause: chosen.lost[cause])
    lost, workers = chosen.lost[worst], chosen.setting.workers
    return PredictedLoss(worst, lost, workers, is_little=lost <= AS_GOOD * workers)


def _next(evidence: PlanEvidence, chosen: Setting) -> MeasuredStep | PredictedStep:
    """What the next worker count buys and what it costs, predicted where it was not measured for this very setting."""
    step = evidence.recommendation.next_step if evidence.recommendation else None
    if step is not None and step.setting is not None:
        return MeasuredStep(step, _extra_memory(evidence, step.setting))
    more = following(evidence.planned.predictions, chosen)
    if more is None:
        return MeasuredStep(NextStep(StepOutcome.NOT_ASKED, chosen.workers))
    recommended = evidence.by_setting.get(chosen)
    return PredictedStep(
        more.setting.workers,
        more.speedup,
        recommended.speedup if recommended else None,
        _extra_memory(evidence, more.setting),
    )


def _extra_memory(evidence: PlanEvidence, more: Setting) -> ExtraMemory | None:
    """What the larger setting takes beyond the recommended one: measured where both were, else predicted."""
    assert evidence.chosen is not None
    peaks = {
        cell.setting: peak_bytes(cell, "peak_pss_bytes") for cell in (evidence.study.cells if evidence.study else ())
    }
    recommended, larger = peaks.get(evidence.chosen.setting), peaks.get(more)
    if recommended and larger:
        return ExtraMemory(larger - recommended, is_predicted=False)
    if evidence.memory is None:
        return None
    return ExtraMemory(
        evidence.memory.worker_bytes * (more.workers - evidence.chosen.setting.workers), is_predicted=True
    )


def memory_bytes(evidence: PlanEvidence) -> int | None:
    """The peak of all processes under the recommended setting: of its rounds where it has any, else predicted."""
    if evidence.chosen is None:
        return None
    peak = peak_bytes(evidence.chosen, "peak_pss_bytes")
    if peak is not None or evidence.memory is None:
        return peak
    return round(evidence.memory.peak_bytes(evidence.chosen.setting.workers))


def _memory(evidence: PlanEvidence, limit: Limit | None) -> MemoryPeak | None:
    """The peak of the recommended setting, beside what there is."""
    peak = memory_bytes(evidence)
    if not peak or evidence.chosen is None:
        return None
    is_predicted = peak_bytes(evidence.chosen, "peak_pss_bytes") is None
    return MemoryPeak(peak, limit.size_bytes if limit else None, limit.name if limit else "", is_predicted)


def _chunks(evidence: PlanEvidence, chosen: Setting, chunksize: int | None) -> ChunksizeBand | None:
    """The band of chunksizes that are predicted to be as good."""
    band = chunksize_band(evidence.planned.predictions, chosen) if chunksize is not None else None
    return None if band is None or band[0] == band[1] else ChunksizeBand(*band)


def _equal(evidence: PlanEvidence) -> AsGood | None:
    """The settings that can't be told apart from the recommended one, or from the serial run where there is none."""
    if evidence.basis is None:
        return _predicted_equal(evidence)
    if evidence.recommendation is not None and evidence.recommendation.equals:
        alike = [cell.cell for cell in evidence.basis.candidates if cell.cell.cell_id in evidence.recommendation.equals]
        return _as_good(alike, evidence.chosen, Rival.RECOMMENDED)
    if evidence.chosen is not None:
        return None
    basis = evidence.basis
    unsure = [
        cell.cell
        for cell in basis.candidates
        if not basis.faster_than_serial(cell) and not basis.slower_than_serial(cell)
    ]
    return _as_good(unsure, None, Rival.SERIAL)


def _predicted_equal(evidence: PlanEvidence) -> AsGood | None:
    if evidence.chosen is None or evidence.guess is None:
        return None
    alike = [cell_of(prediction) for prediction in equals(evidence.planned.predictions, evidence.guess)]
    return _as_good(alike, cell_of(evidence.guess), Rival.PREDICTED, AS_GOOD)


def _as_good(alike: Iterable[Cell], chosen: Cell | None, rival: Rival, within: float = 0.0) -> AsGood | None:
    """Each setting once, and the chosen one not: a default chunksize that is also asked for makes two cells of one."""
    by_setting: dict[Setting, Cell] = {}
    for cell in alike:
        by_setting.setdefault(replace(cell.setting, chunksize=cell.chunksize), cell)
    if chosen is not None:
        by_setting.pop(replace(chosen.setting, chunksize=chosen.chunksize), None)
    return AsGood(tuple(by_setting.values()), rival, within) if by_setting else None


def _whole_list(evidence: PlanEvidence) -> WholeList | OnlyPredicted | None:
    """How long all items take where only some were run, and what is predicted where measuring could not tell."""
    mine = evidence.by_setting.get(evidence.chosen.setting) if evidence.chosen else None
    if mine and not evidence.planned.sample.is_all:
        return WholeList(evidence.planned.items, mine.wall_s, mine.wall_s * mine.speedup.point)
    if (
        evidence.recommendation is not None
        and evidence.chosen is None
        and evidence.guess is not None
        and not stays_serial(evidence.guess)
    ):
        return OnlyPredicted(cell_of(evidence.guess), evidence.guess.speedup)
    return None


def rests_on(evidence: PlanEvidence) -> RestsOn:
    """How much was measured, how much predicted, and how far the two lay apart where there are both."""
    count = len(evidence.planned.predictions)
    if evidence.scaling is None:
        return RestsOn(None, 0, count)
    measured = [cell for cell in evidence.scaling.cells if cell.parallel and cell.speedup is not None]
    blocks = max((len(cell.cell.rounds) for cell in measured), default=0)
    if not evidence.planned.sample.is_all:
        return RestsOn(len(measured), blocks, count)
    apart = _apart({cell.cell.setting: cell.speedup.point for cell in measured if cell.speedup}, evidence.by_setting)
    return RestsOn(len(measured), blocks, count, median(apart) if apart else None)


def _apart(measured: Mapping[Setting, float], predicted: Mapping[Setting, Prediction]) -> list[float]:
    return [
        abs(predicted[setting].speedup.point / point - 1) for setting, point in measured.items() if setting in predicted
    ]
