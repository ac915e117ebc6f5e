"""What a comparison says: a sentence, a table, how to read it; for a terminal and for Markdown; pure."""

from collections.abc import Sequence
from math import isfinite

from lightwork.comparison.comparing import Compared, Comparison, Word
from lightwork.comparison.contrast import inverse
from lightwork.comparison.gate import Condition, GateFailure
from lightwork.comparison.power import powerless
from lightwork.core.study import SERIAL
from lightwork.render import table as tables
from lightwork.render.markdown import inert
from lightwork.render.table import LONGEST_ENTRY, Column, Table, figures
from lightwork.text.quantities import counted, duration, percent, plain, sentence, short, times

COLUMNS = (
    Column("setting"),
    figures("BASE"),
    figures("NEW"),
    figures("speed, NEW / BASE"),
    figures("noise floor"),
    Column("result"),
    figures("wall time, NEW / BASE"),
)
NONE = "-"
NAMED = 2  # failures in the first sentence
LINES = 59  # of Markdown, with the sentence and all else
FAILURES_SHOWN = 8
NOTES_SHOWN = 12
NAME_LENGTH = 70
WORST_FIRST: tuple[Word, ...] = ("slower", "faster", "undecided")


def headline(comparison: Comparison, failed: Sequence[GateFailure], conditions: Sequence[Condition]) -> str:
    """The answer in one sentence."""
    counts = f"{_counts(comparison)}{_serials(comparison)}"
    if failed:
        return f"{counts}; the gate fails: {_failures(failed)}"
    passed = ", ".join(plain(condition.text) for condition in conditions)
    return f"{counts}; the gate passes: {passed}{_unsure(comparison, conditions)}" if passed else counts


def table(comparison: Comparison) -> Table:
    """A row for every cell of both runs, study by study, the serial reference first; below it how to read it."""
    rows = [
        compared for study in comparison.studies for compared in sorted(study.cells, key=lambda row: not row.is_serial)
    ]
    return Table.of_words(COLUMNS, map(_row, rows), notes=_notes(comparison))


def markdown(comparison: Comparison, failed: Sequence[GateFailure], conditions: Sequence[Condition]) -> str:
    """The same for a pull request, in under 60 lines: what changed first, the rest as far as there is room."""
    head = [f"**{inert(headline(comparison, failed, conditions), LONGEST_ENTRY)}**", ""]
    head += [f"- {inert(failure_words(gate_failure), LONGEST_ENTRY)}" for gate_failure in failed[:FAILURES_SHOWN]]
    head += [f"- and {len(failed) - FAILURES_SHOWN} more", ""] if len(failed) > FAILURES_SHOWN else [""] * bool(failed)
    notes = _notes(comparison)[:NOTES_SHOWN]
    rows = sorted(
        (compared for study in comparison.studies for compared in study.cells),
        key=lambda compared: (WORST_FIRST.index(compared.word), not compared.is_serial),
    )
    room = LINES - len(head) - len(notes) - 4  # the table's two heads, the blank line below it, what is left out
    if len(rows) > room:
        excluded = rows[room:]
        same = "are undecided" if {compared.word for compared in excluded} == {"undecided"} else "are left out"
        notes = [f"{counted(len(excluded), 'more row')} {same}: `lightwork compare` shows all.", *notes]
    return "\n".join(head) + "\n" + tables.markdown(Table.of_words(COLUMNS, map(_row, rows[:room]), notes=notes))


def failure_words(gate_failure: GateFailure) -> str:
    """As "speedup<0.95: csv_parse: map-w2-fork-given: 0.90x (0.86-0.94) of the speedup it had"."""
    return f"{plain(gate_failure.condition)}: {gate_failure.words}" if gate_failure.condition else gate_failure.words


def _counts(comparison: Comparison) -> str:
    words = [compared.word for compared in comparison.cells]
    if not words:
        return "No parallel setting is in both runs"
    slower, faster, unknown = (words.count(word) for word in WORST_FIRST)
    changed = f"{_count(slower)} of {counted(len(words), 'setting')} slower, {_count(faster)} faster"
    return sentence(f"{changed}, {_count(unknown)} undecided")


def _serials(comparison: Comparison) -> str:
    """That the work itself became slower or faster, which no speedup shows."""
    clauses = []
    for word in ("slower", "faster"):
        changed = [compared for compared in comparison.serials if compared.word == word]
        if changed:
            clauses.append(f"serial itself {word} in {len(changed)} of {_studies(len(comparison.serials))}")
    return "".join(f"; {words}" for words in clauses)


def _count(number_of: int) -> str:
    return str(number_of) if number_of else "none"


def _studies(number_of: int) -> str:
    return "1 study" if number_of == 1 else f"{number_of} studies"


def _failures(failed: Sequence[GateFailure]) -> str:
    shown = "; ".join(failure_words(gate_failure) for gate_failure in failed[:NAMED])
    return shown + (f"; and {len(failed) - NAMED} more" if len(failed) > NAMED else "")


def _unsure(comparison: Comparison, conditions: Sequence[Condition]) -> str:
    """That a gate passes which could not have failed some of what it asks."""
    words = powerless(comparison, conditions)
    return f", but {words}" if words else ""


def _without_interval(compared: Compared) -> bool:
    return compared.deciding is not None and compared.deciding.low is None


def _row(compared: Compared) -> tuple[str, ...]:
    show = duration if compared.is_serial else times
    return (
        f"{short(compared.label, NAME_LENGTH)}: {short(compared.cell_id, NAME_LENGTH)}",
        show(compared.base) if compared.base is not None else NONE,
        show(compared.new) if compared.new is not None else NONE,
        times(compared.deciding) if compared.deciding else NONE,
        percent(compared.noise_floor) if isfinite(compared.noise_floor) else "unknown",
        compared.word,
        times(inverse(compared.speed)) if compared.speed else NONE,
    )


def _notes(comparison: Comparison) -> list[str]:
    """What does not fit, then how to read the table."""
    return [*_differences(comparison), *_troubles(comparison), *_reading(comparison)]


def _differences(comparison: Comparison) -> list[str]:
    notes = [f"Compared by force: {words}" for words in comparison.obstacles] + list(comparison.notes)
    notes += [f"study {short(label)} is new: it is not in BASE" for label in comparison.paired.added]
    for pair in comparison.paired.pairs:
        added = [cell_id for cell_id in pair.added if cell_id != SERIAL]
        if added:
            more = f" and {len(added) - NAMED} more" if len(added) > NAMED else ""
            names = ", ".join(map(short, added[:NAMED]))
            notes.append(f"{short(pair.label)}: new settings, not in BASE: {names}{more}")
    return notes


def _troubles(comparison: Comparison) -> list[str]:
    notes = [
        f"{short(compared.label)}: {short(compared.cell_id)} can't be told: {short(compared.trouble, LONGEST_ENTRY)}"
        for compared in (*comparison.serials, *comparison.cells)
        if compared.trouble
    ]
    notes += [
        f"{short(study.pair.label)}: no result, {study.other_load}" for study in comparison.studies if study.other_load
    ]
    notes += [
        f"{short(compared.label)}: {short(compared.cell_id)} is compared as measured: "
        "how it slows its own cores has changed"
        for compared in comparison.cells
        if compared.as_measured
    ]
    if few := list(filter(_without_interval, (*comparison.serials, *comparison.cells))):
        blocks = min(compared.deciding.n for compared in few if compared.deciding)
        notes.append(
            f"no interval for {counted(len(few), 'row')} ({counted(blocks, 'block')} in one run): "
            "measure both runs with --blocks 10 or more"
        )
    return notes


def _reading(comparison: Comparison) -> list[str]:
    """The statistics in three sentences."""
    runs = [study.runs for study in comparison.studies if study.runs]
    if not runs:
        return []
    level = sum(both.equal_speed for both in runs)
    basis = "at equal CPU speed" if level == len(runs) else "as measured"
    if 0 < level < len(runs):
        basis = f"at equal CPU speed in {level} of {_studies(len(runs))}, else as measured"
    return [
        (
            f"BASE, NEW: the speedup over serial, {basis} (geometric means over blocks); for serial, the wall time; "
            "speed, NEW / BASE: above 1 is faster. The result is that of the speedup, for serial that of the wall "
            "time. Wall times depend on how fast the machine was in each run."
        ),
        (
            "95 % intervals, simultaneous over all rows (permutation of whole blocks); slower or faster if the "
            "whole interval is on one side of 1 and the point is beyond the noise floor of both runs."
        ),
    ]
