"""Choice: which of the predicted settings to recommend where nothing was measured, and which are as good; pure."""

from collections.abc import Sequence

from lightwork.analysis.preference import AS_GOOD, as_good, preference
from lightwork.core.setting import Setting
from lightwork.replay.prediction import Prediction, speedup_of


def recommended(predictions: Sequence[Prediction]) -> Prediction | None:
    """The predicted setting with the fewest workers within AS_GOOD of the best, the simplest of them.

    None without predictions.
    """
    return min(_good(predictions), key=lambda prediction: preference(prediction.setting), default=None)


def equals(predictions: Sequence[Prediction], chosen: Prediction) -> list[Prediction]:
    """The other settings that are predicted to be within AS_GOOD of the best, the preferred first."""
    return sorted(
        (prediction for prediction in _good(predictions) if prediction is not chosen),
        key=lambda prediction: preference(prediction.setting),
    )


def stays_serial(chosen: Prediction) -> bool:
    """Whether even this setting is within AS_GOOD of the serial run, or slower."""
    return chosen.speedup.point < 1 + AS_GOOD


def chunksize_band(predictions: Sequence[Prediction], setting: Setting) -> tuple[int, int] | None:
    """The smallest and the largest chunksize predicted to be as good, all else being equal; None without."""
    alike = [
        prediction
        for prediction in predictions
        if prediction.chunksize is not None and _but_chunks(prediction.setting) == _but_chunks(setting)
    ]
    good = [prediction.chunksize for prediction in _good(alike) if prediction.chunksize is not None]
    return (min(good), max(good)) if good else None


def following(predictions: Sequence[Prediction], setting: Setting) -> Prediction | None:
    """The best prediction of the same strategy, order and start method with the next larger number of workers."""
    kind = (setting.strategy, setting.order, setting.start_method, setting.cores)
    more = [
        prediction
        for prediction in predictions
        if prediction.setting.workers > setting.workers
        and (
            prediction.setting.strategy,
            prediction.setting.order,
            prediction.setting.start_method,
            prediction.setting.cores,
        )
        == kind
    ]
    return min(more, key=lambda prediction: (prediction.setting.workers, -prediction.speedup.point), default=None)


def _good(predictions: Sequence[Prediction]) -> list[Prediction]:
    return as_good(predictions, speedup_of)


def _but_chunks(setting: Setting) -> tuple[object, ...]:
    return setting.strategy, setting.workers, setting.order, setting.start_method, setting.cores
