"""What each study comes to: judged once, then only put into words (lightwork.report.answer) and drawn; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from lightwork.analysis import batching, methods
from lightwork.analysis.basis import ranked
from lightwork.analysis.recommendation import Recommendation, recommend
from lightwork.analysis.scaling import StudyScaling, scale
from lightwork.analysis.speedometer import equal_speed_walls_s
from lightwork.analysis.study_losses import losses_by_cell, with_losses
from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.core.remedy import Remedy, RemedyKind, TrialResult
from lightwork.core.study import Cell, Results, Study
from lightwork.core.verdict import BatchingVerdict
from lightwork.errors import WorkError

NOT_BY_METHOD = {Cause.TAIL, Cause.CORE_WAIT}  # the same whatever method items use


class Standout(StrEnum):
    """Why a cell is shown before others."""

    RECOMMENDED = "Recommended"
    FASTEST = "Fastest"
    SLOWEST = "Slowest"


@dataclass(frozen=True)
class Judged:
    """A study with its scaling and recommendation; both None where it can't be judged, and then `trouble` says why.

    losses: by cell id, of all undisturbed rounds pooled, for every cell of which a ledger was kept. machine: the facts
    of where it was measured.
    """

    study: Study
    scaling: StudyScaling | None
    recommendation: Recommendation | None
    trouble: str = ""
    losses: Mapping[str, Losses] = field(default_factory=dict)
    machine: Mapping[str, Any] = field(default_factory=dict)


def judge(results: Results, ledgers: Mapping[str, Any]) -> list[Judged]:
    """Scaling and recommendation of every study; one without a serial reference has neither, and is still listed."""
    cpus = usable_cpus(results)
    judged = [replace(_judge(study, cpus, ledgers), machine=results.machine) for study in results.studies]
    comparisons = methods.compare([each.scaling for each in judged if each.scaling is not None])
    return [with_faster_method(each, comparisons) for each in judged]


def best_and_worst(scaling: StudyScaling, recommendation: Recommendation) -> list[tuple[Standout, Cell]]:
    """The recommended cell, or else the fastest, and the slowest one."""
    cells = [cell.cell for cell in ranked(scaling)]
    if not cells:
        return []
    best = (Standout.FASTEST, cells[-1])
    if recommendation.chosen is not None:
        best = (Standout.RECOMMENDED, recommendation.chosen.cell)
    return [best] if cells[0].cell_id == best[1].cell_id else [best, (Standout.SLOWEST, cells[0])]


def usable_cpus(results: Results) -> float:
    """The CPUs that the measured machine really gave; unknown machines count as unlimited."""
    cpus = results.machine.get("usable_cpus")
    return float(cpus) if isinstance(cpus, int | float) and cpus > 0 else float("inf")


def compared(judged: Sequence[Judged]) -> list[BatchingVerdict]:
    """What batching is worth beside workers, for every group of studies that differ in their method."""
    return batching.compare([study.scaling for study in judged if study.scaling is not None])


def block_count(study: Study) -> int:
    """How many blocks have at least one round."""
    return len({round_.block for cell in study.cells for round_ in cell.rounds})


def _judge(study: Study, cpus: float, ledgers: Mapping[str, Any]) -> Judged:
    if ledgers and not any(cell.losses for cell in study.cells):  # saved before losses were kept
        study = with_losses(study, ledgers)
    try:
        scaling = scale(study, cpus, equal_speed_walls_s(study))
    except WorkError as trouble:
        return Judged(study, None, None, str(trouble))
    losses = losses_by_cell(scaling)
    return Judged(study, scaling, recommend(scaling, losses), losses=losses)


def with_faster_method(judged: Judged, comparisons: Sequence[methods.MethodComparison]) -> Judged:
    """The study with another's method first among the remedies of its loss, where that is measurably faster."""
    recommendation = judged.recommendation
    ratios = ((each, each.faster_than(judged.study)) for each in comparisons)
    faster, ratio = next(((each, ratio) for each, ratio in ratios if ratio), (None, None))
    if faster is None or recommendation is None or recommendation.loss is None:
        return judged
    loss = recommendation.loss
    if loss.is_little or loss.cause in NOT_BY_METHOD:
        return judged
    remedy = Remedy(RemedyKind.FASTER_METHOD, None, faster.methods[0].method, TrialResult.FASTER, ratio)
    loss = replace(loss, remedies=(remedy, *loss.remedies))
    return replace(judged, recommendation=replace(recommendation, loss=loss))
