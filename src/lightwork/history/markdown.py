"""history.md: what changed, for a pull request, under 60 lines however many runs there are; pure."""

from collections.abc import Sequence

from lightwork.history.changes import gaps, sentence
from lightwork.history.line import Line
from lightwork.history.run import HistoryRun
from lightwork.history.table import HistoryRow, rows, told_of
from lightwork.render.markdown import inert
from lightwork.text.quantities import counted

STUDIES_LISTED = 12
IN_FULL, LATEST = 2, 6
NOTES_SHOWN = 5
HEADS = ("run", "recommended", "speedup", "serial", "blocks", "what changed")


def memo(runs: Sequence[HistoryRun], lines: Sequence[Line], notes: Sequence[str]) -> str:
    """The whole file: a row per study, then the latest runs of the first few."""
    told = [f"# lightwork: {counted(len(runs), 'run')}, oldest first", ""]
    told += ["| study | latest | what changed |", "| --- | --- | --- |"]
    told += [_study(line) for line in lines[:STUDIES_LISTED]]
    told += _more(len(lines) - STUDIES_LISTED, "study", "studies")
    told += ["", *(f"- {inert(note, 300)}" for note in notes[:NOTES_SHOWN])] if notes else []
    for line in lines[:IN_FULL]:
        told += _latest(line)
    return "\n".join([*told, "", "Every run: history.html. As figures: history.csv."]) + "\n"


def _study(line: Line) -> str:
    last = rows(line)[-1]
    latest = f"**{inert(last.figure or last.verdict)}**{f' {inert(last.verdict)}' if last.figure else ''}"
    return f"| {inert(line.label)} | {latest} | {inert(f'{sentence(line)} {gaps(line)}'.rstrip(), 400)} |"


def _latest(line: Line) -> list[str]:
    shown = rows(line)[-LATEST:]
    older = len(line.points) - len(shown)
    title = f"## {inert(line.label)}, {line.basis}"
    heads = [f"| {' | '.join(HEADS)} |", f"|{' --- |' * len(HEADS)}"]
    rest = ["", f"{counted(older, 'older run')} in history.html."] if older else []
    return ["", title, "", *heads, *map(_row, shown), *rest]


def _row(row: HistoryRow) -> str:
    figures = (row.run, row.verdict, told_of(row), row.serial or "-", row.blocks or "-", row.changed)
    return f"| {' | '.join(inert(words) for words in figures)} |"


def _more(count: int, one: str, many: str) -> list[str]:
    return ["", f"and {count} more {one if count == 1 else many} in history.html."] if count > 0 else []
