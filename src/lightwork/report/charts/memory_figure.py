"""Draws memory against workers, in the manner of lightwork.report.charts.speedup_figure. Call it inside `svg.style`."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from lightwork.render.canvas import (
    BOTTOM,
    LEGEND_LINE,
    RIGHT,
    TOP,
    WIDTH,
    canvas,
    curve_style,
    curve_words,
    legend,
    worker_axis,
)
from lightwork.render.palette import INK, MUTED
from lightwork.render.tooltips import Drawing, Tooltip
from lightwork.report.charts.memory import MemoryChart, Peaks
from lightwork.text.quantities import SIZES, counted, size

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_HEIGHT = 150.0
LEFT = 56.0
HEADROOM = 1.1
LIMIT_DASHES = (0, (6, 2))


def memory_drawing(chart: MemoryChart) -> Drawing:
    """Peak memory over workers, PSS in full and USS thin and dashed, under the limit where that is near."""
    entries = _entries(chart)
    foot = LEGEND_LINE * len(entries) + 6
    figure, axes = canvas(WIDTH, PLOT_HEIGHT + foot, (LEFT, BOTTOM + foot, RIGHT, TOP))
    worker_axis(axes, sorted({count for curve in chart.curves for count, _ in curve.pss}))
    unit_bytes = _size_axis(axes, chart)
    for place, curve in enumerate(chart.curves):
        _draw(axes, curve, unit_bytes, 4.0 - place / 10, f"line-{place}")
    legend(figure, entries, foot / (PLOT_HEIGHT + foot))
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
        axes.axhline(limit_bytes / unit_bytes, color=INK, linewidth=1.1, linestyle=LIMIT_DASHES)
    axes.set_ylim(0, top * HEADROOM / unit_bytes)
    axes.locator_params(axis="y", nbins=5)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} {unit}")
    axes.grid(visible=True, axis="y")
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


def _entries(chart: MemoryChart) -> list[tuple[Any, str]]:
    """Handles and their words: the curves, what full and dashed lines mean, the limit."""
    entries: list[tuple[Any, str]] = [
        (Line2D([], [], **_pss_style(curve)), curve_words(curve.name, chosen=curve.chosen)) for curve in chart.curves
    ]
    if chart.more:
        nothing = Line2D([], [], linestyle="none")
        entries.append((nothing, f"{counted(chart.more, 'setting')} more: see the table below"))
    thin = Line2D([], [], color=MUTED, linewidth=0.8, linestyle=(0, (3, 2)))
    entries.append((thin, "thin, dashed: USS, without what processes share"))
    return [*entries, *_limit_entry(chart)]


def _limit_entry(chart: MemoryChart) -> list[tuple[Any, str]]:
    if chart.limit is None:
        return []
    words = f"limit {size(chart.limit.size_bytes)}"
    if not chart.draws_limit:
        return [(Line2D([], [], linestyle="none"), f"{words}: far above")]
    return [(Line2D([], [], color=INK, linewidth=1.1, linestyle=LIMIT_DASHES), f"{words}, {chart.limit.name}")]
