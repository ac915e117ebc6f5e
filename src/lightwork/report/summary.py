"""summary.md: the verdicts for a pull request, under 60 lines whatever was measured; pure."""

from collections.abc import Iterable, Sequence

from lightwork.analysis.judged_study import Judged
from lightwork.render.markdown import inert
from lightwork.render.table import BEST, Entry, Table, markdown
from lightwork.report.answer import StudyAnswer, answer, cap_sentence, comparisons
from lightwork.report.break_evens import break_even_table
from lightwork.report.cluster import cluster_sentence
from lightwork.report.speedups import failures, speedup_table

LINES = 59
STUDIES_IN_FULL = 2
STUDIES_LISTED = 20
ROWS_SHOWN = 8
NOTES_SHOWN = 2
WARNINGS_SHOWN = 5
STARTS_SHOWN = 4
COMPARISONS_SHOWN = 3


def summary(judged: Sequence[Judged]) -> str:
    """The whole file: one table row per study, then the details of the first few."""
    verdicts = [(one, answer(one)) for one in judged]
    glance = Table.of_words(("study", "speedup", "verdict"), [_glance(found) for _, found in verdicts])
    lines = ["# lightwork", *_lines(glance, STUDIES_LISTED)]
    lines += _batching(comparisons(judged))
    more = f"Details here: the first {STUDIES_IN_FULL} studies. " if len(judged) > STUDIES_IN_FULL else ""
    ending = ["", f"{more}Every cell, chart and timeline: index.html. Every round: rounds.csv."]
    for number, (one, found) in enumerate(verdicts[:STUDIES_IN_FULL]):
        studies = min(STUDIES_IN_FULL, len(judged)) - number
        room = (LINES - len(ending) - len(lines)) // studies
        lines += _that_fit(room, (_details(one, found, rows) for rows in range(ROWS_SHOWN // studies, 0, -1)))
    lines += _that_fit(LINES - len(ending) - len(lines), [_starts(judged)])
    return "\n".join(lines + ending) + "\n"


def _that_fit(room: int, versions: Iterable[list[str]]) -> list[str]:
    """The first version that takes no more lines than there is room for; nothing where none does."""
    return next((lines for lines in versions if len(lines) <= room), [])


def _batching(told: Sequence[str]) -> list[str]:
    """What batching is worth beside workers, as far as there is room for it."""
    shown = [f"- {inert(words, 300)}" for words in told[:COMPARISONS_SHOWN]]
    return ["", *shown, *_more(len(told) - len(shown), "comparison", "comparisons")] if told else []


def _glance(found: StudyAnswer) -> tuple[Entry, ...]:
    note = f"({found.hero_note})" if found.hero_note else ""
    return Entry(found.label), Entry(found.hero, mark=note, kind=BEST), Entry(found.sentence)


def _details(one: Judged, found: StudyAnswer, rows: int) -> list[str]:
    if one.scaling is None or one.recommendation is None:
        return []
    told = [found.reason, found.loss, found.next_workers, found.sure, cap_sentence(one.scaling)]
    told.append(cluster_sentence(one.scaling, one.losses))
    told += [f"Warning: {warning}" for warning in found.warnings[:WARNINGS_SHOWN]]
    lines = ["", f"## {inert(found.label)}", "", *(f"- {inert(words, 400)}" for words in told if words)]
    table = speedup_table(one.scaling, one.recommendation).brief()
    lines += _lines(table, rows)
    notes = failures(one.scaling.cells)
    lines += ["", *(f"- {inert(note.words, 300)}" for note in notes[:NOTES_SHOWN])] if notes else []
    return lines


def _lines(table: Table, rows: int) -> list[str]:
    """The table's first rows below a blank line; what does not fit is counted."""
    return ["", *markdown(table.first(rows, "index.html")).splitlines()]


def _starts(judged: Sequence[Judged]) -> list[str]:
    """The break-even lengths of the first study that has any."""
    for one in judged:
        table = break_even_table(one.scaling) if one.scaling is not None else None
        if table is not None:
            return ["", f"## What starting costs: {inert(one.study.label)}", *_lines(table, STARTS_SHOWN)]
    return []


def _more(count: int, one: str, many: str) -> list[str]:
    return ["", f"and {count} more {one if count == 1 else many} in index.html."] if count > 0 else []
