"""The plan's speedup figure, drawn by matplotlib like the report's; to be called inside `svg.style`."""

from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from lightwork.planning.forms.page.curve import MeasuredCurve, Outlook, PredictedCurve, high, low
from lightwork.render.canvas import (
    LegendEntry,
    bound_entries,
    curve_words,
    draw_bounds,
    framed,
    remark,
    upright_axis,
    worker_axis,
)
from lightwork.render.palette import MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_HEIGHT = 225.0
NAMED = 8  # strategies with a colour in the legend: the palette has no more
LAW_LINE: dict[str, Any] = {"color": MUTED, "linewidth": 0.9, "linestyle": (0, (3, 2))}


def outlook_figure(outlook: Outlook) -> Figure:
    """Predicted bands, measured points on them, and the lines that bound both."""
    figure, axes = framed(_legend_entries(outlook), PLOT_HEIGHT)
    worker_axis(axes, outlook.workers)
    upright_axis(axes, outlook.top)
    _bounds(axes, outlook)
    for predicted_curve in reversed(outlook.predicted[:NAMED]):
        _band(axes, predicted_curve)
    for place, measured_curve in enumerate(reversed(outlook.measured)):
        _points(axes, measured_curve, 1 + 0.016 * (place - (len(outlook.measured) - 1) / 2))
    return figure


def _bounds(axes: "Axes", outlook: Outlook) -> None:
    """What no setting can pass, what an ideal one would give, and the law for reading."""
    counts = draw_bounds(axes, outlook.cap)
    if outlook.reading is not None:
        within = counts[(counts >= outlook.workers[0]) & (counts <= outlook.reading.until)]
        law = outlook.reading.fit.law
        axes.plot(within, [law.at(count) for count in within], zorder=3, **LAW_LINE)


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


def _legend_entries(outlook: Outlook) -> list[LegendEntry]:
    """The strategies, then whatever bounds them."""
    measured = {measured_curve.strategy for measured_curve in outlook.measured}
    named = [*outlook.predicted[:NAMED]]
    listed: list[MeasuredCurve | PredictedCurve] = [*named]
    listed += [
        measured_curve
        for measured_curve in outlook.measured
        if measured_curve.strategy not in {other.strategy for other in named}
    ]
    entries: list[LegendEntry] = [
        (_handle(curve, measured), curve_words(curve.strategy, chosen=curve.chosen)) for curve in listed
    ]
    more = len(outlook.predicted) - len(named)
    if more:
        entries.append(remark(f"{more} more strategies: see the table"))
    law = [(Line2D([], [], **LAW_LINE), "for reading only: a law of scaling")]
    return [*entries, *bound_entries(outlook.cap), *(law if outlook.reading else [])]


def _handle(curve: MeasuredCurve | PredictedCurve, measured: set[str]) -> Line2D:
    mark = _mark(curve) if curve.strategy in measured else {"color": curve.look.colour}
    style: Any = curve.look.dash if isinstance(curve, PredictedCurve) else "none"
    return Line2D([], [], linestyle=style, linewidth=1.8 if curve.chosen else 0.9, **mark)
