"""Rounds: a tidy row for each round of every study, as a data frame and as rounds.csv."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from lightwork.analysis.disturbance import disturbed
from lightwork.core.losses import Losses
from lightwork.core.round import Round
from lightwork.core.study import SERIAL, Cell, Results, Study
from lightwork.core.usage import Usage
from lightwork.render.csv import csv_of_rows

if TYPE_CHECKING:
    import pandas as pd

TEXT, COUNT, REAL, FLAG = "string", "Int64", "float64", "boolean"
COLUMNS = (
    ("study", TEXT, "the workload's name and the parameters that differ from the defaults"),
    ("workload", TEXT, "its name"),
    ("cell_id", TEXT, "the setting's id; `serial` is the reference"),
    ("strategy", TEXT, "its name"),
    ("workers", COUNT, "as requested"),
    ("chunksize", COUNT, "as requested; unknown for the default"),
    ("chunksize_in_force", COUNT, "as used; unknown if the strategy has none"),
    ("start_method", TEXT, "`fork`, `spawn` or `forkserver`"),
    ("order", TEXT, "of the items"),
    ("cores", COUNT, "how many cores the round was limited to; unknown if it was not"),
    ("pool", TEXT, "`fresh` or `warm`"),
    ("block", COUNT, "the block, from 0; speedups are ratios within a block"),
    ("position", COUNT, "the round's place in its block, from 0"),
    ("outcome", TEXT, "`ok`, or how the round failed"),
    ("reason", TEXT, "why it failed; empty if it did not"),
    ("wall_s", REAL, "wall time in seconds; unknown for a round that failed"),
    ("serial_wall_s", REAL, "wall time of the serial round in the same block, in seconds"),
    ("speedup", REAL, "serial wall time over wall time, as measured"),
    ("items_done", COUNT, "items whose results arrived"),
    ("items_expected", COUNT, "items that were handed out"),
    ("item_wall_s", REAL, "wall time of all items together, in seconds"),
    ("item_cpu_s", REAL, "their CPU time, in seconds"),
    ("longest_item", TEXT, "name of the item that took longest"),
    ("longest_item_s", REAL, "its wall time, in seconds"),
    ("retries", COUNT, "how often the workload had to retry"),
    ("spin_ns", REAL, "mean CPU time of the fixed loop between items, which shows the core's speed"),
    ("disturbed", FLAG, "whether the round is excluded because of interference"),
    ("peak_pss_bytes", COUNT, "peak memory of all processes together, shared pages counted once"),
    ("peak_uss_bytes", COUNT, "the same without shared pages"),
    ("memory_samples", COUNT, "how often memory was sampled"),
    ("sampler_cpu_ns", COUNT, "CPU time used for sampling"),
)
TYPES = {
    **{name: kind for name, kind, _ in COLUMNS},
    **{field.name: COUNT for data in (Usage, Losses) for field in fields(data)},
}


def rounds_frame(results: Results) -> "pd.DataFrame":
    """A row per round of every study, failed ones included; an unknown value is NA.

    Columns and their units: COLUMNS, then the fields of Usage and of Losses, by the names that they have there.
    """
    import pandas as pd

    # As objects first: whole numbers beside unknown ones would become floats, and lose their last digits.
    return pd.DataFrame(list(_rows(results)), columns=list(TYPES), dtype=object).astype(TYPES)


def rounds_csv(results: Results) -> str:
    """The same as CSV, with 1 for a disturbed round and 0 for others. Written without pandas, which loads slowly."""
    return csv_of_rows(list(TYPES), ([int(v) if isinstance(v, bool) else v for v in row] for row in _rows(results)))


def _rows(results: Results) -> Iterator[list[object]]:
    return (row for study in results.studies for row in _study_rows(study))


def _study_rows(study: Study) -> Iterator[list[object]]:
    serial_s = {
        serial_round.block: _wall_s(serial_round)
        for cell in study.cells
        if cell.cell_id == SERIAL
        for serial_round in cell.rounds
    }
    for cell in study.cells:
        excluded = disturbed(cell)
        for round_ in cell.rounds:
            values = (
                *_setting(cell),
                *_times(round_, serial_s),
                *_items(study, round_),
                *_used(cell, round_, excluded),
            )
            yield [study.label, study.workload, *values]


def _setting(cell: Cell) -> list[object]:
    setting = cell.setting
    return [
        cell.cell_id, setting.strategy, setting.workers, setting.chunksize, cell.chunksize,
        setting.start_method, setting.order, setting.cores, setting.pool,
    ]  # fmt: skip


def _times(round_: Round, serial_s: dict[int, float | None]) -> list[object]:
    wall, serial = _wall_s(round_), serial_s.get(round_.block)
    speedup = serial / wall if serial is not None and wall else None
    return [round_.block, round_.position, str(round_.outcome), round_.reason, wall, serial, speedup]


def _items(study: Study, round_: Round) -> list[object]:
    longest = round_.longest_item
    name = study.item_names[longest] if longest is not None and longest < len(study.item_names) else None
    return [
        round_.items_done, round_.items_expected, round_.item_wall_ns / 1e9, round_.item_cpu_ns / 1e9,
        name, round_.longest_item_ns / 1e9, round_.retries, round_.spin_ns,
    ]  # fmt: skip


def _used(cell: Cell, round_: Round, excluded: Mapping[int, float]) -> list[object]:
    """Whether the round was left out as disturbed, its memory, its usage, its losses; empty where not known."""
    memory = round_.memory
    sizes = [memory.peak_pss_bytes, memory.peak_uss_bytes, memory.samples, memory.sampler_cpu_ns] if memory else []
    used, lost = round_.usage or Usage(), cell.losses.get(round_.block)
    return [
        round_.block in excluded, *(sizes or [None] * 4), *(getattr(used, field.name) for field in fields(Usage)),
        *(getattr(lost, field.name) if lost else None for field in fields(Losses)),
    ]  # fmt: skip


def _wall_s(round_: Round) -> float | None:
    return round_.wall_ns / 1e9 if round_.ok else None
