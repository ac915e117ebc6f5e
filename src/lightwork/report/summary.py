"""summary.md: the verdicts for a pull request, under 60 lines whatever was measured; pure."""

from collections.abc import Iterable, Sequence

from lightwork.analysis.judged_study import Judged
from lightwork.render.markdown import inert
from lightwork.render.table import BEST, Entry, Table, markdown
from lightwork.report.answer import StudyAnswer, answer, cap_sentence, comparisons
from lightwork.report.break_evens import break_even_table
from lightwork.report.cluster import cluster_sentence
from lightwork.report.methods import labelled_sentences
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
    verdicts = [(study, answer(study)) for study in judged]
    glance = Table.of_words(("study", "speedup", "verdict"), [_glance(study_answer) for _, study_answer in verdicts])
    lines = ["# lightwork", *_lines(glance, STUDIES_LISTED)]
    lines += _batching([*comparisons(judged), *labelled_sentences(judged)])
    more = f"Details here: the first {STUDIES_IN_FULL} studies. " if len(judged) > STUDIES_IN_FULL else ""
    ending = ["", f"{more}Every setting, chart and timeline: index.html. Every round: rounds.csv."]
    for number, (study, study_answer) in enumerate(verdicts[:STUDIES_IN_FULL]):
        studies = min(STUDIES_IN_FULL, len(judged)) - number
        room = (LINES - len(ending) - len(lines)) // studies
        lines += _that_fit(room, (_details(study, study_answer, rows) for rows in range(ROWS_SHOWN // studies, 0, -1)))
    lines += _that_fit(LINES - len(ending) - len(lines), [_starts(judged)])
    return "\n".join(lines + ending) + "\n"


def _that_fit(room: int, versions: Iterable[list[str]]) -> list[str]:
    """The first version that takes no more lines than there is room for; nothing where none does."""
    return next((lines for lines in versions if len(lines) <= room), [])


def _batching(sentences: Sequence[str]) -> list[str]:
    shown = [f"- {inert(words, 300)}" for words in sentences[:COMPARISONS_SHOWN]]
    return ["", *shown, *_more(len(sentences) - len(shown), "comparison", "comparisons")] if sentences else []


def _glance(study_answer: StudyAnswer) -> tuple[Entry, ...]:
    note = f"({study_answer.hero_note})" if study_answer.hero_note else ""
    return Entry(study_answer.label), Entry(study_answer.hero, mark=note, kind=BEST), Entry(study_answer.sentence)


def _details(judged: Judged, study_answer: StudyAnswer, rows: int) -> list[str]:
    if judged.scaling is None or judged.recommendation is None:
        return []
    sentences = [
        study_answer.reason,
        study_answer.loss,
        study_answer.next_workers,
        study_answer.sure,
        cap_sentence(judged.scaling),
    ]
    sentences.append(cluster_sentence(judged.scaling, judged.losses))
    sentences += [f"Warning: {warning}" for warning in study_answer.warnings[:WARNINGS_SHOWN]]
    lines = ["", f"## {inert(study_answer.label)}", "", *(f"- {inert(words, 400)}" for words in sentences if words)]
    table = speedup_table(judged.scaling, judged.recommendation).brief()
    lines += _lines(table, rows)
    notes = failures(judged.scaling.cells)
    lines += ["", *(f"- {inert(note.words, 300)}" for note in notes[:NOTES_SHOWN])] if notes else []
    return lines


def _lines(table: Table, rows: int) -> list[str]:
    """The table's first rows below a blank line; what does not fit is counted."""
    return ["", *markdown(table.first(rows, "index.html")).splitlines()]


def _starts(judged: Sequence[Judged]) -> list[str]:
    for study in judged:
        table = break_even_table(study.scaling) if study.scaling is not None else None
        if table is not None:
            return ["", f"## What starting costs: {inert(study.study.label)}", *_lines(table, STARTS_SHOWN)]
    return []


def _more(count: int, singular: str, plural: str) -> list[str]:
    return ["", f"and {count} more {singular if count == 1 else plural} in index.html."] if count > 0 else []
