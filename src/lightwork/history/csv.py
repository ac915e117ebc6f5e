"""history.csv: one tidy row per run and study, those in which a study is absent included; pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from math import isfinite

from lightwork.core.estimate import Estimate
from lightwork.history.changes import changes
from lightwork.history.line import Line, Point
from lightwork.render.csv import csv_text
from lightwork.text.verdict import verdict_sentence

ENDS = ("", "_low", "_high")
COLUMNS = (
    "place", "run", "file", "commit", "branch", "dirty", "commit_at", "saved_at", "study", "workload", "verdict",
    "strategy", "workers", "chunksize", "order", "start_method", "cores", "pool", "basis",
    *(f"speedup{end}" for end in ENDS), "noise_floor", *(f"serial_s{end}" for end in ENDS),
    *(f"wall_s{end}" for end in ENDS), "blocks", "finished", "items", "not_comparable", "changed", "sentence",
)  # fmt: skip


def as_csv(lines: Sequence[Line]) -> str:
    """The whole file. Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    import pandas as pd

    rows = [row for line in lines for row in _rows(line)]
    return csv_text(pd.DataFrame(rows, columns=COLUMNS, dtype=object))


def _rows(line: Line) -> Iterator[list[object]]:
    all_changes = changes(line)
    for place, point in enumerate(line.points):
        changed = "; ".join(change.words for change in all_changes if change.place == place)
        row = [place + 1, *_run(point), line.label, *_verdict(line, point), *_times(point), *_about(point)]
        yield [*row, point.other or point.lacking or None, changed or None, _sentence(point)]


def _run(point: Point) -> list[object]:
    run = point.run
    moments = (_iso(run.commit_at), _iso(run.saved_at))
    return [run.name, run.file, run.commit_id or None, run.branch or None, int(run.dirty), *moments]


def _verdict(line: Line, point: Point) -> list[object]:
    standing, chosen = point.standing, point.standing.chosen if point.standing else None
    setting = chosen.cell.setting if chosen else None
    setting_columns = [setting.strategy, setting.workers, chosen.cell.chunksize] if setting and chosen else [None] * 3
    setting_columns += [setting.order, setting.start_method, setting.cores, setting.pool] if setting else [None] * 4
    floor = line.noise_floor(point)
    figures = [line.basis, *_ends(line.speedup(point)), floor if isfinite(floor) else None]
    return [standing.work.workload if standing else None, str(point.word), *setting_columns, *figures]


def _times(point: Point) -> list[object]:
    standing = point.standing
    chosen = standing.chosen if standing else None
    return [*_ends(standing.serial_s if standing else None), *_ends(chosen.wall_s if chosen else None)]


def _about(point: Point) -> list[object]:
    standing = point.standing
    return [standing.blocks, int(standing.finished), standing.work.items] if standing else [None] * 3


def _sentence(point: Point) -> str | None:
    standing = point.standing
    if standing is None:
        return None
    return verdict_sentence(standing.verdict) if standing.verdict else standing.trouble


def _ends(estimate: Estimate | None) -> list[float | None]:
    return [estimate.point, estimate.low, estimate.high] if estimate else [None] * len(ENDS)


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
