"""How long a study's items take: a histogram of their serial times, the longest ones named; pure.

An item's time is its median over the serial rounds of which a ledger was kept. Bins are equally wide on a
logarithmic axis, because items of one job differ by factors.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightwork.analysis.lanes import ended
from lightwork.core.study import Study
from lightwork.render.chart_axes import Axis, Label, apart, log_values, round_values
from lightwork.text.quantities import counted, duration, percent, plain, short, tick

WIDTH, PLOT, LEFT, RIGHT, TOP, BOTTOM = 340.0, 120.0, 34.0, 10.0, 12.0, 30.0
LINE = 12.0  # of a name above the bars
LEAST_BINS, MOST_BINS = 8, 24
LEAST_RATIO = 1.5  # of the axis' ends: items of one length must not fill it with noise
NAMED = 5
NAME_LENGTH = 20
LETTER = 5.6  # width of a letter, some more than the fonts of browsers have
MARGIN = 1.02  # so that neither the shortest nor the longest item lies on the axis' very end


@dataclass(frozen=True)
class Bins:
    """How many items lie in each bin. edges_s: one more than counts, each so many times the one before."""

    edges_s: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """A bin as it is drawn, with words for the pointer."""

    path: str
    words: str


@dataclass(frozen=True)
class Histogram:
    """A histogram to draw. names: of the longest items, each in a line of its own; leaders: from those down.

    share_x: where a worker's fair share of the work lies, None where that is longer than every item.
    """

    height: float
    blocks: tuple[Block, ...]
    names: tuple[Label, ...]
    leaders: str
    times: tuple[Label, ...]
    counts: tuple[Label, ...]
    base: float
    share_x: float | None
    share_words: str
    finding: str
    told: str


def item_times_s(study: Study, ledgers: Mapping[str, Any]) -> "np.ndarray[Any, Any] | None":
    """Each item's median time in the serial rounds whose ledger was kept, in seconds; None without any."""
    kept = [ledgers[found.ledger] for found in study.serial.rounds if found.ok and found.ledger in ledgers]
    whole = [rows for rows in kept if len(rows) and len(ended(rows)) == len(rows)]
    if not whole:
        return None
    found: np.ndarray[Any, Any] = np.median([rows["end_ns"] - rows["start_ns"] for rows in whole], axis=0) / 1e9
    return found


def bins(times_s: "Sequence[float] | np.ndarray[Any, Any]") -> Bins:
    """All times in bins equally wide on a logarithmic axis; as many bins as suit the number of items."""
    shown = np.maximum(np.asarray(times_s, dtype=float), 1e-9)
    low, high = float(shown.min()) / MARGIN, float(shown.max()) * MARGIN
    widen = max(1.0, LEAST_RATIO / (high / low)) ** 0.5
    count = min(MOST_BINS, max(LEAST_BINS, round(2 * math.sqrt(len(shown)))))
    edges = np.geomspace(low / widen, high * widen, count + 1)
    counts, _ = np.histogram(shown, edges)
    return Bins(tuple(edges.tolist()), tuple(counts.tolist()))


def histogram(times_s: "np.ndarray[Any, Any]", names: Sequence[str], most_workers: int) -> Histogram:
    """The histogram of a study's items. most_workers: the largest number measured, for the fair share."""
    found = bins(times_s)
    longest = np.argsort(-times_s, kind="stable")[:NAMED].tolist()
    top = TOP + LINE * len(longest)
    across = Axis(found.edges_s[0], found.edges_s[-1], LEFT, WIDTH - RIGHT, log=True)
    up = Axis(0, max(found.counts), top + PLOT, top)
    total_s = float(times_s.sum())
    share_s = total_s / most_workers
    inside = found.edges_s[0] <= share_s <= found.edges_s[-1]
    told = [f"{_name(names, item)}: {duration(times_s[item])}" for item in longest]
    return Histogram(
        height=top + PLOT + BOTTOM,
        blocks=_blocks(found, across, up),
        names=_labels(told, [across.at(times_s[item]) for item in longest]),
        leaders=_leaders([across.at(times_s[item]) for item in longest], top + PLOT),
        times=_time_labels(found, across, top + PLOT + 14),
        counts=tuple(Label(LEFT - 5, up.at(value) + 3, f"{value:,.0f}", "end") for value in _whole(up.high)),
        base=top + PLOT,
        share_x=across.at(share_s) if inside else None,
        share_words=f"a worker's fair share with {counted(most_workers, 'worker')}: {duration(share_s)}",
        finding=_finding(times_s, total_s, len(longest)),
        told="; ".join(told),
    )


def _name(names: Sequence[str], item: int) -> str:
    return short(names[item], NAME_LENGTH) if item < len(names) else f"item {plain(item)}"


def _blocks(found: Bins, across: Axis, up: Axis) -> tuple[Block, ...]:
    edges = [across.at(edge) for edge in found.edges_s]
    blocks = []
    for place, count in enumerate(found.counts):
        if count:
            left, width = edges[place] + 0.4, edges[place + 1] - edges[place] - 0.8
            top = min(up.at(count), up.start - 1.5)
            path = f"M{left:.1f} {top:.1f}h{width:.1f}V{up.start:.1f}h-{width:.1f}z"
            span = f"{duration(found.edges_s[place])} to {duration(found.edges_s[place + 1])}"
            blocks.append(Block(path, f"{counted(count, 'item')}: {span}"))
    return tuple(blocks)


def _labels(told: Sequence[str], places: Sequence[float]) -> tuple[Label, ...]:
    """The longest item's name on the top line, each ending where its leader goes down, if there is room before."""
    return tuple(
        Label(x - 3, TOP + LINE * place, words, "end")
        if x - 3 - LETTER * len(words) > 0
        else Label(min(x + 3, WIDTH - LETTER * len(words)), TOP + LINE * place, words, "start")
        for place, (words, x) in enumerate(zip(told, places, strict=True))
    )


def _leaders(places: Sequence[float], base: float) -> str:
    """Thin lines from the names down; the page draws them behind names and bars."""
    return "".join(f"M{x - 2.5:.1f} {TOP + LINE * place - 3:.1f}h2.5V{base:.1f}" for place, x in enumerate(places))


def _time_labels(found: Bins, across: Axis, y: float) -> tuple[Label, ...]:
    labels = [Label(across.at(value), y, tick(value)) for value in log_values(found.edges_s[0], found.edges_s[-1], 6)]
    return apart([label for label in labels if LEFT - 4 <= label.x <= WIDTH - 18], 44)


def _whole(most: float) -> tuple[float, ...]:
    return tuple(value for value in round_values(0, most, 4) if value == round(value))


def _finding(times_s: "np.ndarray[Any, Any]", total_s: float, named: int) -> str:
    """What the histogram says: how unlike the items are, and how much of the work the longest few hold."""
    middle_s, longest_s = float(np.median(times_s)), float(times_s.max())
    share = float(np.sort(times_s)[::-1][:named].sum()) / total_s if total_s else 0.0
    ratio = longest_s / middle_s if middle_s else math.inf
    told = f"The longest of {counted(len(times_s), 'item')} takes {ratio:,.1f} times as long as the median one"
    held = "" if named < NAMED or len(times_s) == named else f"; the {named} longest hold {percent(share)} of the work"
    return f"{told} ({duration(middle_s)}){held}."
