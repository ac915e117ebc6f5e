"""A predictor: what settings bring on one list of items, from its serial ledger and what was learned since; pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lightwork.core.setting import Setting
from lightwork.planning.job_profile import JobProfile
from lightwork.replay.calibration import Calibration
from lightwork.replay.prediction import Prediction, predict
from lightwork.replay.traits import Traits

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Predictor:
    """Predicts settings of one list of items, each once, within every limit that is known."""

    def __init__(
        self, rows: "NDArray[Any]", weights: Sequence[float], job: JobProfile, calibration: Calibration, traits: Traits
    ) -> None:
        self.rows, self.weights, self.job, self.calibration, self.traits = rows, weights, job, calibration, traits
        self.predictions: dict[Setting, Prediction] = {}

    def of(self, settings: Sequence[Setting]) -> list[Prediction]:
        """The predictions within all limits."""
        limits = [limit.setting for limit in self.traits.limits]
        ceilings = dict(zip(limits, (each.speedup.point for each in self._raw(limits)), strict=True))
        return [
            each.limited_to(self.traits.limited(each.setting, each.speedup.point, ceilings)).over(self.job.longer)
            for each in self._raw(settings)
        ]

    def _raw(self, settings: Sequence[Setting]) -> list[Prediction]:
        fresh = [setting for setting in dict.fromkeys(settings) if setting not in self.predictions]
        job = self.job
        made = predict(
            fresh, self.rows, self.weights, job.cores, self.calibration, job.spin_ns, job.seed, job.gil,
            self.traits,
        ) if fresh else []  # fmt: skip
        self.predictions |= {prediction.setting: prediction for prediction in made}
        return [self.predictions[setting] for setting in settings]

    def speedups(self, settings: Sequence[Setting]) -> list[float]:
        """The predicted speedups within all limits."""
        return [prediction.speedup.point for prediction in self.of(settings)]
