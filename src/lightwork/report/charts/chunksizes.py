"""Speedup over chunksize, where several were measured, and the band in which one is safe; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

from lightwork.analysis.basis import Basis
from lightwork.analysis.chunk_band import Band, safe_band
from lightwork.analysis.recommendation import Recommendation
from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.estimate import Estimate
from lightwork.core.losses import Losses
from lightwork.core.study import Cell
from lightwork.render.filters import Facets
from lightwork.render.palette import Look, variant_look
from lightwork.report.charts.curves import basis_name, rounds_s
from lightwork.text.quantities import counted, duration
from lightwork.text.variants import Variant, variant_name

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

CURVES_SHOWN = 8
LEAST_POINTS = 2


@dataclass(frozen=True)
class SizePoint:
    """One cell: its chunksize in force, its speedup and the wall times behind that."""

    chunksize: int
    speedup: Estimate
    rounds_s: tuple[float, ...]
    chosen: bool


@dataclass(frozen=True)
class SizeCurve:
    """A setting but for its chunksize: the points in order of that. hand_over_s: of a chunk; None where not known."""

    name: str
    look: Look
    facets: Facets
    workers: int
    points: tuple[SizePoint, ...]
    hand_over_s: float | None

    @property
    def chosen(self) -> bool:
        """Whether the recommended setting is one of these."""
        return any(point.chosen for point in self.points)


@dataclass(frozen=True)
class SizeChart:
    """The figure: the recommended setting's curve first. band: of the first curve; None where it can't be told.

    basis: which figures; finding: what the band says.
    """

    curves: tuple[SizeCurve, ...]
    more: int
    band: Band | None
    basis: str
    finding: str


def size_chart(
    scaling: StudyScaling,
    recommendation: Recommendation,
    losses: Mapping[str, Losses],
    looks: Mapping[str, Look],
    items_s: Sequence[float] | None,
) -> SizeChart | None:
    """The study's figure; None where no setting was measured with several chunksizes.

    items_s: how long each item takes serially, in given order; None where it is not known.
    """
    curves = sorted(
        _curves(scaling, recommendation, losses, looks),
        key=lambda curve: (not curve.chosen, -max(point.speedup.point for point in curve.points)),
    )
    if not curves:
        return None
    curves, first = _told_apart(curves), curves[0]
    has_times = items_s is not None and sum(items_s) > 0 and first.hand_over_s is not None
    band = safe_band(items_s, first.workers, first.hand_over_s) if has_times else None  # type: ignore[arg-type]  # known
    more = max(0, len(curves) - CURVES_SHOWN)
    return SizeChart(
        tuple(curves[:CURVES_SHOWN]), more, band, basis_name(scaling), _finding(first, band, items_s or (0.0,))
    )


def _told_apart(curves: Sequence[SizeCurve]) -> list[SizeCurve]:
    """The curves, those of one strategy with a dash each."""
    places: dict[Look, int] = {}
    dashed = []
    for curve in curves:
        place = places[curve.look] = places.get(curve.look, -1) + 1
        dashed.append(replace(curve, look=variant_look(curve.look, place)))
    return dashed


def _curves(
    scaling: StudyScaling, recommendation: Recommendation, losses: Mapping[str, Losses], looks: Mapping[str, Look]
) -> Iterator[SizeCurve]:
    alike: dict[Setting, list[CellScaling]] = {}
    for cell in Basis.of(scaling).candidates:
        if cell.cell.chunksize is not None:
            alike.setdefault(replace(cell.cell.setting, chunksize=None), []).append(cell)
    chosen = recommendation.chosen.cell.cell_id if recommendation.chosen is not None else ""
    for cells in alike.values():
        by_size = {cell.cell.chunksize: cell for cell in cells}  # one's own default may be one of those asked for
        if len(by_size) >= LEAST_POINTS:
            yield _curve(scaling, [by_size[size] for size in sorted(by_size, key=int)], losses, looks, chosen)  # type: ignore[arg-type]


def _curve(
    scaling: StudyScaling,
    cells: Sequence[CellScaling],
    losses: Mapping[str, Losses],
    looks: Mapping[str, Look],
    chosen: str,
) -> SizeCurve:
    first, basis = cells[0].cell, Basis.of(scaling)
    variant = replace(Variant.of(first), chunksize=0)
    points = tuple(
        SizePoint(cell.cell.chunksize or 1, basis.speedup(cell), rounds_s(cell), cell.cell.cell_id == chosen)
        for cell in cells
    )
    name = f"{variant_name(variant)}, {counted(first.setting.workers, 'worker')}"
    hand_over_s = _hand_over_s(first, losses.get(first.cell_id), len(scaling.study.item_names))
    look = looks[first.setting.strategy]
    return SizeCurve(name, look, Facets.of(first), first.setting.workers, points, hand_over_s)


def _hand_over_s(cell: Cell, losses: Losses | None, items: int) -> float | None:
    """What a worker waits between two chunks, seen in the cell of the smallest ones."""
    if losses is None or cell.chunksize is None:
        return None
    return losses.dispatch_ns / losses.rounds / ceil(items / cell.chunksize) / 1e9


def _finding(curve: SizeCurve, band: Band | None, items_s: Sequence[float]) -> str:
    if band is None:
        return f"The safe range is unknown for {curve.name}: it needs a serial ledger and its losses."
    mean = duration(sum(items_s) / len(items_s))
    hand_over = duration(curve.hand_over_s or 0.0)
    is_cheap = "even one by one, that is less than 5 % of the work"
    is_dear = f"below {band.low:,} that is more than 5 % of the work"
    low = f"a hand-over takes {hand_over} and an item {mean}: {is_cheap if band.low == 1 else is_dear}"
    late = "end more than 5 % later than the best hand-out could"
    high = f"up to {band.high:,} all end within 5 % of the best hand-out, above it some do not"
    if not band.high:
        return f"No chunksize is safe for {curve.name}: even items handed out one by one {late}."
    if band.is_empty:
        return f"No chunksize is safe for {curve.name}: {low}; {high}."
    safe = f"{band.low:,}" if band.low == band.high else f"{band.low:,} to {band.high:,}"
    return f"Safe for {curve.name}: {safe}; {low}; {high}."
