"""The contract: a plan as JSON that others build on; lightwork.planning.saved has its names and its schema.

A figure that is not known or not finite is null, and so is a range whose point is not. Units stand in the names;
speedups and gains are ratios.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Any

from lightwork.planning.saved import (
    SavedChunksizes,
    SavedGain,
    SavedLongestItem,
    SavedMeasurement,
    SavedPlan,
    SavedPrediction,
    SavedRange,
    SavedRecommendation,
)

if TYPE_CHECKING:
    from lightwork.core.estimate import Estimate
    from lightwork.core.setting import Setting
    from lightwork.planning.conclude.result import MeasuredSetting, PlanResult, PredictedSetting, RecommendedSetting


def contract_of(result: "PlanResult") -> dict[str, Any]:
    """The contract as plain JSON types."""
    from lightwork.planning.forms import sentences

    name, share = result.longest_item
    recommended, limited_by = result.recommendation, sentences.limited_by(result)
    plan = SavedPlan(
        schema=1,
        target=result.target,
        items=result.items,
        items_run=result.items_run,
        kind=result.kind,
        sentence=sentences.what_to_do(result),
        recommendation=_recommendation(recommended, limited_by) if recommended else None,
        serial_wall_s=_range(result.serial_s),
        longest_item=SavedLongestItem(name, _finite(share)),
        cells=tuple(map(_cell, result.cells)),
        predictions=tuple(map(_prediction, result.predictions)),
        what_if=tuple(SavedGain(gain.name, _finite(gain.times)) for gain in result.what_if),
        noise_floor=_finite(result.noise_floor),
        machine=plain_data(result.machine),
        reasons=tuple(sentences.reasons(result)),
        notes=tuple(sentences.notes(result)),
        warnings=tuple(sentences.warnings(result)),
    )
    return asdict(plan)


def _recommendation(recommended: "RecommendedSetting", limited_by: str) -> SavedRecommendation:
    band = recommended.chunksize_band
    return SavedRecommendation(
        **_setting(recommended.setting, recommended.chunksize),
        chunksize_band=SavedChunksizes(*band) if band else None,
        speedup=_range(recommended.speedup),
        measured=recommended.is_measured,
        limited_by=limited_by,
        memory_bytes=recommended.memory_bytes,
        memory_limit_bytes=recommended.memory_limit_bytes,
        code=recommended.code,
        inner_threads=recommended.inner_threads,
    )


def _cell(cell: "MeasuredSetting") -> SavedMeasurement:
    return SavedMeasurement(
        **_setting(cell.setting, cell.chunksize),
        wall_s=_range(cell.wall_s),
        speedup=_range(cell.speedup),
        rounds=cell.rounds,
        failed_rounds=cell.failed,
        memory_bytes=cell.memory_bytes,
        predicted_speedup=_finite(cell.predicted),
        judged=cell.judged,
    )


def _prediction(predicted: "PredictedSetting") -> SavedPrediction:
    return SavedPrediction(
        **_setting(predicted.setting, predicted.chunksize),
        wall_s=_range(predicted.wall_s),
        speedup=_range(predicted.speedup),
        lost={cause: _finite(lost) for cause, lost in predicted.lost.items()},
    )


def _setting(setting: "Setting", chunksize: int | None) -> dict[str, Any]:
    """The setting's fields in every part of the contract, with the chunksize in force."""
    fields = {name: getattr(setting, name) for name in ("strategy", "workers", "order", "start_method", "cores")}
    return {**fields, "chunksize": chunksize, "requested_chunksize": setting.chunksize}


def _range(estimate: "Estimate | None") -> SavedRange | None:
    if estimate is None or not isfinite(estimate.point):
        return None
    return SavedRange(float(estimate.point), _finite(estimate.low), _finite(estimate.high))


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and isfinite(value) else None


def plain_data(value: Any) -> Any:
    """The value in JSON's own types: what is not finite is null, what JSON has no type for is its text."""
    if isinstance(value, Mapping):
        return {str(key): plain_data(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain_data(inner) for inner in value]
    if isinstance(value, float):
        return _finite(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)
