"""A plan's evidence: its measurements or predictions, and the recommendation from them; pure.

Planned -> measured: scaling, recommendation, losses
        -> not measured: the preferred one of the best predictions   -> PlanEvidence -> verdict, reasons
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

from lightwork.analysis.basis import Basis
from lightwork.analysis.peaks import peak_bytes
from lightwork.analysis.recommendation import Recommendation, recommend
from lightwork.analysis.scaling import StudyScaling, scale
from lightwork.analysis.speedometer import equal_speed_walls_s
from lightwork.analysis.study_losses import losses_by_cell
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.core.study import Cell, Study
from lightwork.plan.conclude.choice import recommended, stays_serial
from lightwork.plan.memory_probe import MemoryModel, model_of
from lightwork.replay.prediction import Prediction

if TYPE_CHECKING:
    from lightwork.plan.planner import Planned


@dataclass(frozen=True, eq=False)
class PlanEvidence:
    """What a result is made from.

    chosen: the recommended setting as a cell, without rounds where it was not measured; None where there is none.
    speedup: the chosen one's. guess: the prediction that would be recommended where nothing is measured. basis,
    recommendation:
    None where nothing was measured.
    """

    planned: "Planned"
    chosen: Cell | None
    speedup: Estimate | None
    guess: Prediction | None
    basis: Basis | None = field(repr=False, default=None)
    recommendation: Recommendation | None = None

    @property
    def study(self) -> Study | None:
        """What was measured."""
        return self.planned.study

    @property
    def scaling(self) -> StudyScaling | None:
        """The figures of what was measured."""
        return self.basis.scaling if self.basis else None

    @cached_property
    def by_setting(self) -> Mapping[Setting, Prediction]:
        """Every prediction by its setting."""
        return {prediction.setting: prediction for prediction in self.planned.predictions}

    @cached_property
    def longest_share(self) -> float:
        """The longest item's part of the serial time of all; 0 where none took any time."""
        rows = self.planned.everything
        times_ns = rows["end_ns"] - rows["start_ns"]
        total_ns = float(times_ns.sum(dtype=float))
        return float(times_ns.max()) / total_ns if total_ns > 0 else 0.0

    @property
    def cap(self) -> float:
        """The speedup that the longest item allows in what was measured, else in all items; inf without any time."""
        if self.scaling is not None:
            return self.scaling.cap
        return 1 / self.longest_share if self.longest_share else inf

    @cached_property
    def memory(self) -> MemoryModel | None:
        """What settings take, by the probe of a memory limit, else by the measured cells, else by the serial round."""
        return self.planned.memory or _measured_memory(self.study) or model_of((), self.planned.serial)


def evidence_of(planned: "Planned") -> PlanEvidence:
    """The plan with its conclusions. Raises WorkError where measuring left no serial round to compare with."""
    guess = recommended(planned.predictions)
    if planned.study is None:
        if guess is None or stays_serial(guess):
            return PlanEvidence(planned, None, None, guess)
        return PlanEvidence(planned, cell_of(guess), guess.speedup, guess)
    scaling = scale(planned.study, planned.request.usable_cpus, equal_speed_walls_s(planned.study))
    expected = {prediction.setting.cell_id: prediction.speedup for prediction in planned.predictions}
    recommendation = recommend(scaling, losses_by_cell(scaling), expected=expected)
    chosen = recommendation.chosen
    return PlanEvidence(
        planned,
        chosen.cell if chosen else None,
        recommendation.speedup,
        guess,
        Basis.of(scaling),
        recommendation,
    )


def cell_of(prediction: Prediction) -> Cell:
    """A predicted setting as a cell of which nothing was measured."""
    return Cell(prediction.setting.cell_id, prediction.setting, prediction.chunksize, ())


def _measured_memory(study: Study | None) -> MemoryModel | None:
    """A line from the cells of the fewest workers to those of the most, by the largest peak of either."""
    peaks: dict[int, int] = {}
    for cell in study.cells if study else ():
        workers, peak = cell.setting.workers, peak_bytes(cell, "peak_pss_bytes")
        peaks[workers] = max(peaks.get(workers, 0), peak or 0)
    points = sorted((workers, peak) for workers, peak in peaks.items() if peak)
    if len(points) < 2:  # noqa: PLR2004  a line needs two points
        return None
    (few, least), (many, most) = points[0], points[-1]
    each = max((most - least) / (many - few), 0.0)
    return MemoryModel(max(least - few * each, 0.0), each)
