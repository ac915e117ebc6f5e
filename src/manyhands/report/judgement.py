"""What each study comes to, for the top of the page: judged once, then only worded; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from manyhands import methods
from manyhands.basis import Basis
from manyhands.errors import WorkError
from manyhands.intervals import Estimate
from manyhands.losses import Losses
from manyhands.plan import Plan, recommend
from manyhands.report.curves import basis_name
from manyhands.report.tables import cell_name, ranked
from manyhands.results import Cell, Results, Study
from manyhands.scaling import StudyScaling, scale
from manyhands.speedometer import equal_speed_walls_s
from manyhands.study_losses import losses_by_cell, with_losses
from manyhands.text import (
    DASH,
    TIMES,
    counted,
    duration,
    percent,
    plain,
    seconds_with_interval,
    sentence,
    short,
    times,
)

EQUALS_SHOWN = 8
FAR = 10  # times the largest worker count: then the longest item is nobody's trouble
DIGITS_CHANGE_AT = 2  # as in manyhands.wording


@dataclass(frozen=True)
class Judged:
    """A study with its scaling and plan; both None where it can't be judged, and then `trouble` says why.

    losses: by cell id, of all undisturbed rounds pooled, for every cell of which a ledger was kept.
    """

    study: Study
    scaling: StudyScaling | None
    plan: Plan | None
    trouble: str = ""
    losses: Mapping[str, Losses] = field(default_factory=dict)


@dataclass(frozen=True)
class Verdict:
    """The answer to one study. hero is what to read from across the room; facts are (name, value) pairs."""

    label: str
    hero: str
    hero_note: str
    sentence: str
    reason: str
    loss: str
    next_workers: str
    equals: tuple[str, ...]
    more_equals: int
    warnings: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    certain: bool


def judge(results: Results, ledgers: Mapping[str, Any]) -> list[Judged]:
    """Scaling and plan of every study; one without a serial reference has neither, and is still listed."""
    cpus = usable_cpus(results)
    return [_judge(study, cpus, ledgers) for study in results.studies]


def best_and_worst(scaling: StudyScaling, plan: Plan) -> list[tuple[str, Cell]]:
    """The recommended cell, or else the fastest, and the slowest one, each with its part in words."""
    cells = [cell.cell for cell in ranked(scaling)]
    if not cells:
        return []
    best = ("Recommended", plan.chosen.cell) if plan.chosen is not None else ("Fastest", cells[-1])
    return [best] if cells[0].cell_id == best[1].cell_id else [best, ("Slowest", cells[0])]


def usable_cpus(results: Results) -> float:
    """The CPUs that the measured machine really gave; unknown machines count as unlimited."""
    found = results.machine.get("usable_cpus")
    return float(found) if isinstance(found, int | float) and found > 0 else float("inf")


def verdict(judged: Judged) -> Verdict:
    """The study's answer in words."""
    if judged.scaling is None or judged.plan is None:
        return Verdict(
            plain(judged.study.label), "no result", "", sentence(judged.trouble), "", "", "", (), 0, (), (), False
        )
    plan, scaling = judged.plan, judged.scaling
    hero, note = _hero(plan, scaling)
    equals = _equals(plan, scaling)
    return Verdict(
        label=plain(judged.study.label),
        hero=hero,
        hero_note=note,
        sentence=sentence(plan.sentence),
        reason=sentence(plan.reason),
        loss=sentence(f"{plan.loss}: {plan.lever}" if plan.lever else plan.loss),
        next_workers=sentence(plan.next_workers),
        equals=equals[:EQUALS_SHOWN],
        more_equals=max(0, len(equals) - EQUALS_SHOWN),
        warnings=tuple(plain(warning) for warning in plan.warnings),
        facts=_facts(scaling),
        certain=plan.chosen is not None,
    )


def compared(judged: Sequence[Judged]) -> list[str]:
    """What batching is worth beside workers, in a sentence for every group of studies that differ in their method."""
    return [one.sentence for one in methods.compare([one.scaling for one in judged if one.scaling is not None])]


def block_count(study: Study) -> int:
    """How many blocks have at least one round."""
    return len({found.block for cell in study.cells for found in cell.rounds})


def cap_sentence(scaling: StudyScaling) -> str:
    """The bound that the longest item sets: no strategy can be faster than it."""
    if not scaling.total_item_s or not scaling.longest_item_s:
        return "No item took any time, so nothing bounds the speedup."
    name = short(scaling.longest_item_name) or "unnamed"
    share = percent(scaling.longest_item_s / scaling.total_item_s)
    took = duration(scaling.longest_item_s)
    most = max((cell.cell.setting.workers for cell in scaling.cells), default=1)
    far = ", far above any number of workers here" if scaling.cap > FAR * most else ""
    return f"The longest item, {name} ({took}), is {share} of the work: no strategy can pass {times(scaling.cap)}{far}."


def _judge(study: Study, cpus: float, ledgers: Mapping[str, Any]) -> Judged:
    if ledgers and not any(cell.losses for cell in study.cells):  # saved before losses were kept
        study = with_losses(study, ledgers)
    try:
        scaling = scale(study, cpus, equal_speed_walls_s(study))
    except WorkError as trouble:
        return Judged(study, None, None, str(trouble))
    losses = losses_by_cell(scaling)
    return Judged(study, scaling, recommend(scaling, losses), losses=losses)


def _hero(plan: Plan, scaling: StudyScaling) -> tuple[str, str]:
    if plan.chosen is not None and plan.speedup is not None:
        figure, interval = _rounded(plan.speedup)
        basis = f" {basis_name(scaling)}" if Basis.of(scaling).equal_speed else ""
        return figure, f"{interval} over serial{basis}"
    if plan.sentence.lower().startswith("stay serial"):
        return "stay serial", "nothing is faster"
    return "cannot tell", "the evidence is too thin"


def _rounded(speedup: Estimate) -> tuple[str, str]:
    """Point and interval with as many digits as the plan's own sentence has."""
    digits = 1 if speedup.point >= DIGITS_CHANGE_AT else 2
    if speedup.low is None or speedup.high is None:
        return f"{speedup.point:.{digits}f}{TIMES}", "no interval: too few blocks;"
    return f"{speedup.point:.{digits}f}{TIMES}", f"{speedup.low:.{digits}f}{DASH}{speedup.high:.{digits}f}"


def _equals(plan: Plan, scaling: StudyScaling) -> tuple[str, ...]:
    chosen = plan.chosen.cell.cell_id if plan.chosen is not None else ""
    wanted = set(plan.equals) - {chosen}
    return tuple(cell_name(cell.cell) for cell in ranked(scaling) if cell.cell.cell_id in wanted)


def _facts(scaling: StudyScaling) -> tuple[tuple[str, str], ...]:
    study = scaling.study
    failed = sum(1 for cell in scaling.cells if cell.failed)
    return (
        ("serial", seconds_with_interval(scaling.serial_s)),
        ("noise floor", noise_floor(scaling)),
        ("measured in", f"{counted(block_count(study), 'block')}{'' if study.finished else ', not finished'}"),
        ("items", f"{len(study.item_names):,}"),
        ("cap by longest item", times(scaling.cap)),
        ("failed cells", f"{failed} of {len(study.cells)}"),
    )


def noise_floor(scaling: StudyScaling) -> str:
    """The noise floor on which the verdict rests, or that there is none."""
    floor = Basis.of(scaling).noise_floor
    return "not measured" if floor == float("inf") else f"\N{PLUS-MINUS SIGN} {percent(floor)}"
