"""Saved results: what a study measured, as plain data; JSON out and in.

This is the only thing that analysis and report read. `schema` counts the format:
    1  first format
    2  rounds have usage, memory and traffic where they had tree_cpu_ns and steal_s; cells have a probe and losses
"""

import dataclasses
import json
import re
from collections.abc import Mapping
from math import inf
from pathlib import Path
from typing import Any

from lightwork.core.study import SCHEMA, Results, Study
from lightwork.errors import UsageError
from lightwork.storage.decode import read_as
from lightwork.text.quantities import plain

READABLE = (1, 2)
KEY = "lightwork"  # under which pytest-benchmark's JSON carries all of this
LARGEST_FILE_BYTES = 1 << 30
STAMP = re.compile(rb'"datetime":\s*"([^"]{10,40})"')


def encode(results: Results) -> dict[str, Any]:
    """The results as plain JSON types; `saved_at` and `commit` stand elsewhere in the file."""
    data = dataclasses.asdict(results)
    del data["saved_at"], data["commit"]
    return {**data, "schema": SCHEMA}


def decode(data: Mapping[str, Any], saved_at: str = "", commit: Mapping[str, Any] | None = None) -> Results:
    """The results that `encode` wrote, of this schema or the first. Raises ValueError for data of another shape."""
    studies = [{**study, "cells": [_renewed_cell(cell) for cell in study["cells"]]} for study in data["studies"]]
    fields = {**data, "studies": studies, "saved_at": saved_at, "commit": commit or {}}
    return read_as(Results, fields)


def load(path: Path) -> Results:
    """The results saved at `path`. Raises UsageError when there are none, or they are not lightwork' own."""
    name = plain(path)
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise UsageError(f"{name} is larger than {LARGEST_FILE_BYTES >> 20} MiB: too large for saved results")
        saved = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{name} can't be read ({error.strerror}): use a saved run, or measure one") from None
    except (ValueError, RecursionError):
        raise UsageError(f"{name} is not JSON: name a file that `pytest bench/ --benchmark-save` wrote") from None
    try:
        content = saved[KEY]
        if content["schema"] not in READABLE:
            readable = " and ".join(map(str, READABLE))
            raise UsageError(f"{name} has schema {content['schema']!r} but this version reads {readable}")
        return _believable(decode(content, str(saved.get("datetime", "")), saved.get("commit_info", {})))
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        reason = _what_else(saved) or plain(f"{type(error).__name__}: {error}")
        raise UsageError(f"{name} has no lightwork results ({reason})") from None


def _what_else(saved: Any) -> str:
    """What a file of ours holds that is no saved run, and where it belongs; "" for all others."""
    if not isinstance(saved, dict):
        return ""
    if "predictions" in saved and "recommendation" in saved:
        return "it is a plan: show it beside a run by `lightwork report --plan FILE`"
    written_by = saved.get("kind")
    return f"it is what `{plain(written_by)}` wrote" if isinstance(written_by, str) else ""


def saved_in(storage: Path) -> list[Path]:
    """The runs saved in `storage` or a folder of it, the last one last.

    By what the files themselves say, since copying, a checkout or an artefact of CI makes all of them new; by their
    times of change where they say nothing.
    """
    paths = [*storage.glob("*.json"), *storage.glob("*/*.json")]
    return sorted(paths, key=lambda path: (_stamp(path), path.stat().st_mtime, path.name))


def _stamp(path: Path) -> bytes:
    """When the run was saved, in ISO form and UTC, without reading all of it as JSON; b"" where it does not say."""
    match = STAMP.search(path.read_bytes())
    return match[1] if match else b""


def latest(storage: Path) -> Path:
    """The run saved last under `storage`. Raises UsageError when there is none."""
    saved = saved_in(storage)
    if not saved:
        raise UsageError(
            f"no saved run in {plain(storage)}/: measure one with `python -m pytest bench/ --benchmark-save`"
        )
    return saved[-1]


def beside(path: Path, name: str) -> Path:
    """The file of this name in the folder of the saved run. Raises UsageError when it is more than a name."""
    if not isinstance(name, str) or Path(name).name != name:
        raise UsageError(f"{plain(path)} names its ledgers {name!r}: expected a file in the same folder")
    return path.parent / name


def _believable(results: Results) -> Results:
    """The results, if they can be what they say they are. Raises ValueError for the first thing that can't."""
    labels = [study.label for study in results.studies]
    for place, label in enumerate(labels):
        if label in labels[:place]:
            raise ValueError(f"two studies are called {label}")
    for study in results.studies:
        _check(study)
    return results


def _check(study: Study) -> None:
    if not study.item_names:
        raise ValueError(f"{study.label} has no items")
    for cell in study.cells:
        lanes = cell.setting.workers
        if any(losses.budget_ns <= 0 or losses.rounds < 1 or losses.lanes != lanes for losses in cell.losses.values()):
            raise ValueError(f"{cell.cell_id} has losses of another budget")
        for round_ in cell.rounds:
            if round_.ok and (round_.t0_ns is None or round_.t1_ns is None or round_.wall_ns <= 0):
                raise ValueError(f"{cell.cell_id} has a round that took no time")
            if round_.spin_ns is not None and not 0 < round_.spin_ns < inf:
                raise ValueError(f"{cell.cell_id} has a spin of {round_.spin_ns} ns")
            if round_.longest_item is not None and not 0 <= round_.longest_item < len(study.item_names):
                raise ValueError(f"{cell.cell_id} names item {round_.longest_item} of {len(study.item_names)}")


def _renewed_cell(data: Mapping[str, Any]) -> Mapping[str, Any]:
    probe = data.get("probe")
    return {**data, "rounds": [_renewed(round_) for round_ in data["rounds"]], "probe": probe and _renewed(probe)}


def _renewed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    if "tree_cpu_ns" not in data:
        return data
    fields = {name: value for name, value in data.items() if name not in ("tree_cpu_ns", "steal_s")}
    steal_s = data["steal_s"]
    steal_ns = None if steal_s is None else round(steal_s * 1e9)
    return {**fields, "usage": {"cpu_ns": data["tree_cpu_ns"], "steal_ns": steal_ns}}
