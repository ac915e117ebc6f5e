"""How long a study's items take: a histogram of their serial times, the longest ones named.

An item's time is its median over the serial rounds of which a ledger was kept. Bins are equally wide on a
logarithmic axis, because items of one job differ by factors. Draw it inside `svg.style`.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from lightwork.analysis.lanes import ended
from lightwork.core.study import Study
from lightwork.render.canvas import WIDTH, canvas, log_values
from lightwork.render.filters import UNFILTERED
from lightwork.render.palette import INK, LIMIT, PAPER, USEFUL, cause_colour
from lightwork.render.tooltips import Drawing, Tooltip
from lightwork.text.quantities import counted, duration, percent, plain, short, tick

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Times = np.ndarray[Any, Any]

PLOT, LEFT, RIGHT, TOP, BOTTOM = 120.0, 40.0, 18.0, 6.0, 38.0
LINE = 14.0  # of a name above the bars
LEAST_BINS, MOST_BINS = 8, 24
LEAST_RATIO = 1.5  # of the axis' ends: items of one length must not fill it with noise
LEAST_HEIGHT = 1.5 / PLOT  # of a bar, as a share of the highest: a single item among thousands can be seen
NAMED = 5
NAME_LENGTH = 20
LETTER = 6.5  # width of a letter, some more than the fonts of browsers have
MARGIN = 1.02  # so that neither the shortest nor the longest item lies on the axis' very end
TICKS = 5  # with more their labels would touch


@dataclass(frozen=True)
class Bins:
    """How many items lie in each bin. edges_s: one more than counts, each so many times the one before."""

    edges_s: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Items:
    """A study's items: their serial times and names, and a worker's fair share with the most workers measured."""

    times_s: Times
    names: Sequence[str]
    most_workers: int

    @property
    def share_s(self) -> float:
        """A worker's fair share of the work."""
        return float(self.times_s.sum()) / self.most_workers

    @property
    def longest(self) -> list[int]:
        """The longest items, the longest first."""
        order: list[int] = np.argsort(-self.times_s, kind="stable")[:NAMED].tolist()
        return order

    def words(self, item: int) -> str:
        """An item's name and time."""
        name = short(self.names[item], NAME_LENGTH) if item < len(self.names) else f"item {plain(item)}"
        return f"{name}: {duration(self.times_s[item])}"


def item_times_s(study: Study, ledgers: Mapping[str, Any]) -> Times | None:
    """Each item's median time in the serial rounds whose ledger was kept, in seconds; None without any."""
    tables = [ledgers[round_.ledger] for round_ in study.serial.rounds if round_.ok and round_.ledger in ledgers]
    whole = [rows for rows in tables if len(rows) and len(ended(rows)) == len(rows)]
    if not whole:
        return None
    medians: Times = np.median([rows["end_ns"] - rows["start_ns"] for rows in whole], axis=0) / 1e9
    return medians


def bins(times_s: Sequence[float] | Times) -> Bins:
    """All times in bins equally wide on a logarithmic axis; as many bins as suit the number of items."""
    shown = np.maximum(np.asarray(times_s, dtype=float), 1e-9)
    low, high = float(shown.min()) / MARGIN, float(shown.max()) * MARGIN
    widen = max(1.0, LEAST_RATIO / (high / low)) ** 0.5
    count = min(MOST_BINS, max(LEAST_BINS, round(2 * math.sqrt(len(shown)))))
    edges = np.geomspace(low / widen, high * widen, count + 1)
    counts, _ = np.histogram(shown, edges)
    return Bins(tuple(edges.tolist()), tuple(counts.tolist()))


def histogram_drawing(items: Items) -> Drawing:
    """The items by their serial time, the longest named above, each over a line down to where it lies.

    A dashed line is a worker's fair share, where any item is as long.
    """
    content, longest = bins(items.times_s), items.longest
    low, high, most = content.edges_s[0], content.edges_s[-1], max(content.counts)
    top = TOP + LINE * len(longest)
    figure, axes = canvas(WIDTH, top + PLOT + BOTTOM, (LEFT, BOTTOM, RIGHT, top))
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(0, most)
    axes.set_xticks(log_values(low, high, TICKS))
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(lambda value, _: tick(value))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel("time of an item, serially")
    bars = [
        (left, right - left, count)
        for left, right, count in zip(content.edges_s[:-1], content.edges_s[1:], content.counts, strict=True)
        if count
    ]
    heights = [max(count, LEAST_HEIGHT * most) for _, _, count in bars]
    axes.bar(
        [left for left, _, _ in bars], heights, [width for _, width, _ in bars], align="edge",
        color=cause_colour(USEFUL), edgecolor=PAPER, linewidth=0.8,
    )  # fmt: skip
    if low <= items.share_s <= high:
        axes.axvline(items.share_s, color=INK, linewidth=1.0, linestyle=(0, (4, 2)))
    _names(axes, items, longest)
    words = [f"{counted(count, 'item')}: {duration(left)} to {duration(left + width)}" for left, width, count in bars]
    tooltips = tuple(
        Tooltip(bar[0], 0, tooltip, UNFILTERED, most, bar[1]) for bar, tooltip in zip(bars, words, strict=True)
    )
    return Drawing(figure, axes.transData, tooltips=tooltips)


def _names(axes: "Axes", items: Items, longest: Sequence[int]) -> None:
    """The longest item's name on the top line, each ending where its line goes down, if there is room before."""
    across = axes.get_xaxis_transform()
    for place, item in enumerate(longest):
        at_s, words = max(float(items.times_s[item]), axes.get_xlim()[0]), items.words(item)
        height = 1 + (LINE * (len(longest) - place) - 4) / PLOT
        axes.plot([at_s, at_s], [0, height], color=LIMIT, linewidth=0.6, transform=across, clip_on=False, zorder=0)
        x = float(axes.transData.transform((at_s, 0))[0])
        ends_here = x - 3 - LETTER * len(words) > 0
        shift = -3.0 if ends_here else min(3.0, WIDTH - LETTER * len(words) - x)
        axes.annotate(
            words, (at_s, height), (shift, -3), xycoords=across, textcoords="offset points", annotation_clip=False,
            ha="right" if ends_here else "left", bbox={"facecolor": PAPER, "linewidth": 0, "pad": 0.5},
        )  # fmt: skip


def share_words(items: Items) -> str:
    """A worker's fair share in words, "" where it is not drawn."""
    edges_s = bins(items.times_s).edges_s
    if not edges_s[0] <= items.share_s <= edges_s[-1]:
        return ""
    return f"a worker's fair share with {counted(items.most_workers, 'worker')}: {duration(items.share_s)}"


def finding(items: Items) -> str:
    """What the histogram says: how unlike the items are, and how much of the work the longest few hold."""
    times_s, named = items.times_s, len(items.longest)
    middle_s, longest_s, total_s = float(np.median(times_s)), float(times_s.max()), float(times_s.sum())
    share = float(np.sort(times_s)[::-1][:named].sum()) / total_s if total_s else 0.0
    ratio = longest_s / middle_s if middle_s else math.inf
    longest = f"The longest of {counted(len(times_s), 'item')} takes {ratio:,.1f} times as long as the median one"
    few = "" if named < NAMED or len(times_s) == named else f"; the {named} longest hold {percent(share)} of the work"
    return f"{longest} ({duration(middle_s)}){few}."
