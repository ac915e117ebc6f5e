"""The table of a study's speedups, variant by worker count, and what failed in words; pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lightwork.analysis.basis import ranked
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.round import Round
from lightwork.core.study import SERIAL_AGAIN
from lightwork.render.filters import Facets
from lightwork.render.table import BEST, Column, Entry, Table
from lightwork.text.quantities import between, counted, lines, plain, times
from lightwork.text.variants import TWIN, Variant, cell_name

EQUAL, ORDINARY, FAILED, UNMEASURED = "equal", "ordinary", "failed", "unmeasured"  # kinds of entries, and BEST
NOT_ASKED = Entry("\N{MIDDLE DOT}", kind="none", hover="not requested")
NOTES_SHOWN = 40
DETAIL_LINES = 30


@dataclass(frozen=True)
class FailedCell:
    """A failed cell in words; detail is the traceback or last output of its first such round."""

    words: str
    detail: str = ""


def speedup_table(scaling: StudyScaling, recommendation: Recommendation) -> Table:
    """Speedups by variant and worker count. All cells but the reference; failed ones are never marked best."""
    grouped: dict[Variant, dict[int, CellScaling]] = {}
    for cell in scaling.cells:
        if cell.parallel:
            grouped.setdefault(Variant.of(cell.cell), {})[cell.cell.setting.workers] = cell
    workers = tuple(sorted({count for cells in grouped.values() for count in cells}))
    marked = marks(scaling, recommendation)
    twin = [(Entry(TWIN), _entry(cell, {})) for cell in scaling.cells if cell.cell.cell_id == SERIAL_AGAIN]
    return Table(
        (Column("setting"), *(Column(str(count), is_numeric=True, facets=Facets(workers=count)) for count in workers)),
        tuple(_row(variant, workers, grouped[variant], marked) for variant in sorted(grouped)),
        title=f"Speedup by setting and workers, {plain(scaling.study.label)}",
        caption=_caption(scaling),
        group="workers",
        foot=twin[0] if twin else (),
    )


def _caption(scaling: StudyScaling) -> str:
    caption = "Speedup over serial as measured: median over blocks and 95\N{NO-BREAK SPACE}% interval."
    if any(cell.speedup_equal_speed is not None for cell in scaling.cells):
        caption += " Below: the same at equal CPU speed."
    else:
        caption += " This study has no figures at equal CPU speed."
    if any(cell.disturbed for cell in scaling.cells):
        caption += " Rounds with interference are excluded."
    return caption


def marks(scaling: StudyScaling, recommendation: Recommendation) -> dict[str, tuple[str, str]]:
    """Cell id -> (kind, mark) of the cells that stand out: the recommended one, or else the fastest."""
    marked = dict.fromkeys(recommendation.equals, (EQUAL, "not measurably different"))
    if recommendation.chosen is not None:
        return marked | {recommendation.chosen.cell.cell_id: (BEST, "recommended")}
    fastest = ranked(scaling)[-1:]
    return marked | {cell.cell.cell_id: (BEST, "fastest, not recommended") for cell in fastest}


def failures(cells: Iterable[CellScaling]) -> tuple[FailedCell, ...]:
    """One sentence per failed cell and reason; past NOTES_SHOWN only their number (rounds.csv has them all)."""
    notes = [note for cell in cells if cell.failed for note in _failure_notes(cell)]
    more = len(notes) - NOTES_SHOWN
    rest = (FailedCell(f"and {more} more: see rounds.csv"),) if more > 0 else ()
    return (*notes[:NOTES_SHOWN], *rest)


def _failure_notes(cell: CellScaling) -> list[FailedCell]:
    name, rounds = cell_name(cell.cell), len(cell.cell.tried)
    details = {_what(failed): failed.detail for failed in reversed(cell.failed)}
    return [
        FailedCell(f"{name}: failed {count} of {rounds}: {what}", lines(details[what], DETAIL_LINES))
        for what, count in Counter(_what(failed) for failed in cell.failed).items()
    ]


def _what(failed: Round) -> str:
    return f"{failed.outcome}, {plain(failed.reason)}" if failed.reason else str(failed.outcome)


def _row(
    variant: Variant, workers: tuple[int, ...], cells: dict[int, CellScaling], marked: dict[str, tuple[str, str]]
) -> tuple[Entry, ...]:
    details = ", ".join([*_default_chunksize(variant, cells.values()), *variant.details])
    facets = Facets(variant.strategy, variant.start_method)
    name = Entry(plain(variant.strategy), details=(details,) if details else (), facets=facets)
    return (name, *(_entry(cells[count], marked) if count in cells else NOT_ASKED for count in workers))


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
        return Entry(f"failed {len(cell.failed)} of {len(cell.cell.tried)}", hover=reasons, kind=FAILED)
    if cell.speedup is None:
        return Entry("not measured", hover="no block holds both this setting and the serial reference", kind=UNMEASURED)
    kind, mark = marked.get(cell.cell.cell_id, (ORDINARY, ""))
    level = cell.speedup_equal_speed
    equal = f"equal CPU speed {times(level)}" if level is not None else ""
    method, excluded = plain(cell.speedup.method), _excluded_words(cell)
    return Entry(
        times(cell.speedup.point),
        cell.speedup.point,
        interval=between(cell.speedup),
        details=tuple(words for words in (equal, excluded) if words),
        mark=mark,
        hover=f"{method}; {excluded}" if excluded else method,
        kind=kind,
    )


def _excluded_words(cell: CellScaling) -> str:
    count = len(cell.disturbed)
    return f"{count} of {counted(len(cell.cell.rounds), 'round')} excluded" if count else ""
