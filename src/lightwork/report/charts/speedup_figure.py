"""Draws speedup and efficiency over workers, and the small chart beside the answer. Call these inside `svg.style`.

Figures are built directly, never through pyplot, and placed by hand in points, so that no text is laid over text or
data: legends stand below the axes.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from lightwork.core.estimate import Estimate
from lightwork.render.canvas import (
    LegendEntry,
    bound_entries,
    canvas,
    curve_style,
    curve_words,
    draw_bounds,
    framed,
    is_wide,
    remark,
    swatch,
    upright_axis,
    worker_axis,
)
from lightwork.render.filters import Facets
from lightwork.render.palette import BAND, LIMIT, MUTED, RULE
from lightwork.render.tooltips import Drawing, Tooltip, speedup_words
from lightwork.report.charts.curves import Chart, Curve, high, low
from lightwork.text.quantities import counted, number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT_HEIGHT = 205.0
SMALL_WIDTH, SMALL_HEIGHT = 250.0, 140.0
SMALL_MARGINS = (36.0, 34.0, 8.0, 8.0)
EFFICIENCY_TOP = 1.15  # at least
CPU_LINE: dict[str, Any] = {"color": LIMIT, "linewidth": 1.1, "linestyle": (0, (4, 2, 1, 2))}


def speedup_drawing(chart: Chart, basis: str) -> Drawing:
    """Speedup over workers with intervals, between the lines that bound it. basis: which figures, for the pointer."""
    figure, axes = framed(_legend_entries(chart), PLOT_HEIGHT)
    _speedup_axes(axes, chart)
    return _with_curves(figure, axes, chart, basis)


def efficiency_drawing(chart: Chart, basis: str) -> Drawing:
    """Speedup over workers divided by the workers: how much of each is used; the same bounds and noise floor."""
    shared = _divided(chart)
    figure, axes = framed(_legend_entries(shared), PLOT_HEIGHT)
    worker_axis(axes, shared.workers)
    upright_axis(axes, shared.top, lambda value, _: f"{100 * value:.0f}\N{NO-BREAK SPACE}%")
    counts, floor = draw_bounds(axes, shared.cap, per_worker=True), shared.noise_floor
    if floor is not None:
        axes.fill_between(counts, (1 - floor) / counts, (1 + floor) / counts, color=BAND, linewidth=0, zorder=0)
    _usable_cpus(axes, shared)
    return replace(_with_curves(figure, axes, shared, basis), tooltips=tuple(_efficiency_tooltips(shared, basis)))


def small_drawing(chart: Chart) -> Drawing:
    """The chart beside the answer: every strategy at its best, and the same limits."""
    figure, axes = canvas(SMALL_WIDTH, SMALL_HEIGHT, SMALL_MARGINS)
    _speedup_axes(axes, chart)
    groups: dict[str, Facets] = {}
    for place, curve in enumerate(chart.curves):
        groups |= _draw(axes, curve, place, 1.0, errors=curve.chosen)
    return Drawing(figure, axes.transData, groups)


def _with_curves(figure: "Figure", axes: "Axes", chart: Chart, basis: str) -> Drawing:
    groups: dict[str, Facets] = {}
    for place, curve in enumerate(chart.others):
        groups |= _faint(axes, curve, len(chart.curves) + place)
    for place, curve in enumerate(chart.curves):
        groups |= _draw(axes, curve, place, _dodge(chart, place))
    return Drawing(figure, axes.transData, groups, tuple(_tooltips(chart, basis)))


def _tooltips(chart: Chart, basis: str) -> Iterator[Tooltip]:
    for place, curve in enumerate(chart.curves):
        for (workers, estimate), rounds_s in zip(curve.points, curve.rounds_s, strict=True):
            words = speedup_words(curve.name, workers, estimate, rounds_s, basis)
            yield Tooltip(workers * _dodge(chart, place), estimate.point, words, replace(curve.facets, workers=workers))


def _efficiency_tooltips(chart: Chart, basis: str) -> Iterator[Tooltip]:
    for place, curve in enumerate(chart.curves):
        for workers, estimate in curve.points:
            between = (
                f" ({percent(estimate.low)} to {percent(estimate.high)})" if estimate.low and estimate.high else ""
            )
            share = f"{percent(estimate.point)}{between} of each worker, {basis}"
            words = f"{curve.name}, {counted(workers, 'worker')}: {share}"
            yield Tooltip(workers * _dodge(chart, place), estimate.point, words, replace(curve.facets, workers=workers))


def _divided(chart: Chart) -> Chart:
    """The chart with every speedup divided by its workers."""
    curves = tuple(_per_worker(curve) for curve in chart.curves)
    others = tuple(_per_worker(curve) for curve in chart.others)
    reach = max((high(estimate) for curve in (*curves, *others) for _, estimate in curve.points), default=1.0)
    return replace(chart, curves=curves, others=others, top=max(EFFICIENCY_TOP, 1.05 * reach))


def _per_worker(curve: Curve) -> Curve:
    points = tuple((workers, _over(estimate, workers)) for workers, estimate in curve.points)
    return replace(curve, points=points)


def _over(estimate: Estimate, workers: int) -> Estimate:
    low_end, high_end = (None if end is None else end / workers for end in (estimate.low, estimate.high))
    return replace(estimate, point=estimate.point / workers, low=low_end, high=high_end)


def _speedup_axes(axes: "Axes", chart: Chart) -> None:
    """The axes with the noise floor and whatever bounds the speedup."""
    worker_axis(axes, chart.workers)
    upright_axis(axes, chart.top)
    if chart.noise_floor is not None:
        axes.axhspan(1 - chart.noise_floor, 1 + chart.noise_floor, color=BAND, linewidth=0, zorder=0)
    draw_bounds(axes, chart.cap)
    _usable_cpus(axes, chart)


def _dodge(chart: Chart, place: int) -> float:
    """A factor that moves each curve's points a little aside, so that intervals at one count stay apart."""
    count = len(chart.curves)
    return 1.0 + 0.016 * (place - (count - 1) / 2) if count > 1 else 1.0


def _usable_cpus(axes: "Axes", chart: Chart) -> None:
    start, end = axes.get_xlim()
    if start <= chart.usable_cpus <= end:
        axes.axvline(chart.usable_cpus, zorder=1, **CPU_LINE)


def _draw(axes: "Axes", curve: Curve, place: int, dodge: float, *, errors: bool = True) -> dict[str, Facets]:
    """The curve: its line in one group, each of its points in another, so that both can be filtered by theirs."""
    counts = [count * dodge for count, _ in curve.points]
    style, groups = _line_style(curve), {f"line-{place}": curve.facets}
    rank = 4 if curve.chosen else 3
    line = {**style, "marker": ""}
    axes.plot(counts, [estimate.point for _, estimate in curve.points], zorder=rank, gid=f"line-{place}", **line)
    if curve.chosen:
        band: dict[str, Any] = {"color": curve.look.colour, "alpha": 0.13, "linewidth": 0, "gid": f"line-{place}"}
        lows, highs = ([end(estimate) for _, estimate in curve.points] for end in (low, high))
        axes.fill_between(counts, lows, highs, zorder=2, **band)
    point: dict[str, Any] = {**style, "linestyle": "-", "linewidth": 1.0, "markevery": [1], "zorder": rank + 0.1}
    for (workers, estimate), at in zip(curve.points, counts, strict=True):
        name = f"point-{place}-{workers}"
        groups[name] = replace(curve.facets, workers=workers)
        ends = (low(estimate), high(estimate)) if errors else (estimate.point, estimate.point)
        axes.plot([at] * 3, [ends[0], estimate.point, ends[1]], gid=name, **point)  # the interval, and one marker on it
    if curve.failed:
        axes.scatter(
            [count * dodge for count in curve.failed], [0] * len(curve.failed), marker="x", s=26,
            color=curve.look.colour, clip_on=False, zorder=5, gid=f"line-{place}",
        )  # fmt: skip
    return groups


def _faint(axes: "Axes", curve: Curve, place: int) -> dict[str, Facets]:
    counts, heights = [count for count, _ in curve.points], [estimate.point for _, estimate in curve.points]
    axes.plot(counts, heights, color=LIMIT, linewidth=0.7, alpha=0.7, zorder=2, gid=f"line-{place}")
    return {f"line-{place}": curve.facets}


def _line_style(curve: Curve) -> dict[str, Any]:
    return curve_style(curve.look, chosen=curve.chosen, size=6.5, width=2.2)


def _legend_entries(chart: Chart) -> list[LegendEntry]:
    """Handles and their words: the curves, then whatever limits them."""
    curves = [
        (Line2D([], [], **_line_style(curve)), curve_words(curve.name, chosen=curve.chosen)) for curve in chart.curves
    ]
    if chart.others:
        words = f"{len(chart.others)} more settings: see the table"
        curves.append((Line2D([], [], color=LIMIT, linewidth=0.7), words))
    if any(curve.failed for curve in chart.curves):
        cross = Line2D([], [], color=MUTED, marker="x", markersize=5, linestyle="none")
        curves.append((cross, "rounds failed: no speedup"))
    return [*curves, *bound_entries(chart.cap), _cpu_entry(chart), _floor_entry(chart)]


def _floor_entry(chart: Chart) -> LegendEntry:
    if chart.noise_floor is None:
        return remark("noise floor: not measured")
    words = f"as fast as serial, \N{PLUS-MINUS SIGN} the noise floor of {percent(chart.noise_floor)}"
    return swatch(BAND, edgecolor=RULE, linewidth=0.5), words


def _cpu_entry(chart: Chart) -> LegendEntry:
    words = f"{number(chart.usable_cpus).removesuffix('.00')} usable CPUs"
    pad = 1.2 if is_wide(chart.workers) else 1.0
    shown = chart.workers and chart.workers[0] / pad <= chart.usable_cpus <= chart.workers[-1] * pad
    return Line2D([], [], **CPU_LINE), words if shown else f"{words} (outside this range)"
