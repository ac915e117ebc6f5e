"""Draws speedup over chunksize and the safe band. Call it inside `svg.style`."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from lightwork.render.canvas import LegendEntry, curve_style, curve_words, framed, remark, swatch, upright_axis
from lightwork.render.palette import BAND, RULE
from lightwork.render.tooltips import Drawing, Tooltip, rounds_words
from lightwork.report.charts.chunksizes import SizeChart, SizeCurve
from lightwork.report.charts.curves import high, low
from lightwork.text.quantities import times

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lightwork.render.filters import Facets

PLOT_HEIGHT = 150.0
HEADROOM = 1.1
TICKS = 7


def chunksize_drawing(chart: SizeChart) -> Drawing:
    """Speedup over the chunksize in force, with intervals; the safe band of the first curve behind them."""
    figure, axes = framed(_entries(chart), PLOT_HEIGHT)
    _frame(axes, chart)
    groups: dict[str, Facets] = {}
    for place, curve in enumerate(chart.curves):
        groups[f"line-{place}"] = curve.facets
        _draw(axes, curve, f"line-{place}", zorder=4.0 - place / 10)
    return Drawing(figure, axes.transData, groups, tuple(_tooltips(chart)))


def _frame(axes: "Axes", chart: SizeChart) -> None:
    sizes = sorted({point.chunksize for curve in chart.curves for point in curve.points})
    axes.set_xscale("log", base=2)
    axes.set_xlim(sizes[0] / 1.2, sizes[-1] * 1.2)
    axes.set_xticks(sizes[:: -(-len(sizes) // TICKS)], [f"{size:,}" for size in sizes[:: -(-len(sizes) // TICKS)]])
    axes.minorticks_off()
    axes.set_xlabel("chunksize")
    reach = max(high(point.speedup) for curve in chart.curves for point in curve.points)
    upright_axis(axes, HEADROOM * reach, ticks=5)
    if chart.band is not None and not chart.band.is_empty:
        axes.axvspan(chart.band.low / 1.06, chart.band.high * 1.06, color=BAND, linewidth=0, zorder=0)


def _draw(axes: "Axes", curve: SizeCurve, gid: str, zorder: float) -> None:
    sizes = [point.chunksize for point in curve.points]
    for point in curve.points:
        ends = [low(point.speedup), high(point.speedup)]
        axes.plot([point.chunksize] * 2, ends, color=curve.look.colour, linewidth=1.0, zorder=zorder, gid=gid)
    speedups = [point.speedup.point for point in curve.points]
    axes.plot(sizes, speedups, zorder=zorder, gid=gid, **_style(curve))


def _style(curve: SizeCurve) -> dict[str, Any]:
    return curve_style(curve.look, chosen=curve.chosen, size=6.0, width=2.0)


def _tooltips(chart: SizeChart) -> Iterator[Tooltip]:
    for curve in chart.curves:
        for point in curve.points:
            figure = f"{times(point.speedup)} {chart.basis}"
            words = f"{curve.name}, chunksize {point.chunksize:,}: {figure}. {rounds_words(point.rounds_s)}"
            yield Tooltip(point.chunksize, point.speedup.point, words, curve.facets)


def _entries(chart: SizeChart) -> list[LegendEntry]:
    entries: list[LegendEntry] = [
        (Line2D([], [], **_style(curve)), curve_words(curve.name, chosen=curve.chosen)) for curve in chart.curves
    ]
    if chart.more:
        entries.append(remark(f"{chart.more} more settings: see the table"))
    if chart.band is not None and not chart.band.is_empty:
        entries.append((swatch(BAND, edgecolor=RULE, linewidth=0.5), f"safe for {chart.curves[0].name[:38]}"))
    return entries
