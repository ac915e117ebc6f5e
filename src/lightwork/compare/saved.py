"""A comparison as JSON: one line a cell, for other programs; nothing reads it back."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isfinite
from typing import Any

from lightwork.compare.comparing import Compared, Comparison, StudyCompared
from lightwork.compare.gate import Condition, Failure
from lightwork.compare.table import headline
from lightwork.core.estimate import Estimate
from lightwork.core.study import Results
from lightwork.storage.document import Format

FORMAT = Format("lightwork comparison", 1, "cells", "comparison", "lightwork compare --json", 1 << 26)


def text_of(
    found: Comparison, runs: Sequence[Results], failed: Sequence[Failure], conditions: Sequence[Condition]
) -> str:
    """The file's content. Ratios are NEW over BASE, of speeds: above 1 is faster. What is not known is null."""
    base, new = runs
    data: dict[str, Any] = {
        "kind": FORMAT.kind,
        "schema": FORMAT.schema,
        "sentence": headline(found, failed, conditions),
        "fails": bool(failed),
        "failures": [asdict(one) for one in failed],
        "conditions": [one.text for one in conditions],
        "base": {"saved_at": base.saved_at, "commit": dict(base.commit)},
        "new": {"saved_at": new.saved_at, "commit": dict(new.commit)},
        "obstacles": list(found.obstacles),
        "notes": list(found.notes),
        "studies": [_study(one) for one in found.studies],
        "missing_studies": list(found.paired.missing),
        "new_studies": list(found.paired.added),
        "cells": [_cell(one) for study in found.studies for one in study.cells],
    }
    return FORMAT.text_of(data)


def _study(one: StudyCompared) -> Mapping[str, Any]:
    base, new = map(_finite, one.noise_floors)
    return {
        "label": one.pair.label,
        "equal_cpu_speed": one.runs is not None and one.runs.equal_speed,
        "walls_at_equal_cpu_speed": one.runs is not None and one.runs.walls_equal_speed,
        "noise_floor_base": base,
        "noise_floor_new": new,
        "other_load": one.other_load,
        "missing_cells": list(one.pair.missing),
        "failing_cells": [*one.pair.failing, *one.pair.failing_throughout],
        "new_cells": list(one.pair.added),
    }


def _cell(one: Compared) -> Mapping[str, Any]:
    figure = "wall_s" if one.is_serial else "speedup"
    return {
        "label": one.label,
        "cell_id": one.cell_id,
        "word": one.word,
        f"{figure}_base": one.base,
        f"{figure}_new": one.new,
        "speedup_ratio": _estimate(one.speedup),
        "speed_ratio": _estimate(one.speed),
        "speed_word": one.speed_word,
        "noise_floor": _finite(one.noise_floor),
        "as_measured": one.as_measured,
        "trouble": one.trouble,
    }


def _estimate(found: Estimate | None) -> Mapping[str, Any] | None:
    return None if found is None else asdict(found)


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
