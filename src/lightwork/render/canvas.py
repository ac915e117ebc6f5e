"""What matplotlib's charts have in common: a figure placed by hand in points, its axes, the legend."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox, BboxTransform, TransformedBbox

from lightwork.render.palette import INK, MUTED, PAPER, Look
from lightwork.text.quantities import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Transform

POINTS_PER_INCH = 72
WIDTH, LEGEND_LINE = 340.0, 12.6
DIGIT_WIDTH = 5.8  # of the axis' text
WIDE = 8  # from this ratio of worker counts on, their axis is logarithmic
ROOM = 0.07  # beside the largest count: curves are moved aside by up to 6 % of it, so that they keep apart
LEFT, RIGHT, TOP, BOTTOM = 38.0, 12.0, 12.0, 34.0


def canvas(width: float, height: float, margins: tuple[float, float, float, float]) -> tuple[Figure, "Axes"]:
    """A figure of this many points and its axes inside the margins: left, bottom, right, top."""
    figure = _figure(width, height)
    left, bottom, right, top = margins
    box = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    axes = figure.add_axes(box)
    axes.tick_params(length=3)
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
    """A figure whose pixels are points."""
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


def legend(figure: Figure, entries: Sequence[tuple[Any, str]], share: float) -> None:
    """Handles and their words in one column below the axes; share: of the figure's height that is theirs."""
    handles, labels = zip(*entries, strict=True)
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(4 / WIDTH, share), frameon=False, ncols=1, borderpad=0,
        borderaxespad=0, labelspacing=0.32, handlelength=2.8,
    )  # fmt: skip


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
    return f"{label(name)}{' (recommended)' if chosen else ''}"


def label(name: str) -> str:
    """A name that matplotlib draws as it stands: it drops legend entries that begin with an underscore."""
    return f" {short(name, 42)}" if name.startswith("_") else short(name, 42)
