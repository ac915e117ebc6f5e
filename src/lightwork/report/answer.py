"""A study's answer in words, for the top of the page and wherever else it is told; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isinf

from lightwork.analysis.basis import Basis, ranked
from lightwork.analysis.judged_study import Judged, block_count, compared
from lightwork.analysis.peaks import limit_of, peak_bytes
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.verdict import VerdictKind
from lightwork.report.charts.curves import basis_name
from lightwork.report.paste import Paste, paste_of
from lightwork.text.losses import loss_and_remedy
from lightwork.text.quantities import (
    between,
    counted,
    duration,
    percent,
    plain,
    seconds_with_interval,
    sentence,
    short,
    size,
    times,
)
from lightwork.text.settings import instruction
from lightwork.text.variants import cell_name
from lightwork.text.verdict import batching_sentence, bound_sentence, next_step_sentence, verdict_sentence
from lightwork.text.warnings import warning_sentence

EQUALS_SHOWN = 8
FAR = 10  # times the largest worker count: then the longest item is nobody's trouble


@dataclass(frozen=True)
class StudyAnswer:
    """The answer to one study. hero is what to read from across the room; facts are (name, value) pairs.

    sure: how well it is known. paste: the code for the recommended setting; None where none is recommended. brief: what
    to use, without its figures, for a list of many answers.
    """

    label: str
    hero: str
    hero_note: str
    sentence: str
    reason: str
    loss: str
    next_workers: str
    sure: str
    equals: tuple[str, ...]
    more_equals: int
    warnings: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    certain: bool
    paste: Paste | None = None
    brief: str = ""


def answer(judged: Judged) -> StudyAnswer:
    """The study's answer in words."""
    if judged.scaling is None or judged.recommendation is None:
        return StudyAnswer(
            plain(judged.study.label), "no result", "", sentence(judged.trouble), "", "", "", "", (), 0, (), (), False
        )
    recommendation, scaling = judged.recommendation, judged.scaling
    hero, note = _hero(recommendation, scaling)
    equals = _equals(recommendation, scaling)
    return StudyAnswer(
        label=plain(judged.study.label),
        hero=hero,
        hero_note=note,
        sentence=sentence(verdict_sentence(recommendation.verdict)),
        reason=sentence(bound_sentence(recommendation.bound)) if recommendation.bound else "",
        loss=sentence(loss_and_remedy(recommendation.loss)) if recommendation.loss else "",
        next_workers=sentence(next_step_sentence(recommendation.next_step)) if recommendation.next_step else "",
        sure=_sure(recommendation, scaling),
        equals=equals[:EQUALS_SHOWN],
        more_equals=max(0, len(equals) - EQUALS_SHOWN),
        warnings=tuple(plain(warning_sentence(warning)) for warning in recommendation.warnings),
        facts=(*_facts(scaling), *_memory(recommendation, judged.machine)),
        certain=recommendation.chosen is not None,
        paste=paste_of(recommendation.chosen.cell, judged.machine) if recommendation.chosen is not None else None,
        brief=sentence(f"use {instruction(recommendation.chosen.cell)}") if recommendation.chosen is not None else "",
    )


def comparisons(judged: Sequence[Judged]) -> list[str]:
    """What batching is worth beside workers, in a sentence for every group of studies that differ in their method."""
    return [batching_sentence(batching_verdict) for batching_verdict in compared(judged)]


def cap_sentence(scaling: StudyScaling) -> str:
    """The bound that the longest item sets: no strategy can be faster than it."""
    if not scaling.total_item_s or not scaling.longest_item_s:
        return "No item took any time, so nothing limits the speedup."
    name = short(scaling.longest_item_name) or "unnamed"
    share = percent(scaling.longest_item_s / scaling.total_item_s)
    took = duration(scaling.longest_item_s)
    most = max((cell.cell.setting.workers for cell in scaling.cells), default=1)
    far = ", far above any number of workers here" if scaling.cap > FAR * most else ""
    bound = f"no strategy can exceed {times(scaling.cap)}{far}"
    return f"The longest item, {name}, takes {took}, {share} of the work: {bound}."


def _hero(recommendation: Recommendation, scaling: StudyScaling) -> tuple[str, str]:
    if recommendation.chosen is not None and recommendation.speedup is not None:
        basis = f" {basis_name(scaling)}" if Basis.of(scaling).equal_speed else ""
        return times(recommendation.speedup.point), f"{between(recommendation.speedup)} over serial{basis}"
    if recommendation.kind is VerdictKind.STAY_SERIAL:
        return "stay serial", "nothing is faster"
    return "cannot tell", "not enough evidence"


def _equals(recommendation: Recommendation, scaling: StudyScaling) -> tuple[str, ...]:
    chosen = recommendation.chosen.cell.cell_id if recommendation.chosen is not None else ""
    wanted = set(recommendation.equals) - {chosen}
    return tuple(cell_name(cell.cell) for cell in ranked(scaling) if cell.cell.cell_id in wanted)


def _sure(recommendation: Recommendation, scaling: StudyScaling) -> str:
    """How well the recommended speedup is known: its interval about the point, and what makes it; "" without one."""
    if recommendation.chosen is None or recommendation.speedup is None:
        return ""
    estimate, basis = recommendation.speedup, Basis.of(scaling)
    blocks = counted(estimate.n, "block")
    floor = percent(basis.noise_floor)
    twin = f"two runs of the same serial code differ by up to {floor}"
    if isinf(basis.noise_floor):
        twin = "no noise floor was measured"
    if estimate.low is None or estimate.high is None:
        return f"Uncertainty: {blocks} are too few for an interval; {twin}."
    below, above = (percent(abs(end / estimate.point - 1)) for end in (estimate.low, estimate.high))
    return f"Uncertainty: {below} lower to {above} higher (95 % interval, {blocks}); {twin}."


def _memory(recommendation: Recommendation, machine: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    peak = peak_bytes(recommendation.chosen.cell, "peak_pss_bytes") if recommendation.chosen is not None else None
    if peak is None:
        return ()
    limit = limit_of(machine)
    of = f" of {size(limit.size_bytes)}" if limit is not None else ""
    return (("memory, all processes", f"{size(peak)}{of}"),)


def _facts(scaling: StudyScaling) -> tuple[tuple[str, str], ...]:
    study = scaling.study
    settings = [cell for cell in scaling.cells if cell.parallel]
    failed = sum(1 for cell in settings if cell.failed)
    return (
        ("serial", seconds_with_interval(scaling.serial_s)),
        ("noise floor", noise_floor(scaling)),
        ("measured in", f"{counted(block_count(study), 'block')}{'' if study.finished else ', not finished'}"),
        ("items", f"{len(study.item_names):,}"),
        ("limit set by the longest item", times(scaling.cap)),
        ("failed settings", f"{failed} of {len(settings)}"),
    )


def noise_floor(scaling: StudyScaling) -> str:
    """The noise floor on which the verdict rests, or that there is none."""
    floor = Basis.of(scaling).noise_floor
    return "not measured" if floor == float("inf") else f"\N{PLUS-MINUS SIGN} {percent(floor)}"
