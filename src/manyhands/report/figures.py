"""The charts that matplotlib draws: speedup over workers, its small multiple, wall times.

Figures are built directly, never through pyplot, and placed by hand in points, so that no text is laid over
text or data: legends stand below the axes, names of rows above their line. Call these inside `svg.style`.
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from manyhands.report.axes import is_wide
from manyhands.report.canvas import (
    BOTTOM,
    LEFT,
    LEGEND_LINE,
    RIGHT,
    TOP,
    WIDTH,
    canvas,
    label,
    legend,
    worker_axis,
)
from manyhands.report.curves import Chart, Curve, WallGroup, WallRow, high, low
from manyhands.report.palette import BAND, INK, LIMIT, MUTED, PAPER, RULE, Look
from manyhands.text import TIMES, number, percent, short, tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

PLOT_HEIGHT = 205.0
SMALL_WIDTH, SMALL_HEIGHT = 250.0, 155.0
WALL_NAME, WALL_LINE, WALL_LEFT, WALL_FRAME = 16.0, 14.0, 54.0, 38.0


def speedup_figure(chart: Chart) -> Figure:
    """Speedup over workers with intervals, between the lines that bound it."""
    entries = _legend_entries(chart)
    foot = LEGEND_LINE * len(entries) + 6
    figure, axes = canvas(WIDTH, PLOT_HEIGHT + foot, (LEFT, BOTTOM + foot, RIGHT, TOP))
    _speedup_axes(axes, chart)
    _limits(axes, chart)
    for curve in chart.others:
        _faint(axes, curve)
    for place, curve in enumerate(chart.curves):
        _draw(axes, curve, _dodge(chart, place))
    legend(figure, entries, foot / (PLOT_HEIGHT + foot))
    return figure


def entitle(figure: Figure, title: str, what: str) -> None:
    """Put a title above a figure that leaves the page, where no heading stands over it."""
    figure.text(4 / WIDTH, 1.06, short(title), fontsize=11, fontweight="bold", color=INK)
    figure.text(4 / WIDTH, 1.02, what, color=MUTED)


def small_figure(chart: Chart) -> Figure:
    """One study of the overview: the fastest cell at each worker count, and the same limits."""
    figure, axes = canvas(SMALL_WIDTH, SMALL_HEIGHT, (30, 30, 8, 8))
    _speedup_axes(axes, chart)
    _limits(axes, chart)
    for curve in chart.curves:
        _draw(axes, curve, 1.0)
    return figure


def wall_figure(groups: list[WallGroup]) -> Figure:
    """Wall time by cell: every round a dot, the median and its interval; each variant's name above its lines.

    Rounds left out as disturbed are hollow dots: seen, and in no median.
    """
    height = sum(WALL_NAME + WALL_LINE * len(group.rows) for group in groups)
    figure, axes = canvas(WIDTH, height + WALL_FRAME, (WALL_LEFT, 32, 14, 4))
    axes.set_ylim(height, 0)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(visible=True, axis="x")
    _wall_lines(axes, groups)
    walls = [value for group in groups for row in group.rows for value in (*row.rounds_s, *row.left_out_s)]
    axes.set_xlim(0, max(walls, default=1.0) * 1.04)
    axes.xaxis.set_major_formatter(lambda value, _: tick(value))
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel("wall time of a round")
    return figure


def _speedup_axes(axes: "Axes", chart: Chart) -> None:
    worker_axis(axes, chart.workers)
    axes.set_ylim(0, chart.top)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}{TIMES}")
    axes.locator_params(axis="y", nbins=6)
    axes.grid(visible=True, axis="y")


def _dodge(chart: Chart, place: int) -> float:
    """A factor that moves each curve's points a little aside, so that intervals at one count stay apart."""
    count = len(chart.curves)
    return 1.0 + 0.016 * (place - (count - 1) / 2) if count > 1 else 1.0


def _limits(axes: "Axes", chart: Chart) -> None:
    start, end = axes.get_xlim()
    counts = np.linspace(start, end, 200)
    axes.axhspan(1 - chart.noise_floor, 1 + chart.noise_floor, color=BAND, linewidth=0, zorder=0)
    axes.plot(counts, counts, color=LIMIT, linewidth=0.9, linestyle=(0, (1, 2)), zorder=1)
    axes.plot(counts, np.minimum(counts, chart.cap), color=INK, linewidth=1.1, linestyle=(0, (6, 2)), zorder=1)
    if start <= chart.usable_cpus <= end:
        axes.axvline(chart.usable_cpus, color=LIMIT, linewidth=1.1, linestyle=(0, (4, 2, 1, 2)), zorder=1)


def _draw(axes: "Axes", curve: Curve, dodge: float) -> None:
    if curve.points:
        axes.errorbar(
            [count * dodge for count, _ in curve.points],
            [found.point for _, found in curve.points],
            yerr=[
                [max(0.0, found.point - low(found)) for _, found in curve.points],
                [max(0.0, high(found) - found.point) for _, found in curve.points],
            ],
            elinewidth=1.0,
            capsize=2,
            zorder=4 if curve.chosen else 3,
            **_line_style(curve),
        )
    if curve.failed:
        axes.scatter(
            [count * dodge for count in curve.failed], [0] * len(curve.failed), marker="x", s=26,
            color=curve.look.colour, clip_on=False, zorder=5,
        )  # fmt: skip


def _faint(axes: "Axes", curve: Curve) -> None:
    counts, heights = [count for count, _ in curve.points], [found.point for _, found in curve.points]
    axes.plot(counts, heights, color=LIMIT, linewidth=0.7, alpha=0.7, zorder=2)


def _line_style(curve: Curve) -> dict[str, Any]:
    look = curve.look
    return {
        "color": look.colour,
        "marker": look.marker,
        "markersize": 6.5 if curve.chosen else 4.5,
        "markerfacecolor": look.colour if look.filled else PAPER,
        "linestyle": look.dash,
        "linewidth": 2.2 if curve.chosen else 1.1,
    }


def _legend_entries(chart: Chart) -> list[tuple[Any, str]]:
    """Handles and their words: the curves, then whatever limits them."""
    curves = [(Line2D([], [], **_line_style(curve)), _curve_words(curve)) for curve in chart.curves]
    if chart.others:
        words = f"{len(chart.others)} more settings: see the table"
        curves.append((Line2D([], [], color=LIMIT, linewidth=0.7), words))
    if any(curve.failed for curve in chart.curves):
        cross = Line2D([], [], color=MUTED, marker="x", markersize=5, linestyle="none")
        curves.append((cross, "rounds failed: no speedup"))
    cap = f"no strategy can pass min(workers, {number(chart.cap)})"
    return [
        *curves,
        (Line2D([], [], color=INK, linewidth=1.1, linestyle=(0, (6, 2))), cap),
        (Line2D([], [], color=LIMIT, linewidth=0.9, linestyle=(0, (1, 2))), "ideal: speedup = workers"),
        _cpu_entry(chart),
        (Patch(facecolor=BAND, edgecolor=RULE, linewidth=0.5), f"noise floor: 1 ± {percent(chart.noise_floor)}"),
    ]


def _cpu_entry(chart: Chart) -> tuple[Any, str]:
    words = f"{number(chart.usable_cpus).removesuffix('.00')} usable CPUs"
    pad = 1.2 if is_wide(chart.workers) else 1.0
    shown = chart.workers and chart.workers[0] / pad <= chart.usable_cpus <= chart.workers[-1] * pad
    handle = Line2D([], [], color=LIMIT, linewidth=1.1, linestyle=(0, (4, 2, 1, 2)))
    return handle, words if shown else f"{words} (outside this range)"


def _curve_words(curve: Curve) -> str:
    return f"{label(curve.name)}{' (recommended)' if curve.chosen else ''}"


def _wall_lines(axes: "Axes", groups: list[WallGroup]) -> None:
    at = 0.0
    for group in groups:
        axes.annotate(
            label(group.name), (0, at + WALL_NAME - 4), (-WALL_LEFT + 4, 0), xycoords=_gutter(axes),
            textcoords="offset points", fontsize=8.5, color=INK, annotation_clip=False,
            bbox={"facecolor": PAPER, "linewidth": 0, "pad": 1.0},
        )  # fmt: skip
        at += WALL_NAME
        for row in group.rows:
            _wall_line(axes, at, row, group.look)
            at += WALL_LINE


def _wall_line(axes: "Axes", at: float, row: WallRow, look: Look) -> None:
    axes.annotate(
        row.name, (0, at + 8), (-5, 0), xycoords=_gutter(axes), textcoords="offset points", fontsize=8.5,
        color=MUTED, ha="right", annotation_clip=False,
    )  # fmt: skip
    if row.text:
        axes.text(0.012, at + 8, row.text, transform=_gutter(axes), fontsize=8.5, color=MUTED)
    if row.wall is not None:
        axes.plot([low(row.wall), high(row.wall)], [at + 4] * 2, color=look.colour, linewidth=2.4, alpha=0.55)
        axes.plot([row.wall.point], [at + 4], color=look.colour, marker=look.marker, markersize=5, zorder=4)
    dots: dict[str, Any] = {"color": look.colour, "s": 5, "alpha": 0.6, "linewidths": 0}
    axes.scatter(row.rounds_s, [at + 9.5] * len(row.rounds_s), **dots)
    hollow: dict[str, Any] = {"facecolors": "none", "edgecolors": look.colour, "s": 9, "linewidths": 0.8}
    axes.scatter(row.left_out_s, [at + 9.5] * len(row.left_out_s), **hollow)


def _gutter(axes: "Axes") -> "Transform":
    """Across in shares of the axes, down in their data."""
    return axes.get_yaxis_transform()
