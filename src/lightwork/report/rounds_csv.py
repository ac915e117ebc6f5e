"""rounds.csv: one tidy row per round of every study, failed ones with outcome and reason."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import fields

from lightwork.analysis.disturbance import disturbed
from lightwork.core.losses import Losses
from lightwork.core.round import Round
from lightwork.core.study import SERIAL, Cell, Results, Study
from lightwork.core.usage import Usage
from lightwork.render.csv import safe

COLUMNS = (
    "study", "workload", "cell_id", "strategy", "workers", "chunksize", "chunksize_in_force", "start_method",
    "order", "cores", "pool", "block", "position", "outcome", "reason", "wall_s", "serial_wall_s", "speedup",
    "items_done", "items_expected", "item_wall_s", "item_cpu_s", "longest_item", "longest_item_s", "retries",
    "spin_ns", "disturbed", "peak_pss_bytes", "peak_uss_bytes", "memory_samples", "sampler_cpu_ns",
    *(field.name for field in fields(Usage)), *(field.name for field in fields(Losses)),
)  # fmt: skip


def rounds_csv(results: Results) -> str:
    """The whole file. Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for study in results.studies:
        writer.writerows([safe(value) for value in row] for row in _study_rows(study))
    return stream.getvalue()


def _study_rows(study: Study) -> Iterator[list[object]]:
    serial_s = {found.block: _wall_s(found) for cell in study.cells if cell.cell_id == SERIAL for found in cell.rounds}
    for cell in study.cells:
        left_out = disturbed(cell)
        for found in cell.rounds:
            told = (*_setting(cell), *_times(found, serial_s), *_items(study, found), *_used(cell, found, left_out))
            yield [study.label, study.workload, *told]


def _setting(cell: Cell) -> list[object]:
    setting = cell.setting
    return [
        cell.cell_id, setting.strategy, setting.workers, setting.chunksize, cell.chunksize,
        setting.start_method, setting.order, setting.cores, setting.pool,
    ]  # fmt: skip


def _times(found: Round, serial_s: dict[int, float | None]) -> list[object]:
    wall, serial = _wall_s(found), serial_s.get(found.block)
    speedup = serial / wall if serial is not None and wall else None
    return [found.block, found.position, str(found.outcome), found.reason, wall, serial, speedup]


def _items(study: Study, found: Round) -> list[object]:
    longest = found.longest_item
    name = study.item_names[longest] if longest is not None and longest < len(study.item_names) else None
    return [
        found.items_done, found.items_expected, found.item_wall_ns / 1e9, found.item_cpu_ns / 1e9,
        name, found.longest_item_ns / 1e9, found.retries, found.spin_ns,
    ]  # fmt: skip


def _used(cell: Cell, found: Round, left_out: Mapping[int, float]) -> list[object]:
    """Whether the round was left out as disturbed, its memory, its usage, its losses; empty where not known."""
    memory = found.memory
    sizes = [memory.peak_pss_bytes, memory.peak_uss_bytes, memory.samples, memory.sampler_cpu_ns] if memory else []
    used, lost = found.usage or Usage(), cell.losses.get(found.block)
    return [
        int(found.block in left_out), *(sizes or [None] * 4), *(getattr(used, field.name) for field in fields(Usage)),
        *(getattr(lost, field.name) if lost else None for field in fields(Losses)),
    ]  # fmt: skip


def _wall_s(found: Round) -> float | None:
    return found.wall_ns / 1e9 if found.ok else None
