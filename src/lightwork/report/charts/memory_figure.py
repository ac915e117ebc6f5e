"""Draws memory against workers, in the manner of lightwork.report.charts.speedup_figure. Call it inside `svg.style`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from lightwork.render.canvas import (
    CAP_LINE,
    LegendEntry,
    curve_style,
    curve_words,
    framed,
    remark,
    upright_axis,
    worker_axis,
)
from lightwork.render.palette import MUTED
from lightwork.render.tooltips import Drawing, Tooltip
from lightwork.report.charts.memory import MemoryChart, Peaks
from lightwork.text.quantities import SIZES, counted, size

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_HEIGHT = 150.0
LEFT = 62.0
HEADROOM = 1.1


def memory_drawing(chart: MemoryChart) -> Drawing:
    """Peak memory over workers, PSS in full and USS thin and dashed, under the limit where that is near."""
    figure, axes = framed(_entries(chart), PLOT_HEIGHT, LEFT)
    worker_axis(axes, sorted({count for curve in chart.curves for count, _ in curve.pss}))
    unit_bytes = _size_axis(axes, chart)
    for place, curve in enumerate(chart.curves):
        _draw(axes, curve, unit_bytes, 4.0 - place / 10, f"line-{place}")
    groups = {f"line-{place}": curve.facets for place, curve in enumerate(chart.curves)}
    return Drawing(figure, axes.transData, groups, tuple(_tooltips(chart, unit_bytes)))


def _tooltips(chart: MemoryChart, unit_bytes: int) -> Iterator[Tooltip]:
    for curve in chart.curves:
        uss = dict(curve.uss)
        for workers, peak in curve.pss:
            alone = f", {size(uss[workers])} of it shared with nobody" if workers in uss else ""
            words = f"{curve.name}, {counted(workers, 'worker')}: {size(peak)} at most{alone}"
            yield Tooltip(workers, peak / unit_bytes, words, replace(curve.facets, workers=workers))


def _size_axis(axes: "Axes", chart: MemoryChart) -> int:
    """Round numbers of one binary unit, from 0 up to the data or the limit; returns the unit's size in bytes."""
    limit_bytes = chart.limit.size_bytes if chart.limit is not None and chart.draws_limit else 0.0
    top = max(float(chart.largest_bytes), limit_bytes)
    unit_bytes, unit = next(((least, name) for least, name in SIZES if top >= least), (1, "B"))
    if limit_bytes:
        axes.axhline(limit_bytes / unit_bytes, **CAP_LINE)
    upright_axis(axes, top * HEADROOM / unit_bytes, lambda value, _: f"{value:g} {unit}", ticks=5)
    return unit_bytes


def _draw(axes: "Axes", curve: Peaks, unit_bytes: int, zorder: float, gid: str) -> None:
    for points, style in ((curve.pss, _pss_style(curve)), (curve.uss, _uss_style(curve))):
        counts, peaks = [count for count, _ in points], [peak / unit_bytes for _, peak in points]
        axes.plot(counts, peaks, zorder=zorder, gid=gid, **style)


def _pss_style(curve: Peaks) -> dict[str, Any]:
    style = curve_style(curve.look, chosen=curve.chosen, size=6.0, width=2.0)
    return {**style, "linestyle": "-"}  # dashed is USS


def _uss_style(curve: Peaks) -> dict[str, Any]:
    return {"color": curve.look.colour, "linewidth": 0.8, "linestyle": (0, (3, 2))}


def _entries(chart: MemoryChart) -> list[LegendEntry]:
    """Handles and their words: the curves, what full and dashed lines mean, the limit."""
    entries: list[LegendEntry] = [
        (Line2D([], [], **_pss_style(curve)), curve_words(curve.name, chosen=curve.chosen)) for curve in chart.curves
    ]
    if chart.more:
        entries.append(remark(f"{counted(chart.more, 'setting')} more: see the table below"))
    thin = Line2D([], [], color=MUTED, linewidth=0.8, linestyle=(0, (3, 2)))
    entries.append((thin, "thin, dashed: USS, without what processes share"))
    return [*entries, *_limit_entry(chart)]


def _limit_entry(chart: MemoryChart) -> list[LegendEntry]:
    if chart.limit is None:
        return []
    words = f"limit {size(chart.limit.size_bytes)}"
    if not chart.draws_limit:
        return [remark(f"{words}: far above")]
    return [(Line2D([], [], **CAP_LINE), f"{words}, {chart.limit.name}")]
