"""What a comparison says: a sentence, a table, how to read it; for a terminal and for Markdown; pure."""

from collections.abc import Sequence
from math import isfinite

from lightwork.compare.comparing import Compared, Comparison, Word
from lightwork.compare.contrast import inverse
from lightwork.compare.gate import Condition, GateFailure
from lightwork.compare.power import powerless
from lightwork.core.study import SERIAL
from lightwork.render import table as tables
from lightwork.render.markdown import inert
from lightwork.render.table import LONGEST_ENTRY, Column, Table, figures
from lightwork.text.quantities import counted, duration, percent, plain, sentence, short, times

COLUMNS = (
    Column("cell"),
    figures("BASE"),
    figures("NEW"),
    figures("speed, NEW / BASE"),
    figures("noise floor"),
    Column("word"),
    figures("wall time, NEW / BASE"),
)
NONE = "-"
NAMED = 2  # failures in the first sentence
LINES = 59  # of Markdown, with the sentence and all else
FAILURES_SHOWN = 8
NOTES_SHOWN = 12
NAME_LENGTH = 70
WORST_FIRST: tuple[Word, ...] = ("slower", "faster", "cannot tell")


def headline(found: Comparison, failed: Sequence[GateFailure], conditions: Sequence[Condition]) -> str:
    """The answer in one sentence."""
    told = f"{_counts(found)}{_serials(found)}"
    if failed:
        return f"{told}; the gate fails: {_failures(failed)}"
    return f"{told}; the gate passes: {_asked(conditions)}{_unsure(found, conditions)}" if conditions else told


def table(found: Comparison) -> Table:
    """A row for every cell of both runs, study by study, the serial reference first; below it how to read it."""
    rows = [one for study in found.studies for one in sorted(study.cells, key=lambda one: not one.is_serial)]
    return Table.of_words(COLUMNS, map(_row, rows), notes=_notes(found))


def markdown(found: Comparison, failed: Sequence[GateFailure], conditions: Sequence[Condition]) -> str:
    """The same for a pull request, in under 60 lines: what changed first, the rest as far as there is room."""
    head = [f"**{inert(headline(found, failed, conditions), LONGEST_ENTRY)}**", ""]
    head += [f"- {inert(failure_words(one), LONGEST_ENTRY)}" for one in failed[:FAILURES_SHOWN]]
    head += [f"- and {len(failed) - FAILURES_SHOWN} more", ""] if len(failed) > FAILURES_SHOWN else [""] * bool(failed)
    notes = _notes(found)[:NOTES_SHOWN]
    rows = sorted((one for study in found.studies for one in study.cells), key=_rank)
    room = LINES - len(head) - len(notes) - 4  # the table's two heads, the blank line below it, what is left out
    if len(rows) > room:
        left_out = rows[room:]
        same = "can't be told" if {one.word for one in left_out} == {"cannot tell"} else "are left out"
        notes = [f"{counted(len(left_out), 'more row')} {same}: `lightwork compare` shows all.", *notes]
    return "\n".join(head) + "\n" + tables.markdown(Table.of_words(COLUMNS, map(_row, rows[:room]), notes=notes))


def failure_words(one: GateFailure) -> str:
    """As "speedup<0.95: csv_parse: map-w2-fork-given: 0.90x (0.86-0.94) of the speedup it had"."""
    return f"{plain(one.condition)}: {one.words}" if one.condition else one.words


def _rank(one: Compared) -> tuple[int, bool]:
    return WORST_FIRST.index(one.word), not one.is_serial


def _counts(found: Comparison) -> str:
    words = [one.word for one in found.cells]
    if not words:
        return "No parallel cell is in both runs"
    slower, faster, unknown = (words.count(word) for word in WORST_FIRST)
    told = f"{_count(slower)} of {counted(len(words), 'cell')} slower, {_count(faster)} faster"
    return sentence(f"{told}, {_count(unknown)} can't be told")


def _serials(found: Comparison) -> str:
    """That the work itself became slower or faster, which no speedup shows."""
    told = []
    for word in ("slower", "faster"):
        changed = [one for one in found.serials if one.word == word]
        if changed:
            told.append(f"serial itself {word} in {len(changed)} of {_studies(len(found.serials))}")
    return "".join(f"; {words}" for words in told)


def _count(number_of: int) -> str:
    return str(number_of) if number_of else "none"


def _studies(number_of: int) -> str:
    return "1 study" if number_of == 1 else f"{number_of} studies"


def _failures(failed: Sequence[GateFailure]) -> str:
    shown = "; ".join(failure_words(one) for one in failed[:NAMED])
    return shown + (f"; and {len(failed) - NAMED} more" if len(failed) > NAMED else "")


def _asked(conditions: Sequence[Condition]) -> str:
    return ", ".join(plain(one.text) for one in conditions)


def _unsure(found: Comparison, conditions: Sequence[Condition]) -> str:
    """That a gate passes which could not have failed some of what it asks."""
    words = powerless(found, conditions)
    return f", but {words}" if words else ""


def _without_interval(one: Compared) -> bool:
    return one.deciding is not None and one.deciding.low is None


def _row(one: Compared) -> tuple[str, ...]:
    show = duration if one.is_serial else times
    return (
        f"{short(one.label, NAME_LENGTH)}: {short(one.cell_id, NAME_LENGTH)}",
        show(one.base) if one.base is not None else NONE,
        show(one.new) if one.new is not None else NONE,
        times(one.deciding) if one.deciding else NONE,
        percent(one.noise_floor) if isfinite(one.noise_floor) else "unknown",
        one.word,
        times(inverse(one.speed)) if one.speed else NONE,
    )


def _notes(found: Comparison) -> list[str]:
    """What does not fit, then how to read the table."""
    return [*_differences(found), *_troubles(found), *_reading(found)]


def _differences(found: Comparison) -> list[str]:
    told = [f"Compared by force: {words}" for words in found.obstacles] + list(found.notes)
    told += [f"study {short(label)} is new: BASE lacks it" for label in found.paired.added]
    for one in found.paired.pairs:
        added = [cell_id for cell_id in one.added if cell_id != SERIAL]
        if added:
            more = f" and {len(added) - NAMED} more" if len(added) > NAMED else ""
            names = ", ".join(map(short, added[:NAMED]))
            told.append(f"{short(one.label)}: new cells, which BASE lacks: {names}{more}")
    return told


def _troubles(found: Comparison) -> list[str]:
    told = [
        f"{short(one.label)}: {short(one.cell_id)} can't be told: {short(one.trouble, LONGEST_ENTRY)}"
        for one in (*found.serials, *found.cells)
        if one.trouble
    ]
    told += [f"{short(one.pair.label)}: no word, {one.other_load}" for one in found.studies if one.other_load]
    told += [
        f"{short(one.label)}: {short(one.cell_id)} is compared as measured: how it slows its own cores has changed"
        for one in found.cells
        if one.as_measured
    ]
    if few := list(filter(_without_interval, (*found.serials, *found.cells))):
        blocks = min(one.deciding.n for one in few if one.deciding)
        told.append(
            f"{counted(len(few), 'row')} can't carry an interval ({counted(blocks, 'block')} in one run): "
            "measure both runs with --blocks 10 or more"
        )
    return told


def _reading(found: Comparison) -> list[str]:
    """The statistics in three sentences."""
    runs = [one.runs for one in found.studies if one.runs]
    if not runs:
        return []
    level = sum(one.equal_speed for one in runs)
    basis = "at equal CPU speed" if level == len(runs) else "as measured"
    if 0 < level < len(runs):
        basis = f"at equal CPU speed in {level} of {_studies(len(runs))}, else as measured"
    return [
        (
            f"BASE, NEW: the speedup over serial, {basis} (geometric means over blocks), of serial its wall time; "
            "speed, NEW / BASE: above 1 is faster. The word is the speedup's, of serial its wall time's: wall times "
            "hold how fast the machine was in each run."
        ),
        (
            "95 % intervals that hold for all rows together (whole blocks dealt anew); slower or faster where the "
            "whole interval is on one side of 1, and the point beyond the noise floor of both runs (their A/A twins)."
        ),
    ]
