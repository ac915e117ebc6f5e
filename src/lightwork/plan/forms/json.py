"""The contract: a plan as JSON that others build on; its schema is plan.schema.json beside this file.

    1  first format

A figure that is not known or not finite is null, and so is a range whose point is not. Units stand in the names;
speedups and gains are ratios. Names are added without a new number; none is removed or changes its meaning.
"""

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.plan.forms import form

if TYPE_CHECKING:
    from lightwork.core.estimate import Estimate
    from lightwork.core.setting import Setting
    from lightwork.plan.conclude.result import MeasuredSetting, PlanResult, PredictedSetting

SCHEMA = 1
SCHEMA_FILE = Path(__file__).with_name("plan.schema.json")


@form("json", help="the plan as JSON (docs/reference.md has its schema)", mark=b'{\n  "schema": ')
def as_json(result: "PlanResult") -> str:
    """The contract as text, in ASCII, with a newline at its end."""
    return json.dumps(contract_of(result), indent=2, allow_nan=False) + "\n"


def contract_of(result: "PlanResult") -> dict[str, Any]:
    """The contract as plain JSON types."""
    from lightwork.plan.forms import sentences

    name, share = result.longest_item
    return {
        "schema": SCHEMA,
        "target": result.target,
        "items": result.items,
        "items_run": result.items_run,
        "kind": str(result.kind),
        "sentence": sentences.what_to_do(result),
        "recommendation": _recommendation(result),
        "serial_wall_s": _range(result.serial_s),
        "longest_item": {"name": name, "share": _finite(share)},
        "cells": [_cell(cell) for cell in result.cells],
        "predictions": [_prediction(predicted_setting) for predicted_setting in result.predictions],
        "what_if": [{"change": gain.name, "times": _finite(gain.times)} for gain in result.what_if],
        "noise_floor": _finite(result.noise_floor),
        "machine": plain_data(result.machine),
        "reasons": sentences.reasons(result),
        "notes": sentences.notes(result),
        "warnings": sentences.warnings(result),
    }


def _recommendation(result: "PlanResult") -> dict[str, Any] | None:
    from lightwork.plan.forms import sentences

    recommended_setting = result.recommendation
    if recommended_setting is None:
        return None
    band = recommended_setting.chunksize_band
    return {
        **_setting(recommended_setting.setting, recommended_setting.chunksize),
        "chunksize_band": {"low": band[0], "high": band[1]} if band else None,
        "speedup": _range(recommended_setting.speedup),
        "measured": recommended_setting.is_measured,
        "limited_by": sentences.limited_by(result),
        "memory_bytes": recommended_setting.memory_bytes,
        "memory_limit_bytes": recommended_setting.memory_limit_bytes,
        "code": recommended_setting.code,
    }


def _cell(cell: "MeasuredSetting") -> dict[str, Any]:
    return {
        **_setting(cell.setting, cell.chunksize),
        "wall_s": _range(cell.wall_s),
        "speedup": _range(cell.speedup),
        "rounds": cell.rounds,
        "failed_rounds": cell.failed,
        "memory_bytes": cell.memory_bytes,
        "predicted_speedup": _finite(cell.predicted),
        "judged": cell.judged or None,
    }


def _prediction(predicted_setting: "PredictedSetting") -> dict[str, Any]:
    return {
        **_setting(predicted_setting.setting, predicted_setting.chunksize),
        "wall_s": _range(predicted_setting.wall_s),
        "speedup": _range(predicted_setting.speedup),
        "lost": {cause: _finite(lost) for cause, lost in predicted_setting.lost.items()},
    }


def _setting(setting: "Setting", chunksize: int | None) -> dict[str, Any]:
    """The setting with the chunksize in force; requested_chunksize: null where the strategy's own default was left."""
    return {
        "strategy": setting.strategy,
        "workers": setting.workers,
        "chunksize": chunksize,
        "requested_chunksize": setting.chunksize,
        "order": setting.order,
        "start_method": setting.start_method,
        "cores": setting.cores,
    }


def _range(estimate: "Estimate | None") -> dict[str, float | None] | None:
    if estimate is None or not isfinite(estimate.point):
        return None
    return {"point": float(estimate.point), "low": _finite(estimate.low), "high": _finite(estimate.high)}


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
