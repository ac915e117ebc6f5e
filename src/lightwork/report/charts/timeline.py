"""A round's worker timeline: what each lane did from the first fork to the last exit; pure, from ledger to marks.

Drawn by the page's own template rather than by matplotlib, because here every long item can carry its name for
the pointer, and thousands of short ones share one path. Lengths are SVG user units on a plane of WIDTH.
The lanes, and what start-up, tail and teardown mean, are those of lightwork.analysis.lanes and
lightwork.analysis.losses.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from lightwork.analysis.lanes import Lane, lanes_of
from lightwork.core.round import Round
from lightwork.core.study import Cell, Study
from lightwork.ledger.table import State
from lightwork.render.filters import UNFILTERED, Facets
from lightwork.report.charts.item_intervals import LONGEST, NAMED, ItemInterval, intervals_of, item_name, longest_told
from lightwork.report.charts.zoom import Room, Zoom, zoom
from lightwork.text.quantities import duration, tick

WIDTH, LEFT, RIGHT, TOP, AXIS = 340.0, 22.0, 6.0, 4.0, 20.0
SPAN = WIDTH - LEFT - RIGHT
LANES_HEIGHT, LANE_MOST, LANE_LEAST = 130.0, 18.0, 4.5
ITEMS_ONE_BY_ONE = 2000
ITEMS_ON_A_PAGE = 24_000  # some 50 bytes each
ITEMS_WITH_EDGES = 250  # more would be all edge
NUMBER_WIDTH, NUMBER_HEIGHT = 12.0, 10.0
SHADES = 4
LEAST_WIDTH = 0.35
NO_ROOM = Room()
Box = tuple[float, float, float, float]  # left, top, width, height


@dataclass(frozen=True)
class Mark:
    """Boxes of one kind: a CSS class, and words for the pointer where it is a single item."""

    kind: str
    boxes: tuple[Box, ...]
    words: str = ""

    @property
    def path(self) -> str:
        """All boxes as the `d` of one SVG path."""
        return "".join(f"M{x:.2f} {y:.1f}h{width:.2f}v{height:.1f}h-{width:.2f}z" for x, y, width, height in self.boxes)


@dataclass(frozen=True)
class Text:
    """A word at a place: a lane's label or a tick's."""

    x: float
    y: float
    words: str


@dataclass(frozen=True)
class Timeline:
    """A round to draw; words say which one. kinds: what a key is needed for, in the marks' words.

    longest: the longest items in words, in order of their numbers; numbers: where those stand, as far as there is room.
    items: how many ran; zoom: every one of them, None where the page has no room for them.
    part: what the round stands for, as "Recommended"; a figure's file is named after it.
    """

    height: float
    marks: tuple[Mark, ...]
    lanes: tuple[Text, ...]
    ticks: tuple[Text, ...]
    numbers: tuple[Text, ...]
    axis_y: float
    words: str
    longest: tuple[str, ...]
    facts: str
    kinds: tuple[str, ...]
    facets: Facets = UNFILTERED
    items: int = 0
    zoom: Zoom | None = None
    part: str = ""


@dataclass(frozen=True)
class Plane:
    """Where times and lanes fall: the round's own clock (t0 is 0) over a span shared with its neighbour."""

    t0_ns: int
    span_ns: int
    lanes: int

    @property
    def pitch(self) -> float:
        """Height of a lane with its gap."""
        return max(LANE_LEAST, min(LANE_MOST, LANES_HEIGHT / self.lanes))

    @property
    def bottom(self) -> float:
        """The lower edge of the last lane."""
        return TOP + self.pitch * self.lanes

    def x(self, at_ns: float) -> float:
        """The place of a moment, never outside the plane."""
        share = (at_ns - self.t0_ns) / self.span_ns
        return LEFT + SPAN * min(1.0, max(0.0, share))

    def box(self, lane: int, start_ns: float, end_ns: float) -> tuple[Box, ...]:
        """A rectangle; never so thin that it can't be seen, and none for no time at all."""
        if end_ns <= start_ns:
            return ()
        left = self.x(start_ns)
        return ((left, TOP + lane * self.pitch, max(LEAST_WIDTH, self.x(end_ns) - left), self.pitch * 0.82),)


def round_to_draw(cell: Cell, ledgers: Any) -> Round | None:
    """The cell's round of median wall time among those whose ledger was kept; None where there is none."""
    drawable = [round_ for round_ in cell.rounds if round_.ok and round_.ledger in ledgers]
    by_wall = sorted(drawable, key=lambda round_: (round_.wall_ns, round_.block))
    return by_wall[(len(by_wall) - 1) // 2] if by_wall else None


def most_items(timelines: int) -> int:
    """How many items each of this many timelines on a page may draw one by one."""
    return min(ITEMS_ONE_BY_ONE, ITEMS_ON_A_PAGE // max(1, timelines))


def timeline(
    study: Study,
    cell: Cell,
    round_: Round,
    rows: Any,
    *,
    span_ns: int,
    words: str,
    most: int = ITEMS_ONE_BY_ONE,
    room: Room = NO_ROOM,
) -> Timeline:
    """The timeline of one round of the cell over `span_ns` of time; `words` say which round it is.

    most: up to so many items are drawn one by one; more are summed up. room: how many can be zoomed into.
    """
    lanes = lanes_of(round_.workers, rows, cell.setting.workers)
    plane = Plane(round_.t0_ns or 0, max(1, span_ns), len(lanes))
    intervals = intervals_of(lanes)
    items = _item_marks(plane, rows, lanes) if len(intervals) <= most else _shade_marks(plane, lanes)
    marks = (*_life_marks(plane, round_, lanes), *items, *_named_marks(plane, study, intervals))
    return Timeline(
        height=plane.bottom + AXIS,
        marks=tuple(mark for mark in marks if mark.boxes),
        lanes=_lane_labels(plane),
        ticks=_ticks(plane),
        axis_y=plane.bottom + 1,
        words=words,
        numbers=_numbers(plane, intervals[:LONGEST]),
        longest=longest_told(study, intervals),
        facts=_facts(round_, lanes, rows),
        kinds=tuple(dict.fromkeys(mark.kind.split("-")[0] for mark in marks if mark.boxes)),
        facets=Facets.of(cell),
        items=len(intervals),
        zoom=zoom(study, lanes, intervals, rows, round_, plane.span_ns, room),
    )


def _life_marks(plane: Plane, round_: Round, lanes: Sequence[Lane]) -> list[Mark]:
    """Lane backgrounds, start-up until a worker was ready, tail until the last lane is done, then the teardown."""
    t1_ns = round_.t1_ns or plane.t0_ns
    all_done = max((last for lane in lanes if (last := lane.last_end_ns) is not None), default=t1_ns)
    boxes: dict[str, list[Box]] = {"lane": [], "startup": [], "tail": [], "teardown": []}
    for place, lane in enumerate(lanes):
        ready = all_done if lane.ready_ns is None else min(lane.ready_ns, all_done)
        boxes["lane"].extend(plane.box(place, plane.t0_ns, t1_ns))
        boxes["startup"].extend(plane.box(place, plane.t0_ns, ready))
        boxes["tail"].extend(plane.box(place, ready if lane.last_end_ns is None else lane.last_end_ns, all_done))
        boxes["teardown"].extend(plane.box(place, all_done, t1_ns))
    return [Mark(kind, tuple(of_kind)) for kind, of_kind in boxes.items()]


def _item_marks(plane: Plane, rows: Any, lanes: Sequence[Lane]) -> list[Mark]:
    boxes: dict[str, list[Box]] = {"done": [], "raised": []}
    for place, lane in enumerate(lanes):
        for item, start, end in zip(lane.indices, lane.starts_ns.tolist(), lane.ends_ns.tolist(), strict=True):
            kind = "raised" if rows["state"][item] == State.RAISED else "done"
            boxes[kind].extend(plane.box(place, start, end))
    done = "done" if len(boxes["done"]) <= ITEMS_WITH_EDGES else "done-dense"
    return [Mark(done, tuple(boxes["done"])), Mark("raised", tuple(boxes["raised"]))]


def _shade_marks(plane: Plane, lanes: Sequence[Lane]) -> list[Mark]:
    """Thousands of items: each lane in steps of one unit, shaded by the share of the step that was busy."""
    edges = plane.t0_ns + np.arange(round(SPAN) + 1) * (plane.span_ns / round(SPAN))
    boxes: dict[int, list[Box]] = {}
    for place, lane in enumerate(lanes):
        if lane.indices:
            busy = np.diff(_busy_before(edges, lane)) / np.diff(edges)
            for shade, left, right in _runs(np.ceil(busy * SHADES - 1e-6).astype(int)):
                boxes.setdefault(shade, []).extend(plane.box(place, edges[left], edges[right]))
    return [Mark(f"busy-{shade}", tuple(shaded)) for shade, shaded in sorted(boxes.items()) if shade > 0]


def _busy_before(edges: Any, lane: Lane) -> Any:
    """Busy nanoseconds of a lane before each edge; its items are in order and do not overlap."""
    moments = np.maximum.accumulate(np.column_stack((lane.starts_ns, lane.ends_ns)).ravel())
    steps = np.zeros(len(moments))
    steps[1::2] = moments[1::2] - moments[::2]
    return np.interp(edges, moments, np.cumsum(steps))


def _runs(shades: Any) -> Iterable[tuple[int, int, int]]:
    """Neighbours of one shade as (shade, first, one past the last)."""
    breaks = [0, *(np.flatnonzero(np.diff(shades)) + 1).tolist(), len(shades)]
    for left, right in pairwise(breaks):
        yield min(SHADES, int(shades[left])), left, right


def _named_marks(plane: Plane, study: Study, intervals: Sequence[ItemInterval]) -> list[Mark]:
    """The longer items under their names, the longest of all last so that their outlines lie on top."""
    wide = [
        interval for interval in intervals[LONGEST:NAMED] if plane.x(interval.end_ns) - plane.x(interval.start_ns) > 1
    ]
    named = [("named", interval) for interval in wide] + [
        ("longest", interval) for interval in reversed(intervals[:LONGEST])
    ]
    return [
        Mark(
            kind,
            plane.box(interval.lane, interval.start_ns, interval.end_ns),
            f"{item_name(study, interval.item)}: {duration(interval.length_ns / 1e9)}, worker {interval.lane}",
        )
        for kind, interval in named
    ]


def _numbers(plane: Plane, longest: Sequence[ItemInterval]) -> tuple[Text, ...]:
    """The longest items' numbers, each in its outline; one that would stand on another is left to the list."""
    placed: list[Text] = []
    for number, interval in enumerate(longest, 1):
        x = (plane.x(interval.start_ns) + plane.x(interval.end_ns)) / 2
        y = TOP + plane.pitch * (interval.lane + 0.41) + 3.2
        if all(abs(x - other.x) >= NUMBER_WIDTH or abs(y - other.y) >= NUMBER_HEIGHT for other in placed):
            placed.append(Text(x, y, str(number)))
    return tuple(placed)


def _facts(round_: Round, lanes: Sequence[Lane], rows: Any) -> str:
    """The timeline in numbers, for those who can't see it."""
    share = sum(lane.item_ns for lane in lanes) / max(1, round_.wall_ns * len(lanes))
    never = int((rows["state"] == State.NEVER_STARTED).sum())
    summary = f"{duration(round_.wall_ns / 1e9)}; workers ran items {share * 100:.0f}\N{NO-BREAK SPACE}% of the time"
    return f"{summary}; {never} items never started" if never else summary


def _lane_labels(plane: Plane) -> tuple[Text, ...]:
    step = math.ceil(11 / plane.pitch)
    return tuple(
        Text(LEFT - 5, TOP + plane.pitch * (lane + 0.41) + 3, str(lane)) for lane in range(0, plane.lanes, step)
    )


def _ticks(plane: Plane) -> tuple[Text, ...]:
    span_s = plane.span_ns / 1e9
    rough = span_s / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    moments = (count * step for count in range(math.floor(span_s / step * 1.0001) + 1))
    ticks = (Text(LEFT + SPAN * moment / span_s, plane.bottom + 14, tick(moment)) for moment in moments)
    return tuple(mark for mark in ticks if mark.x < WIDTH - 16)
