"""Reasons: what a plan says beside its setting, the most important first; pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from statistics import median

from lightwork.analysis.bounds import NEAR
from lightwork.analysis.peaks import Limit, peak_bytes
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
from lightwork.plan.conclude.evidence import Case, cell_of, estimate_of
from lightwork.replay.prediction import AS_GOOD, Prediction


def verdict_on(case: Case) -> Verdict:
    """What to do: by what was measured, else by what is predicted."""
    if case.recommendation is not None:
        return case.recommendation.verdict
    if case.guess is None:
        return Verdict(VerdictKind.CANNOT_TELL, doubt=Doubt.NOT_ASKED, is_predicted=True)
    if case.chosen is None:
        return Verdict(VerdictKind.STAY_SERIAL, is_predicted=True)
    return Verdict(VerdictKind.USE, case.chosen, estimate_of(case.guess), is_predicted=True)


def limited_by(case: Case) -> LimitedBy | None:
    """What keeps the recommended setting from being faster: the longest item, another bound, or the largest loss."""
    if _is_capped(case):
        return _cap(case)
    if case.recommendation is None:
        return _predicted_loss(case.guess) if case.guess else None
    bound = case.recommendation.bound
    return bound if bound and bound.is_near else case.recommendation.loss or bound


def reasons_of(case: Case, limit: Limit | None) -> tuple[Reason, ...]:
    """Every reason to give. limit: how much memory there is."""
    return tuple(reason for reason in _reasons(case, limit) if reason is not None)


def _reasons(case: Case, limit: Limit | None) -> Iterator[Reason | None]:
    if _is_capped(case):
        yield _cap(case)
    elif case.recommendation is not None:
        yield case.recommendation.bound
    if case.recommendation is not None:
        yield case.recommendation.loss
    elif case.guess is not None:
        yield _predicted_loss(case.guess)
    if case.chosen is not None:
        yield _next(case, case.chosen.setting)
        yield _memory(case, limit)
        yield _chunks(case, case.chosen.setting, case.chosen.chunksize)
    yield _equal(case)
    yield _whole_list(case)
    if not _is_capped(case) and case.longest_share:
        yield _cap(case)


def _is_capped(case: Case) -> bool:
    return case.speedup is not None and case.speedup.point >= NEAR * case.cap


def _cap(case: Case) -> ItemCap:
    """The longest item by name, with the speedup that it allows."""
    return ItemCap(LongestItemBound(case.cap, case.planned.longest_name, 1 / case.cap), _is_capped(case))


def _predicted_loss(chosen: Prediction) -> PredictedLoss | None:
    if not chosen.lost:
        return None
    worst = max(chosen.lost, key=lambda cause: chosen.lost[cause])
    lost, workers = chosen.lost[worst], chosen.setting.workers
    return PredictedLoss(worst, lost, workers, is_little=lost <= AS_GOOD * workers)


def _next(case: Case, chosen: Setting) -> MeasuredStep | PredictedStep:
    """What the next worker count buys and what it costs, predicted where it was not measured for this very setting."""
    step = case.recommendation.next_step if case.recommendation else None
    if step is not None and step.setting is not None:
        return MeasuredStep(step, _extra_memory(case, step.setting))
    more = following(case.planned.predictions, chosen)
    if more is None:
        return MeasuredStep(NextStep(StepOutcome.NOT_ASKED, chosen.workers))
    recommended = case.by_setting.get(chosen)
    return PredictedStep(
        more.setting.workers,
        estimate_of(more),
        estimate_of(recommended) if recommended else None,
        _extra_memory(case, more.setting),
    )


def _extra_memory(case: Case, more: Setting) -> ExtraMemory | None:
    """What the larger setting takes beyond the recommended one: measured where both were, else predicted."""
    assert case.chosen is not None
    peaks = {cell.setting: peak_bytes(cell, "peak_pss_bytes") for cell in (case.study.cells if case.study else ())}
    recommended, larger = peaks.get(case.chosen.setting), peaks.get(more)
    if recommended and larger:
        return ExtraMemory(larger - recommended, is_predicted=False)
    if case.memory is None:
        return None
    return ExtraMemory(case.memory.worker_bytes * (more.workers - case.chosen.setting.workers), is_predicted=True)


def memory_bytes(case: Case) -> int | None:
    """The peak of all processes under the recommended setting: of its rounds where it has any, else predicted."""
    if case.chosen is None:
        return None
    peak = peak_bytes(case.chosen, "peak_pss_bytes")
    if peak is not None or case.memory is None:
        return peak
    return round(case.memory.peak_bytes(case.chosen.setting.workers))


def _memory(case: Case, limit: Limit | None) -> MemoryPeak | None:
    """The peak of the recommended setting, beside what there is."""
    peak = memory_bytes(case)
    if not peak or case.chosen is None:
        return None
    is_predicted = peak_bytes(case.chosen, "peak_pss_bytes") is None
    return MemoryPeak(peak, limit.size_bytes if limit else None, limit.name if limit else "", is_predicted)


def _chunks(case: Case, chosen: Setting, chunksize: int | None) -> ChunksizeBand | None:
    """The band of chunksizes that are predicted to be as good."""
    band = chunksize_band(case.planned.predictions, chosen) if chunksize is not None else None
    return None if band is None or band[0] == band[1] else ChunksizeBand(*band)


def _equal(case: Case) -> AsGood | None:
    """The settings that can't be told apart from the recommended one, or from the serial run where there is none."""
    if case.basis is None:
        return _predicted_equal(case)
    if case.recommendation is not None and case.recommendation.equals:
        alike = [cell.cell for cell in case.basis.candidates if cell.cell.cell_id in case.recommendation.equals]
        return _as_good(alike, case.chosen, Rival.RECOMMENDED)
    if case.chosen is not None:
        return None
    basis = case.basis
    unsure = [
        cell.cell
        for cell in basis.candidates
        if not basis.faster_than_serial(cell) and not basis.slower_than_serial(cell)
    ]
    return _as_good(unsure, None, Rival.SERIAL)


def _predicted_equal(case: Case) -> AsGood | None:
    if case.chosen is None or case.guess is None:
        return None
    alike = [cell_of(one) for one in equals(case.planned.predictions, case.guess)]
    return _as_good(alike, cell_of(case.guess), Rival.PREDICTED, AS_GOOD)


def _as_good(alike: Iterable[Cell], chosen: Cell | None, rival: Rival, within: float = 0.0) -> AsGood | None:
    """Each setting once, and the chosen one not: a default chunksize that is also asked for makes two cells of one."""
    by_setting: dict[Setting, Cell] = {}
    for cell in alike:
        by_setting.setdefault(replace(cell.setting, chunksize=cell.chunksize), cell)
    if chosen is not None:
        by_setting.pop(replace(chosen.setting, chunksize=chosen.chunksize), None)
    return AsGood(tuple(by_setting.values()), rival, within) if by_setting else None


def _whole_list(case: Case) -> WholeList | OnlyPredicted | None:
    """How long all items take where only some were run, and what is predicted where measuring could not tell."""
    mine = case.by_setting.get(case.chosen.setting) if case.chosen else None
    if mine and not case.planned.sample.is_all:
        return WholeList(case.planned.items, mine.wall_s, mine.wall_s * mine.speedup)
    if (
        case.recommendation is not None
        and case.chosen is None
        and case.guess is not None
        and not stays_serial(case.guess)
    ):
        return OnlyPredicted(cell_of(case.guess), estimate_of(case.guess))
    return None


def rests_on(case: Case) -> RestsOn:
    """How much was measured, how much predicted, and how far the two lay apart where there are both."""
    count = len(case.planned.predictions)
    if case.scaling is None:
        return RestsOn(None, 0, count)
    measured = [cell for cell in case.scaling.cells if cell.parallel and cell.speedup is not None]
    blocks = max((len(cell.cell.rounds) for cell in measured), default=0)
    if not case.planned.sample.is_all:
        return RestsOn(len(measured), blocks, count)
    apart = _apart({cell.cell.setting: cell.speedup.point for cell in measured if cell.speedup}, case.by_setting)
    return RestsOn(len(measured), blocks, count, median(apart) if apart else None)


def _apart(measured: Mapping[Setting, float], predicted: Mapping[Setting, Prediction]) -> list[float]:
    return [abs(predicted[one].speedup / point - 1) for one, point in measured.items() if one in predicted]
