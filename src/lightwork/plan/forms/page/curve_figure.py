"""The plan's speedup figure, drawn by matplotlib like the report's; to be called inside `svg.style`."""

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lightwork.plan.forms.page.curve import MeasuredCurve, Outlook, PredictedCurve, high, low
from lightwork.render.canvas import (
    BOTTOM,
    LEFT,
    LEGEND_LINE,
    RIGHT,
    TOP,
    WIDTH,
    canvas,
    curve_words,
    legend,
    worker_axis,
)
from lightwork.render.palette import INK, LIMIT, MUTED
from lightwork.text.quantities import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_HEIGHT = 225.0
NAMED = 8  # strategies with a colour in the legend: the palette has no more
CAP_DASH, IDEAL_DASH, LAW_DASH = (0, (6, 2)), (0, (1, 2)), (0, (3, 2))


def outlook_figure(outlook: Outlook) -> Figure:
    """Predicted bands, measured points on them, and the lines that bound both."""
    entries = _legend_entries(outlook)
    foot = LEGEND_LINE * len(entries) + 6
    figure, axes = canvas(WIDTH, PLOT_HEIGHT + foot, (LEFT, BOTTOM + foot, RIGHT, TOP))
    worker_axis(axes, outlook.workers)
    axes.set_ylim(0, outlook.top)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}x")
    axes.locator_params(axis="y", nbins=6)
    axes.grid(visible=True, axis="y")
    _bounds(axes, outlook)
    for predicted_curve in reversed(outlook.predicted[:NAMED]):
        _band(axes, predicted_curve)
    for place, measured_curve in enumerate(reversed(outlook.measured)):
        _points(axes, measured_curve, 1 + 0.016 * (place - (len(outlook.measured) - 1) / 2))
    legend(figure, entries, foot / (PLOT_HEIGHT + foot))
    return figure


def _bounds(axes: "Axes", outlook: Outlook) -> None:
    """What no setting can pass, what an ideal one would give, and the law for reading."""
    start, end = axes.get_xlim()
    counts = np.linspace(start, end, 200)
    axes.plot(counts, counts, color=LIMIT, linewidth=0.9, linestyle=IDEAL_DASH, zorder=1)
    axes.plot(counts, np.minimum(counts, outlook.cap), color=INK, linewidth=1.1, linestyle=CAP_DASH, zorder=1)
    if outlook.reading is not None:
        within = counts[(counts >= outlook.workers[0]) & (counts <= outlook.reading.until)]
        law = outlook.reading.fit.law
        axes.plot(within, [law.at(count) for count in within], color=MUTED, linewidth=0.9, linestyle=LAW_DASH, zorder=3)


def _band(axes: "Axes", predicted_curve: PredictedCurve) -> None:
    """Where its speedup is predicted to lie; a single worker count has a short bar in place of an area."""
    counts, colour = [count for count, _ in predicted_curve.points], predicted_curve.look.colour
    lows, highs = (
        [low(estimate) for _, estimate in predicted_curve.points],
        [high(estimate) for _, estimate in predicted_curve.points],
    )
    strength = 0.26 if predicted_curve.chosen else 0.07
    if len(counts) == 1:
        axes.vlines(counts, lows, highs, color=colour, alpha=strength, linewidth=9, zorder=2)
    axes.fill_between(counts, lows, highs, color=colour, alpha=strength, linewidth=0, zorder=2)
    points = [estimate.point for _, estimate in predicted_curve.points]
    axes.plot(
        counts,
        points,
        color=colour,
        linewidth=1.8 if predicted_curve.chosen else 0.9,
        linestyle=predicted_curve.look.dash,
        zorder=2.5,
    )


def _points(axes: "Axes", measured_curve: MeasuredCurve, dodge: float) -> None:
    """What was measured, each with its interval; several at one worker count stand on one another."""
    axes.errorbar(
        [count * dodge for count, _ in measured_curve.points],
        [each.point for _, each in measured_curve.points],
        yerr=[
            [max(0.0, each.point - low(each)) for _, each in measured_curve.points],
            [max(0.0, high(each) - each.point) for _, each in measured_curve.points],
        ],
        linestyle="none", elinewidth=1.2, capsize=2.5, zorder=5 if measured_curve.chosen else 4,
        **_mark(measured_curve),
    )  # fmt: skip


def _mark(curve: MeasuredCurve | PredictedCurve) -> dict[str, Any]:
    return {"color": curve.look.colour, "marker": curve.look.marker, "markersize": 6.5 if curve.chosen else 5}


def _legend_entries(outlook: Outlook) -> list[tuple[Any, str]]:
    """The strategies, then whatever bounds them."""
    measured = {measured_curve.strategy for measured_curve in outlook.measured}
    named = [*outlook.predicted[:NAMED]]
    listed: list[MeasuredCurve | PredictedCurve] = [*named]
    listed += [
        measured_curve
        for measured_curve in outlook.measured
        if measured_curve.strategy not in {other.strategy for other in named}
    ]
    entries = [(_handle(curve, measured), curve_words(curve.strategy, chosen=curve.chosen)) for curve in listed]
    more = len(outlook.predicted) - len(named)
    if more:
        entries.append((Line2D([], [], linestyle="none"), f"{more} more strategies: see the table"))
    return [*entries, *_bound_entries(outlook)]


def _handle(curve: MeasuredCurve | PredictedCurve, measured: set[str]) -> Line2D:
    mark = _mark(curve) if curve.strategy in measured else {"color": curve.look.colour}
    style: Any = curve.look.dash if isinstance(curve, PredictedCurve) else "none"
    return Line2D([], [], linestyle=style, linewidth=1.8 if curve.chosen else 0.9, **mark)


def _bound_entries(outlook: Outlook) -> list[tuple[Any, str]]:
    cap = f"no strategy can exceed min(workers, {number(outlook.cap)})"
    law = [(Line2D([], [], color=MUTED, linewidth=0.9, linestyle=LAW_DASH), "for reading only: a law of scaling")]
    return [
        (Line2D([], [], color=INK, linewidth=1.1, linestyle=CAP_DASH), cap),
        (Line2D([], [], color=LIMIT, linewidth=0.9, linestyle=IDEAL_DASH), "ideal: speedup = workers"),
        *(law if outlook.reading else []),
    ]
