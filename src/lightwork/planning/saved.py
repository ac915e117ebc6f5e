"""A saved plan: what `lightwork plan --json` writes, as plain data that others build on; its schema, and reading it.

    1  first format

Names are added without a new number, with a default for the files that lack them; none is removed or changes its
meaning. plan.schema.json beside this file is made from these classes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lightwork.core.verdict import VerdictKind
from lightwork.planning.conclude.result import Judgement
from lightwork.storage.document import Format

FORMAT = Format("lightwork plan", 1, "predictions", "plan", "lightwork plan --json", 1 << 26)
SCHEMA_FILE = Path(__file__).with_name("plan.schema.json")


@dataclass(frozen=True)
class SavedRange:
    """A figure with its 95 % interval where it was measured, its band where it was predicted."""

    point: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SavedChunksizes:
    """The smallest and the largest chunksize that are predicted to be as good."""

    low: int
    high: int


@dataclass(frozen=True)
class SavedSetting:
    """A setting. chunksize: the one in force; null where the strategy has none.

    requested_chunksize: null where the strategy's own default was left. cores: how many the round may use; null for
    all.
    """

    strategy: str
    workers: int
    chunksize: int | None
    requested_chunksize: int | None
    order: Literal["given", "shuffled", "largest-first", "largest-last"]
    start_method: Literal["fork", "spawn", "forkserver"]
    cores: int | None


@dataclass(frozen=True)
class SavedRecommendation(SavedSetting):
    """The setting to use. speedup: over the serial run; measured: whether it was, rather than predicted.

    memory_bytes: the peak of all processes together, measured where the speedup was, else predicted.
    memory_limit_bytes: how much there is. code: a script that runs exactly this; "" for a built-in workload.
    inner_threads: OMP_NUM_THREADS of the script and its workers; null where it is left as it is.
    """

    chunksize_band: SavedChunksizes | None
    speedup: SavedRange | None
    measured: bool
    limited_by: str
    memory_bytes: int | None
    memory_limit_bytes: int | None
    code: str
    inner_threads: int | None = None


@dataclass(frozen=True)
class SavedMeasurement(SavedSetting):
    """A setting that was measured. judged: against the recommended setting; null where there is none."""

    wall_s: SavedRange | None
    speedup: SavedRange | None
    rounds: int
    failed_rounds: int
    memory_bytes: int | None
    predicted_speedup: float | None
    judged: Judgement | None


@dataclass(frozen=True)
class SavedPrediction(SavedSetting):
    """A setting that was predicted for all items. lost: speedup lost, by cause."""

    wall_s: SavedRange | None
    speedup: SavedRange | None
    lost: Mapping[str, float | None]


@dataclass(frozen=True)
class SavedLongestItem:
    """The longest item. share: of the serial time of all items; 1 over it caps every speedup."""

    name: str
    share: float | None


@dataclass(frozen=True)
class SavedGain:
    """How many times as fast the recommended setting would be with one thing changed; predicted."""

    change: str
    times: float | None


@dataclass(frozen=True)
class SavedPlan:
    """What `lightwork plan --json` writes. A figure that is not known or not finite is null.

    target: the function or built-in workload, as it was named. items, items_run: how many the plan is about, and how
    many of them were run. kind: what other programs decide by. sentence: what to do. recommendation: null unless the
    kind is to use a setting. serial_wall_s: what all items take serially, measured where all were run in blocks, else
    predicted. cells: the settings that were measured. predictions: every setting that was asked about. noise_floor:
    relative, no smaller difference is claimed; null where nothing was measured, or it is not known. machine: its facts,
    units in their names. reasons: why, the most important first. notes: what it rests on. warnings: what could overturn
    it.
    """

    schema: Literal[1]
    target: str
    items: int
    items_run: int
    kind: VerdictKind
    sentence: str
    recommendation: SavedRecommendation | None
    serial_wall_s: SavedRange | None
    longest_item: SavedLongestItem
    cells: tuple[SavedMeasurement, ...]
    predictions: tuple[SavedPrediction, ...]
    what_if: tuple[SavedGain, ...]
    noise_floor: float | None
    machine: Mapping[str, Any]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def decode(data: Mapping[str, Any]) -> SavedPlan:
    """The plan in this JSON data. Raises ValueError for anything else."""
    from lightwork.storage.decode import read_as

    return read_as(SavedPlan, data)


def load(path: Path) -> SavedPlan:
    """The plan saved at `path`. Raises UsageError when there is none, or it is something else."""
    return FORMAT.load(path, decode)


def schema_text() -> str:
    """The schema as it stands in its file: draft 2020-12, with the plan's own names at the top."""
    from lightwork.storage.schema import definitions_of, text_of

    definitions = definitions_of(SavedPlan)
    return text_of({**definitions.pop("SavedPlan"), "title": "lightwork plan", "$defs": definitions})
