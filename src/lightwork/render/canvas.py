"""What matplotlib's charts have in common: a figure placed by hand in points, its axes, the legend."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D, Bbox, BboxTransform, TransformedBbox

from lightwork.render.palette import INK, LIMIT, MUTED, PAPER, Look
from lightwork.text.quantities import number, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

POINTS_PER_INCH = 72
WIDTH, LEGEND_LINE, LEGEND_LETTERS, HANDLE = 340.0, 14.6, 48, 28.0
CURVE_POINTS = 50  # of a bent line
DIGIT_WIDTH = 6.8  # of the axis' text
WIDE = 8  # from this ratio of worker counts on, their axis is logarithmic
ROOM = 0.07  # beside the largest count: curves are moved aside by up to 6 % of it, so that they keep apart
LEFT, RIGHT, TOP, BOTTOM = 42.0, 12.0, 12.0, 38.0
CAP_LINE: dict[str, Any] = {"color": INK, "linewidth": 1.1, "linestyle": (0, (6, 2))}
IDEAL_LINE: dict[str, Any] = {"color": LIMIT, "linewidth": 0.9, "linestyle": (0, (1, 2))}
LegendEntry = tuple[Line2D | Rectangle, str]  # a handle and its words


def canvas(width: float, height: float, margins: tuple[float, float, float, float]) -> tuple[Figure, "Axes"]:
    """A figure of this many points and its axes inside the margins: left, bottom, right, top."""
    figure = _figure(width, height)
    left, bottom, right, top = margins
    box = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    axes = figure.add_axes(box)
    return figure, axes


def framed(entries: Sequence[LegendEntry], plot_height: float, left: float = LEFT) -> tuple[Figure, "Axes"]:
    """A figure with its legend, and empty axes above, this many points high."""
    foot = legend_height(entries)
    figure, axes = canvas(WIDTH, plot_height + foot, (left, BOTTOM + foot, RIGHT, TOP))
    legend(figure, entries)
    return figure, axes


def plane(
    width: float, height: float, margins: tuple[float, float, float, float], box: tuple[float, float, float, float]
) -> tuple[Figure, "Transform"]:
    """A figure of this many points without axes, which take most of a small chart's time; and where its data fall.

    box: the data at the margins' left, bottom, right and top.
    """
    left, bottom, right, top = margins
    points = Bbox.from_extents(left / width, bottom / height, 1 - right / width, 1 - top / height)
    figure = _figure(width, height)
    return figure, BboxTransform(Bbox.from_extents(*box), TransformedBbox(points, figure.transFigure))


def _figure(width: float, height: float) -> Figure:
    return Figure(figsize=(width / POINTS_PER_INCH, height / POINTS_PER_INCH), dpi=POINTS_PER_INCH)


def is_wide(workers: Sequence[int]) -> bool:
    """Whether these worker counts, in order, need a logarithmic axis."""
    return bool(workers) and workers[-1] / workers[0] >= WIDE


def log_values(low: float, high: float, most: int) -> tuple[float, ...]:
    """Up to `most` powers of ten between low and high, or 1, 2 and 5 times such where there is room for them."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,)):
        values = [factor * 10.0**power for power in powers for factor in factors]
        inside = [value for value in values if low * 0.9999 <= value <= high * 1.0001]
        if len(inside) <= most:
            return tuple(inside)
    return tuple(inside[:: math.ceil(len(inside) / most)])


def worker_axis(axes: "Axes", workers: Sequence[int]) -> None:
    """Make the x axis one of these worker counts, which are in order, each with its tick."""
    counts = workers or (1,)
    if is_wide(counts):
        axes.set_xscale("log", base=2)
        axes.set_xlim(counts[0] / 1.2, counts[-1] * 1.2)
    else:
        pad = max(0.35, (counts[-1] - counts[0]) * 0.06, counts[-1] * ROOM)
        axes.set_xlim(counts[0] - pad, counts[-1] + pad)
    axes.set_xticks(list(counts), _labels(axes, counts))
    axes.minorticks_off()
    axes.set_xlabel("workers")


def as_times(value: float, _: object = None) -> str:
    """A speedup at its tick."""
    return f"{value:g}x"


def upright_axis(axes: "Axes", top: float, words: Callable[[float, object], str] = as_times, ticks: int = 6) -> None:
    """Make the y axis one from 0 to `top`, with a line at each of its few ticks."""
    axes.set_ylim(0, top)
    axes.yaxis.set_major_formatter(words)
    axes.locator_params(axis="y", nbins=ticks)
    axes.grid(visible=True, axis="y")


def draw_bounds(axes: "Axes", cap: float, *, per_worker: bool = False) -> "np.ndarray[Any, Any]":
    """The ideal speedup and what no strategy can exceed; returns the worker counts of their points."""
    low, high = axes.get_xlim()
    counts = np.union1d(np.linspace(low, high, CURVE_POINTS), np.clip(cap, low, high))
    share = counts if per_worker else 1.0
    axes.plot(counts, counts / share, zorder=1, **IDEAL_LINE)
    axes.plot(counts, np.minimum(counts, cap) / share, zorder=1, **CAP_LINE)
    return counts


def bound_entries(cap: float) -> list[LegendEntry]:
    """The two bounds in the legend."""
    return [
        (Line2D([], [], **CAP_LINE), f"no strategy can exceed min(workers, {number(cap)})"),
        (Line2D([], [], **IDEAL_LINE), "ideal: speedup = workers"),
    ]


def remark(words: str) -> LegendEntry:
    """A line of the legend that stands for nothing that is drawn."""
    return Line2D([], [], linestyle="none"), words


def _labels(axes: "Axes", counts: Sequence[int]) -> list[str]:
    """A word for each tick, in order; none where it would touch the one before it or the last one."""
    places = [float(x) for x, _ in axes.transData.transform([(count, 0) for count in counts])]
    halves = [DIGIT_WIDTH * len(str(count)) / 2 + 2 for count in counts]
    labels, taken, last = [], -halves[-1], places[-1] - halves[-1]
    for place, half, count in zip(places, halves, counts, strict=True):
        fits = place - half >= taken and (place + half <= last or count == counts[-1])
        labels.append(str(count) if fits else "")
        taken = place + half if fits else taken
    return labels


def legend_height(entries: Sequence[LegendEntry], columns: int = 1) -> float:
    """Points that a legend takes at the figure's foot."""
    return LEGEND_LINE * -(-len(entries) // columns) + 6 if entries else 0.0


def legend(figure: Figure, entries: Sequence[LegendEntry], columns: int = 1) -> None:
    """Handles and their words at the figure's foot. By hand: matplotlib's own takes a tenth of a page's time."""
    width, height = (inches * POINTS_PER_INCH for inches in figure.get_size_inches())
    points = Affine2D().scale(1 / width, 1 / height) + figure.transFigure
    rows = -(-len(entries) // columns)
    for place, (handle, words) in enumerate(entries):
        x, y = 4 + place // rows * WIDTH / columns, LEGEND_LINE * (rows - 1 - place % rows) + 8
        if isinstance(handle, Line2D):
            handle.set_data([x, x + HANDLE / 2, x + HANDLE], [y] * 3)
            handle.set_markevery([1])
        else:
            handle.set_bounds(x, y - 3.5, HANDLE, 7)
        handle.set_transform(points)
        figure.add_artist(handle)
        figure.text(x + HANDLE + 7, y, words, va="center_baseline", transform=points)


def swatch(colour: str, **style: Any) -> Rectangle:
    """An area's handle in a legend."""
    return Rectangle((0, 0), 1, 1, facecolor=colour, **style)


def entitle(figure: Figure, title: str, what: str) -> None:
    """Put a title above a figure that leaves the page, where no heading stands over it."""
    lines_above = figure.get_figheight() * POINTS_PER_INCH
    figure.text(4 / WIDTH, 1 + 20 / lines_above, short(title), fontsize=11, fontweight="bold", color=INK)
    figure.text(4 / WIDTH, 1 + 6 / lines_above, what, color=MUTED)


def curve_style(look: Look, *, chosen: bool, size: float, width: float) -> dict[str, Any]:
    """How a curve is drawn; size and width: of the recommended one's markers and line, others being more modest."""
    return {
        "color": look.colour,
        "marker": look.marker,
        "markersize": size if chosen else size - 2,
        "markerfacecolor": look.colour if look.filled else PAPER,
        "linestyle": look.dash,
        "linewidth": width if chosen else 1.1,
    }


def curve_words(name: str, *, chosen: bool) -> str:
    """A curve in the legend: its name, and whether it is the recommended one's."""
    mark = " (recommended)" if chosen else ""
    return f"{label(name, LEGEND_LETTERS - len(mark))}{mark}"


def label(name: str, length: int = LEGEND_LETTERS) -> str:
    """A name that matplotlib draws as it stands: it drops legend entries that begin with an underscore."""
    return f" {short(name, length)}" if name.startswith("_") else short(name, length)
