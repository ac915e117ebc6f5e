"""history.md: what changed, for a pull request, under 60 lines however many runs there are; pure."""

from collections.abc import Sequence
from dataclasses import replace

from lightwork.history.changes import gaps, sentence
from lightwork.history.line import Line
from lightwork.history.run import HistoryRun
from lightwork.history.table import latest, runs_table
from lightwork.render.markdown import inert
from lightwork.render.table import Table, markdown
from lightwork.text.quantities import counted, plain

STUDIES_LISTED = 12
IN_FULL, LATEST = 2, 6
NOTES_SHOWN = 5
PAGE = "history.html"
HEADS = ("study", "latest", "what changed")


def as_markdown(runs: Sequence[HistoryRun], lines: Sequence[Line], notes: Sequence[str]) -> str:
    """The whole file: a row per study, then the latest runs of the first few."""
    text_lines = [f"# lightwork: {counted(len(runs), 'run')}, oldest first", ""]
    text_lines += markdown(
        Table.of_words(
            HEADS, ((plain(line.label), latest(line), f"{sentence(line)} {gaps(line)}".rstrip()) for line in lines)
        ).first(STUDIES_LISTED, PAGE)
    ).splitlines()
    text_lines += ["", *(f"- {inert(note, 300)}" for note in notes[:NOTES_SHOWN])] if notes else []
    for line in lines[:IN_FULL]:
        text_lines += _latest(line)
    return "\n".join([*text_lines, "", "Every run: history.html. As figures: history.csv."]) + "\n"


def _latest(line: Line) -> list[str]:
    table, older = runs_table(line).brief(), len(line.points) - LATEST
    notes = (f"{counted(older, 'older run')} in {PAGE}.",) if older > 0 else ()
    title = f"## {inert(line.label)}, {line.basis}"
    return ["", title, "", *markdown(replace(table, rows=table.rows[-LATEST:], notes=notes)).splitlines()]
