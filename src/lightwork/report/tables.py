"""A study's cells as a table, strategy x workers; pure functions from scaling to rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lightwork.analysis.basis import ranked
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.round import Round
from lightwork.core.study import SERIAL_AGAIN
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.text.quantities import between, counted, lines, plain, times
from lightwork.text.variants import Variant, cell_name

BEST, EQUAL, ORDINARY, FAILED, UNMEASURED = "best", "equal", "ordinary", "failed", "unmeasured"
NOTES_SHOWN = 40
DETAIL_LINES = 30


@dataclass(frozen=True)
class Entry:
    """One cell in the table. kind: BEST, EQUAL (to the best), ORDINARY, FAILED or UNMEASURED.

    text is the figure or what happened; interval and equal_speed stand beside and below it; hover explains.
    left_out: how many rounds were left out as disturbed, in short; "" for none. speedup: to sort by; None without.
    """

    kind: str
    text: str
    interval: str = ""
    equal_speed: str = ""
    hover: str = ""
    mark: str = ""
    left_out: str = ""
    speedup: float | None = None


@dataclass(frozen=True)
class Row:
    """A variant and its entries, one per worker count of the table; None where no such cell was asked for."""

    strategy: str
    details: str
    entries: tuple[Entry | None, ...]
    facets: Facets = UNFILTERED


@dataclass(frozen=True)
class Failure:
    """A failed cell in words; detail is the traceback or last output of its first such round."""

    words: str
    detail: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under worker counts, and the A/A twin; `failures` says in words what the failed entries only name."""

    workers: tuple[int, ...]
    rows: tuple[Row, ...]
    twin: Entry | None
    failures: tuple[Failure, ...]


def table(scaling: StudyScaling, recommendation: Recommendation) -> Table:
    """The study's table. Every cell but the reference is in it; failed ones are, and are never marked best."""
    grouped: dict[Variant, dict[int, CellScaling]] = {}
    for cell in scaling.cells:
        if cell.parallel:
            grouped.setdefault(Variant.of(cell.cell), {})[cell.cell.setting.workers] = cell
    workers = tuple(sorted({count for own in grouped.values() for count in own}))
    marked = marks(scaling, recommendation)
    rows = tuple(_row(variant, workers, grouped[variant], marked) for variant in sorted(grouped))
    twin = [_entry(cell, {}) for cell in scaling.cells if cell.cell.cell_id == SERIAL_AGAIN]
    return Table(workers, rows, twin[0] if twin else None, failures(scaling.cells))


def marks(scaling: StudyScaling, recommendation: Recommendation) -> dict[str, tuple[str, str]]:
    """Cell id -> (kind, mark) of the cells that stand out: the recommended one, or else the fastest."""
    found = dict.fromkeys(recommendation.equals, (EQUAL, "not measurably different"))
    if recommendation.chosen is not None:
        return found | {recommendation.chosen.cell.cell_id: (BEST, "recommended")}
    fastest = ranked(scaling)[-1:]
    return found | {cell.cell.cell_id: (BEST, "fastest, not recommended") for cell in fastest}


def failures(cells: Iterable[CellScaling]) -> tuple[Failure, ...]:
    """One sentence per failed cell and reason; past NOTES_SHOWN only their number (rounds.csv has them all)."""
    notes = [note for cell in cells if cell.failed for note in _failure_notes(cell)]
    more = len(notes) - NOTES_SHOWN
    rest = (Failure(f"and {more} more: see rounds.csv"),) if more > 0 else ()
    return (*notes[:NOTES_SHOWN], *rest)


def _failure_notes(cell: CellScaling) -> list[Failure]:
    name, rounds = cell_name(cell.cell), len(cell.cell.tried)
    details = {_what(failed): failed.detail for failed in reversed(cell.failed)}
    return [
        Failure(f"{name}: failed {count} of {rounds}: {what}", lines(details[what], DETAIL_LINES))
        for what, count in Counter(_what(failed) for failed in cell.failed).items()
    ]


def _what(failed: Round) -> str:
    return f"{failed.outcome}, {plain(failed.reason)}" if failed.reason else str(failed.outcome)


def _row(
    variant: Variant, workers: tuple[int, ...], own: dict[int, CellScaling], marked: dict[str, tuple[str, str]]
) -> Row:
    entries = tuple(_entry(own[count], marked) if count in own else None for count in workers)
    details = [*_default_chunksize(variant, own.values()), *variant.details]
    return Row(plain(variant.strategy), ", ".join(details), entries, Facets(variant.strategy, variant.start_method))


def _default_chunksize(variant: Variant, cells: Iterable[CellScaling]) -> list[str]:
    """The strategy's own chunksize, which may follow from the number of workers."""
    in_force = sorted({cell.cell.chunksize for cell in cells if cell.cell.chunksize is not None})
    if variant.chunksize or not in_force:
        return []
    low, high = in_force[0], in_force[-1]
    return [f"default chunksize, {low}" if low == high else f"default chunksize, {low} to {high}"]


def _entry(cell: CellScaling, marked: dict[str, tuple[str, str]]) -> Entry:
    if cell.failed:
        reasons = "; ".join(sorted({_what(failed) for failed in cell.failed}))
        return Entry(FAILED, f"failed {len(cell.failed)} of {len(cell.cell.tried)}", hover=reasons)
    if cell.speedup is None:
        return Entry(UNMEASURED, "not measured", hover="no block holds both this cell and the serial reference")
    kind, mark = marked.get(cell.cell.cell_id, (ORDINARY, ""))
    known = cell.speedup_equal_speed
    equal = f"{times(known)}" if known is not None else ""
    method, left_out = plain(cell.speedup.method), _left_out(cell)
    hover = f"{method}; {left_out} as disturbed" if left_out else method
    point = cell.speedup.point
    return Entry(kind, times(point), between(cell.speedup), equal, hover, mark, left_out, point)


def _left_out(cell: CellScaling) -> str:
    count = len(cell.disturbed)
    return f"{count} of {counted(len(cell.cell.rounds), 'round')} left out" if count else ""
