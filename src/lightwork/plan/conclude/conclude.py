"""Conclusions: from what a plan measured and predicted to its result; pure."""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from lightwork.analysis.peaks import Limit, limit_of, peak_bytes
from lightwork.analysis.scaling import CellScaling
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.plan.conclude.choice import chunksize_band
from lightwork.plan.conclude.evidence import PlanEvidence, evidence_of
from lightwork.plan.conclude.reasons import limited_by, memory_bytes, reasons_of, rests_on, verdict_on
from lightwork.plan.conclude.result import (
    Gain,
    Judgement,
    MeasuredSetting,
    PlanResult,
    PredictedSetting,
    RecommendedSetting,
)
from lightwork.plan.conclude.what_if import gains_of
from lightwork.text.quantities import plain

if TYPE_CHECKING:
    from lightwork.plan.planner import Planned

Code = Callable[[Setting, int | None], str]


def result_of(planned: "Planned", machine: Mapping[str, Any], code: Code | str) -> PlanResult:
    """All that the plan says, measured where something was measured, else predicted.

    machine: its facts (lightwork.machine.facts). code: the script for a setting and its chunksize in force, or how to
    make it. The target is named by its last part: whoever knows how the user put it replaces that.
    Raises WorkError where measuring left no serial round to compare with.
    """
    evidence = evidence_of(planned)
    limit = _limit(planned, machine)
    share = 1 / evidence.cap if isfinite(evidence.cap) else evidence.longest_share
    return PlanResult(
        target=plain(planned.request.name),
        items=planned.items,
        items_run=len(planned.sample.chosen),
        verdict=verdict_on(evidence),
        recommendation=_recommendation(evidence, limit, code),
        reasons=reasons_of(evidence, limit),
        rests_on=rests_on(evidence),
        notes=planned.notes,
        warnings=evidence.recommendation.warnings if evidence.recommendation else (),
        longest_item=(plain(planned.longest_name), share),
        cells=tuple(_cells(evidence)),
        predictions=tuple(_predictions(evidence)),
        what_if=_gains(evidence),
        noise_floor=evidence.basis.noise_floor if evidence.basis and isfinite(evidence.basis.noise_floor) else None,
        machine=machine,
        serial_s=_serial_s(evidence),
    )


def _limit(planned: "Planned", machine: Mapping[str, Any]) -> Limit | None:
    """What was asked for, or what there is."""
    asked = planned.request.memory_limit
    return Limit(asked.size_bytes, asked.source) if asked and asked.is_asked else limit_of(machine)


def _recommendation(evidence: PlanEvidence, limit: Limit | None, code: Code | str) -> RecommendedSetting | None:
    chosen = evidence.chosen
    if chosen is None or evidence.speedup is None:
        return None
    return RecommendedSetting(
        setting=chosen.setting,
        chunksize=chosen.chunksize,
        chunksize_band=chunksize_band(evidence.planned.predictions, chosen.setting) if chosen.chunksize else None,
        speedup=evidence.speedup,
        is_measured=evidence.recommendation is not None,
        limited_by=limited_by(evidence),
        memory_bytes=memory_bytes(evidence),
        code=code if isinstance(code, str) else code(chosen.setting, chosen.chunksize),
        memory_limit_bytes=round(limit.size_bytes) if limit else None,
    )


def _cells(evidence: PlanEvidence) -> Iterator[MeasuredSetting]:
    for cell in evidence.scaling.cells if evidence.scaling else ():
        if cell.parallel and cell.cell.tried:
            yield _measured(evidence, cell)


def _measured(evidence: PlanEvidence, cell: CellScaling) -> MeasuredSetting:
    assert evidence.basis is not None
    measured = cell.cell
    prediction = evidence.by_setting.get(measured.setting)
    return MeasuredSetting(
        setting=measured.setting,
        chunksize=measured.chunksize,
        wall_s=cell.wall_s,
        speedup=evidence.basis.speedup(cell) if cell.speedup is not None else None,
        rounds=len(measured.rounds),
        failed=sum(not round_.ok for round_ in measured.rounds),
        memory_bytes=peak_bytes(measured, "peak_pss_bytes"),
        predicted=prediction.speedup.point if prediction else None,
        judged=_judged(evidence, cell),
    )


def _judged(evidence: PlanEvidence, cell: CellScaling) -> Judgement | None:
    if cell.failed:
        return Judgement.FAILED
    chosen = evidence.recommendation.chosen if evidence.recommendation else None
    if chosen is None or evidence.basis is None:
        return None
    return Judgement.RECOMMENDED if cell is chosen else Judgement(evidence.basis.compare(cell, chosen))


def _predictions(evidence: PlanEvidence) -> Iterator[PredictedSetting]:
    """In the order of the settings."""
    for prediction in evidence.planned.predictions:
        wall_s = Estimate(prediction.wall_s, *prediction.wall_band_s)
        yield PredictedSetting(
            prediction.setting,
            prediction.chunksize,
            wall_s,
            prediction.speedup,
            prediction.lost,
        )


def _gains(evidence: PlanEvidence) -> tuple[Gain, ...]:
    if evidence.chosen is None:
        return ()
    return tuple(Gain(name, times) for name, times in gains_of(evidence.planned, evidence.chosen.setting).items())


def _serial_s(evidence: PlanEvidence) -> Estimate | None:
    if evidence.scaling is not None and evidence.planned.sample.is_all:
        return evidence.scaling.serial_s
    first = next(iter(evidence.planned.predictions), None)
    return Estimate(first.wall_s * first.speedup.point, None, None) if first else None
