"""A comparison as JSON: one line a cell, for other programs; nothing reads it back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from lightwork.comparison.comparing import Compared, Comparison, StudyCompared
from lightwork.comparison.gate import Condition, GateFailure
from lightwork.comparison.table import headline
from lightwork.core.estimate import Estimate
from lightwork.core.study import Results
from lightwork.storage.document import Format

FORMAT = Format("lightwork comparison", 1, "cells", "comparison", "lightwork compare --json", 1 << 26)


def text_of(
    comparison: Comparison, runs: Sequence[Results], failed: Sequence[GateFailure], conditions: Sequence[Condition]
) -> str:
    """The file's content. Ratios are NEW over BASE, of speeds: above 1 is faster. What is not known is null."""
    base, new = runs
    data: dict[str, Any] = {
        "kind": FORMAT.kind,
        "schema": FORMAT.schema,
        "sentence": headline(comparison, failed, conditions),
        "fails": bool(failed),
        "failures": [asdict(failure) for failure in failed],
        "conditions": [condition.text for condition in conditions],
        "base": {"saved_at": base.saved_at, "commit": dict(base.commit)},
        "new": {"saved_at": new.saved_at, "commit": dict(new.commit)},
        "obstacles": list(comparison.obstacles),
        "notes": list(comparison.notes),
        "studies": [_study(study) for study in comparison.studies],
        "missing_studies": list(comparison.paired.missing),
        "new_studies": list(comparison.paired.added),
        "cells": [_cell(compared) for study in comparison.studies for compared in study.cells],
    }
    return FORMAT.text_of(data)


def _study(study: StudyCompared) -> Mapping[str, Any]:
    base, new = map(_finite, study.noise_floors)
    return {
        "label": study.pair.label,
        "equal_cpu_speed": study.runs is not None and study.runs.equal_speed,
        "walls_at_equal_cpu_speed": study.runs is not None and study.runs.walls_equal_speed,
        "noise_floor_base": base,
        "noise_floor_new": new,
        "other_load": study.other_load,
        "missing_cells": list(study.pair.missing),
        "failing_cells": [*study.pair.failing, *study.pair.failing_throughout],
        "new_cells": list(study.pair.added),
    }


def _cell(compared: Compared) -> Mapping[str, Any]:
    figure = "wall_s" if compared.is_serial else "speedup"
    return {
        "label": compared.label,
        "cell_id": compared.cell_id,
        "word": compared.word,
        f"{figure}_base": compared.base,
        f"{figure}_new": compared.new,
        "speedup_ratio": _estimate(compared.speedup),
        "speed_ratio": _estimate(compared.speed),
        "speed_word": compared.speed_word,
        "noise_floor": _finite(compared.noise_floor),
        "as_measured": compared.as_measured,
        "trouble": compared.trouble,
    }


def _estimate(estimate: Estimate | None) -> Mapping[str, Any] | None:
    return None if estimate is None else asdict(estimate)


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
