"""Choice: which of the predicted settings to recommend where nothing was measured, and which are as good; pure."""

from collections.abc import Sequence

from lightwork.analysis.recommendation import preference
from lightwork.core.setting import Setting
from lightwork.replay.prediction import AS_GOOD, Prediction


def recommended(predictions: Sequence[Prediction]) -> Prediction | None:
    """The predicted setting with the fewest workers within AS_GOOD of the best, the simplest of them.

    The same order of preference as the measured plan's (lightwork.analysis.recommendation.recommend). None without
    predictions.
    """
    return min(_good(predictions), key=lambda one: preference(one.setting), default=None)


def equals(predictions: Sequence[Prediction], chosen: Prediction) -> list[Prediction]:
    """The other settings that are predicted to be within AS_GOOD of the best, the preferred first."""
    return sorted((one for one in _good(predictions) if one is not chosen), key=lambda one: preference(one.setting))


def stays_serial(chosen: Prediction) -> bool:
    """Whether even this setting is within AS_GOOD of the serial run, or slower."""
    return chosen.speedup < 1 + AS_GOOD


def chunksize_band(predictions: Sequence[Prediction], setting: Setting) -> tuple[int, int] | None:
    """The smallest and the largest chunksize predicted to be as good, all else being equal; None without."""
    alike = [
        one for one in predictions if one.chunksize is not None and _but_chunks(one.setting) == _but_chunks(setting)
    ]
    good = [one.chunksize for one in _good(alike) if one.chunksize is not None]
    return (min(good), max(good)) if good else None


def following(predictions: Sequence[Prediction], setting: Setting) -> Prediction | None:
    """The best prediction of the same strategy, order and start method with the next larger number of workers."""
    kind = (setting.strategy, setting.order, setting.start_method, setting.cores)
    more = [
        one
        for one in predictions
        if one.setting.workers > setting.workers
        and (one.setting.strategy, one.setting.order, one.setting.start_method, one.setting.cores) == kind
    ]
    return min(more, key=lambda one: (one.setting.workers, -one.speedup), default=None)


def _good(predictions: Sequence[Prediction]) -> list[Prediction]:
    best = max((one.speedup for one in predictions), default=0.0)
    return [one for one in predictions if one.speedup >= (1 - AS_GOOD) * best]


def _but_chunks(setting: Setting) -> tuple[object, ...]:
    return setting.strategy, setting.workers, setting.order, setting.start_method, setting.cores
