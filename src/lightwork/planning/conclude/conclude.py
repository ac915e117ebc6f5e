"""Conclusions: from what a plan measured and predicted to its result; pure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lightwork.analysis.bounds import NEAR
from lightwork.analysis.peaks import Limit, limit_of, peak_bytes
from lightwork.analysis.preference import AS_GOOD, LEAST_GAIN
from lightwork.core.estimate import Estimate, median_interval
from lightwork.core.notes import SampledItems
from lightwork.core.reasons import NoAnswer, SerialAnswer, SettingAnswer
from lightwork.core.study import SERIAL, Cell
from lightwork.core.verdict import Doubt, Verdict, VerdictKind
from lightwork.planning.conclude.evidence import PlanEvidence, failed_crews
from lightwork.planning.conclude.limits import limited_by, overhead, rate_limit
from lightwork.planning.conclude.reasons import chunksize_band, memory_bytes, reasons_of, rests_on
from lightwork.planning.conclude.result import (
    Gain,
    Judgement,
    MeasuredSetting,
    PlanResult,
    PredictedSetting,
    RecommendedSetting,
)
from lightwork.planning.conclude.warnings import replaced_after, warnings_on
from lightwork.planning.conclude.what_if import gains_of
from lightwork.planning.contest import SERIAL_SETTING
from lightwork.planning.forecast import crew_of, in_items
from lightwork.text.quantities import plain

if TYPE_CHECKING:
    from lightwork.planning.planner import Planned

Code = Callable[..., str]  # setting, chunksize, first, most_items


def result_of(planned: "Planned", machine: Mapping[str, Any], code: Code | str) -> PlanResult:
    """All that the plan says, measured where something was measured, else predicted.

    machine: its facts (lightwork.machine.facts). code: the script for a setting and its chunksize in force, or how to
    make it. The target is named by its last part: whoever knows how the user put it replaces that.
    """
    evidence = PlanEvidence(planned)
    limit = _limit(planned, machine)
    answer = _answer(evidence)
    return PlanResult(
        target=plain(planned.request.name),
        items=planned.items,
        items_run=planned.items_run,
        verdict=_verdict(evidence, answer),
        answer=answer,
        recommendation=_recommendation(evidence, limit, code),
        reasons=reasons_of(evidence, limit),
        rests_on=rests_on(evidence),
        notes=planned.notes,
        warnings=tuple(warnings_on(evidence)),
        longest_item=(evidence.longest_name, evidence.longest_share),
        cells=tuple(_cells(evidence)),
        predictions=tuple(_predictions(evidence)),
        what_if=_gains(evidence),
        noise_floor=None,
        machine=machine,
        serial_s=_serial_s(evidence),
        serial_code=_serial_code(answer, code),
    )


def _answer(evidence: PlanEvidence) -> SettingAnswer | SerialAnswer | NoAnswer:
    contest, serial_s = evidence.contest, _serial_s(evidence).point
    if contest is None:
        return SerialAnswer(serial_s, None, None, 0, rate_limit(evidence))
    if contest.chosen is not None:
        speedup = evidence.speedup(contest.chosen)
        return SettingAnswer(
            crew_of(contest.chosen), evidence.cell(contest.chosen), speedup, serial_s, serial_s / speedup.point,
            evidence.rounds(contest.chosen), evidence.planned.request.inner_threads, _sample(evidence.planned),
        )  # fmt: skip
    measured = [setting for setting in evidence.works if evidence.rounds(setting)]
    if contest.measured.failed and not measured:
        at_rate = evidence.planned.request.rate is not None
        threads = evidence.planned.inner.threads_named
        return NoAnswer(failed_crews(contest.measured.failed, (), threads, at_rate=at_rate)[0])
    best = (measured or evidence.works)[0]
    speedup = evidence.speedup(best)
    rate = rate_limit(evidence) if speedup.point >= NEAR * evidence.planned.job.rate_cap else None
    saved_s = serial_s * (1 - 1 / speedup.point) if speedup.point >= 1 + LEAST_GAIN else None
    loss = overhead(evidence, best) if saved_s is None else None
    return SerialAnswer(serial_s, crew_of(best), speedup, evidence.rounds(best), rate, loss, saved_s)


def _sample(planned: "Planned") -> SampledItems | None:
    """How many items were run; None for all of them."""
    return None if planned.sample.is_all else SampledItems(planned.items_run, planned.items)


def _serial_code(answer: SettingAnswer | SerialAnswer | NoAnswer, code: Code | str) -> str:
    """The script of the serial run where that needs one: a plain loop does not keep a rate."""
    if not isinstance(answer, SerialAnswer) or answer.rate is None:
        return ""
    return code if isinstance(code, str) else code(SERIAL_SETTING, None, first=())


def _verdict(evidence: PlanEvidence, answer: SettingAnswer | SerialAnswer | NoAnswer) -> Verdict:
    if isinstance(answer, SettingAnswer):
        return Verdict(VerdictKind.USE, answer.cell, answer.speedup, is_predicted=not answer.blocks)
    if isinstance(answer, SerialAnswer):
        return Verdict(VerdictKind.STAY_SERIAL, is_predicted=not answer.blocks)
    return Verdict(VerdictKind.CANNOT_TELL, doubt=Doubt.ALL_FAILED)


def _limit(planned: "Planned", machine: Mapping[str, Any]) -> Limit | None:
    """What was asked for, or what there is."""
    asked = planned.request.memory_limit
    return Limit(asked.size_bytes, asked.source) if asked and asked.is_asked else limit_of(machine)


def _recommendation(evidence: PlanEvidence, limit: Limit | None, code: Code | str) -> RecommendedSetting | None:
    setting = evidence.chosen
    if setting is None:
        return None
    cell = evidence.cell(setting)
    first = evidence.planned.first if setting.order == "largest-first" else ()
    return RecommendedSetting(
        setting=cell.setting,
        chunksize=cell.chunksize,
        chunksize_band=chunksize_band(evidence, setting),
        speedup=evidence.speedup(setting),
        is_measured=evidence.rounds(setting) > 0,
        limited_by=limited_by(evidence),
        memory_bytes=memory_bytes(evidence),
        code=code
        if isinstance(code, str)
        else code(cell.setting, cell.chunksize, first=first, most_items=replaced_after(evidence.planned.leak, setting)),
        memory_limit_bytes=round(limit.size_bytes) if limit else None,
        inner_threads=evidence.planned.request.inner_threads,
    )


def _cells(evidence: PlanEvidence) -> Iterator[MeasuredSetting]:
    for cell in evidence.study.cells if evidence.study else ():
        if cell.cell_id != SERIAL and cell.tried:
            yield _measured(evidence, cell)


def _measured(evidence: PlanEvidence, cell: Cell) -> MeasuredSetting:
    shown, prediction = evidence.cell(cell.setting), evidence.by_setting.get(cell.setting)
    walls_s = [round_.wall_ns / 1e9 for round_ in cell.rounds if round_.ok]
    return MeasuredSetting(
        setting=shown.setting,
        chunksize=shown.chunksize,
        wall_s=median_interval(walls_s) if walls_s else None,
        speedup=evidence.speedup(cell.setting) if walls_s and prediction else None,
        rounds=len(cell.rounds),
        failed=sum(not round_.ok for round_ in cell.rounds),
        memory_bytes=peak_bytes(cell, "peak_pss_bytes"),
        predicted=evidence.predicted(cell.setting),
        judged=_judged(evidence, cell),
    )


def _judged(evidence: PlanEvidence, cell: Cell) -> Judgement | None:
    if any(not round_.ok for round_ in cell.rounds):
        return Judgement.FAILED
    chosen, contest = evidence.chosen, evidence.contest
    if chosen is None or contest is None or cell.setting not in evidence.by_setting:
        return None
    if cell.setting == chosen:
        return Judgement.RECOMMENDED
    ratio = contest.belief.speedup(cell.setting).point / contest.belief.speedup(chosen).point
    return Judgement.FASTER if ratio > 1 + AS_GOOD else Judgement.SLOWER if ratio < 1 - AS_GOOD else Judgement.EQUAL


def _predictions(evidence: PlanEvidence) -> Iterator[PredictedSetting]:
    for prediction in evidence.predictions:
        shown = in_items(prediction.setting, evidence.planned.job.bundle)
        wall_s = Estimate(prediction.wall_s, *prediction.wall_band_s)
        chunksize = shown.chunksize or prediction.chunksize
        yield PredictedSetting(shown, chunksize, wall_s, prediction.speedup, prediction.lost)


def _gains(evidence: PlanEvidence) -> tuple[Gain, ...]:
    if evidence.chosen is None:
        return ()
    return tuple(Gain(name, times) for name, times in gains_of(evidence.planned, evidence.chosen).items())


def _serial_s(evidence: PlanEvidence) -> Estimate:
    """What all items take serially, by all serial rounds where they ran all of them."""
    planned = evidence.planned
    if evidence.study is None or not planned.sample.is_all:
        return Estimate(planned.job.serial_s, None, None)
    walls_s = [round_.wall_ns / 1e9 for round_ in evidence.study.serial.rounds if round_.ok]
    return replace(median_interval(walls_s), method="")
