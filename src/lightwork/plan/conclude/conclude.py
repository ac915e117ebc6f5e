"""Conclusions: from what a plan measured and predicted to its result; pure."""

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from lightwork.analysis.peaks import Limit, limit_of, peak_bytes
from lightwork.analysis.scaling import CellScaling
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.plan.conclude.choice import chunksize_band
from lightwork.plan.conclude.evidence import Case, case_of
from lightwork.plan.conclude.reasons import limited_by, memory_bytes, reasons_of, rests_on, verdict_on
from lightwork.plan.conclude.result import Gain, Measured, PlanResult, Predicted, Range, RecommendedSetting
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
    case = case_of(planned)
    limit = _limit(planned, machine)
    return PlanResult(
        target=plain(planned.request.name),
        items=planned.items,
        items_run=len(planned.sample.chosen),
        verdict=verdict_on(case),
        recommendation=_recommendation(case, limit, code),
        reasons=reasons_of(case, limit),
        rests_on=rests_on(case),
        notes=planned.notes,
        warnings=case.recommendation.warnings if case.recommendation else (),
        longest_item=(plain(planned.longest_name), 1 / case.cap if isfinite(case.cap) else case.longest_share),
        cells=tuple(_cells(case)),
        predictions=tuple(_predictions(case)),
        what_if=_gains(case),
        noise_floor=case.basis.noise_floor if case.basis and isfinite(case.basis.noise_floor) else None,
        machine=machine,
        serial_s=_serial_s(case),
    )


def _limit(planned: "Planned", machine: Mapping[str, Any]) -> Limit | None:
    """What was asked for, or what there is."""
    asked = planned.request.memory_limit
    return Limit(asked.size_bytes, asked.source) if asked and asked.is_asked else limit_of(machine)


def _recommendation(case: Case, limit: Limit | None, code: Code | str) -> RecommendedSetting | None:
    chosen = case.chosen
    if chosen is None or case.speedup is None:
        return None
    return RecommendedSetting(
        setting=chosen.setting,
        chunksize=chosen.chunksize,
        chunksize_band=chunksize_band(case.planned.predictions, chosen.setting) if chosen.chunksize else None,
        speedup=case.speedup,
        is_measured=case.recommendation is not None,
        limited_by=limited_by(case),
        memory_bytes=memory_bytes(case),
        code=code if isinstance(code, str) else code(chosen.setting, chosen.chunksize),
        memory_limit_bytes=round(limit.size_bytes) if limit else None,
    )


def _cells(case: Case) -> Iterator[Measured]:
    for cell in case.scaling.cells if case.scaling else ():
        if cell.parallel and cell.cell.tried:
            yield _measured(case, cell)


def _measured(case: Case, cell: CellScaling) -> Measured:
    assert case.basis is not None
    own = cell.cell
    foretold = case.by_setting.get(own.setting)
    return Measured(
        setting=own.setting,
        chunksize=own.chunksize,
        wall_s=_range(cell.wall_s),
        speedup=_range(case.basis.speedup(cell)) if cell.speedup is not None else None,
        rounds=len(own.rounds),
        failed=sum(not found.ok for found in own.rounds),
        memory_bytes=peak_bytes(own, "peak_pss_bytes"),
        predicted=foretold.speedup if foretold else None,
        judged=_judged(case, cell),
    )


def _judged(case: Case, cell: CellScaling) -> str:
    if cell.failed:
        return "failed"
    chosen = case.recommendation.chosen if case.recommendation else None
    if chosen is None or case.basis is None:
        return ""
    return "recommended" if cell is chosen else case.basis.compare(cell, chosen)


def _predictions(case: Case) -> Iterator[Predicted]:
    """In the order of the settings. The wall's band is the speedup's: both are relative to the same serial wall."""
    for one in case.planned.predictions:
        serial_s = one.wall_s * one.speedup
        wall_s = Range(one.wall_s, serial_s / one.high, serial_s / one.low)
        yield Predicted(one.setting, one.chunksize, wall_s, Range(one.speedup, one.low, one.high), one.lost)


def _gains(case: Case) -> tuple[Gain, ...]:
    if case.chosen is None:
        return ()
    return tuple(Gain(name, times) for name, times in gains_of(case.planned, case.chosen.setting).items())


def _serial_s(case: Case) -> Range | None:
    if case.scaling is not None and case.planned.sample.is_all:
        return _range(case.scaling.serial_s)
    first = next(iter(case.planned.predictions), None)
    return Range(first.wall_s * first.speedup, None, None) if first else None


def _range(estimate: Estimate | None) -> Range | None:
    return Range(estimate.point, estimate.low, estimate.high) if estimate else None
