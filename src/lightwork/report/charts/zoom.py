"""A timeline's items, every one of them, small enough to lie in the page for its script to draw and zoom.

    per lane:  count, then per item  gap before it, its length x 2 (+ 1 where it raised), its index as a difference

All are unsigned LEB128 numbers (differences zigzag), times in steps of a 2^24th of the span; the whole is deflated and
in base64. A hundred thousand items take some 400 KB, and a millionth of a round can still be told apart.
"""

import base64
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightwork.analysis.lanes import Lane
from lightwork.core.round import Round
from lightwork.core.study import Study
from lightwork.ledger.table import State
from lightwork.report.charts.item_intervals import NAMED, ItemInterval, item_name

STEPS = 1 << 24
ITEMS_ON_A_PAGE = 220_000
NAMES_ON_A_PAGE = 4000  # past its share of them, a timeline has the names of its longest items alone


@dataclass(frozen=True)
class Zoom:
    """What the script needs. data: as above; span_ns: from the round's t0 to the end of the axis.

    done_ns: until the last item's end; wall_ns: until t1. ready_ns: by lane, until its worker was ready. names: by
    index.
    """

    data: str
    span_ns: int
    wall_ns: int
    done_ns: int
    ready_ns: tuple[int, ...]
    names: Mapping[int, str]

    @property
    def as_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "data": self.data, "steps": STEPS, "span_ns": self.span_ns, "wall_ns": self.wall_ns,
            "done_ns": self.done_ns, "ready_ns": self.ready_ns, "names": dict(self.names),
        }  # fmt: skip


@dataclass(frozen=True)
class Room:
    """How much of the page a timeline may take: so many items, and so many of their names."""

    items: int = 0
    names: int = 0


def zoom(
    study: Study,
    lanes: Sequence[Lane],
    intervals: Sequence[ItemInterval],
    rows: Any,
    round_: Round,
    span_ns: int,
    room: Room,
) -> Zoom | None:
    """The zoomable timeline of one round, on its own clock (t0 is 0) over `span_ns`; None where there is no room.

    intervals: of all its items, the longest first.
    """
    if len(intervals) > room.items:
        return None
    t0_ns, wall_ns = round_.t0_ns or 0, round_.wall_ns
    done_ns = max((last - t0_ns for lane in lanes if (last := lane.last_end_ns) is not None), default=wall_ns)
    ready = tuple(done_ns if lane.ready_ns is None else min(lane.ready_ns - t0_ns, done_ns) for lane in lanes)
    packed = zlib.compress(b"".join(_lane(lane, rows, t0_ns, span_ns) for lane in lanes), 9)
    return Zoom(
        base64.b64encode(packed).decode(), span_ns, wall_ns, done_ns, ready, _names(study, intervals, room.names)
    )


def _names(study: Study, intervals: Sequence[ItemInterval], most: int) -> dict[int, str]:
    named = intervals if len(intervals) <= most else intervals[:NAMED]
    return {item: item_name(study, item) for item in sorted(interval.item for interval in named)}


def _lane(lane: Lane, rows: Any, t0_ns: int, span_ns: int) -> bytes:
    """One lane's items in order; they do not overlap, so that every gap is at least 0."""
    indices = np.asarray(lane.indices, dtype=np.int64)
    edges = np.column_stack((lane.starts_ns, lane.ends_ns)).ravel().astype(np.float64) - t0_ns
    steps = np.maximum.accumulate(np.rint(edges * (STEPS / max(1, span_ns))).astype(np.int64))
    steps = np.maximum(steps, 0)
    changes = np.diff(steps, prepend=0)
    raised = (rows["state"][indices] == State.RAISED).astype(np.int64) if len(indices) else indices
    jumps = np.diff(indices, prepend=0)
    numbers = np.column_stack((changes[::2], changes[1::2] * 2 + raised, (jumps << 1) ^ (jumps >> 63))).ravel()
    return leb128(np.concatenate(([len(indices)], numbers)).astype(np.uint64))


def leb128(numbers: "np.ndarray[Any, Any]") -> bytes:
    """Unsigned numbers, seven bits a byte, the low ones first, the top bit set where more follow."""
    left = numbers.astype(np.uint64)
    columns, present = [], []
    first = np.ones(len(left), dtype=bool)
    while first.any():
        rest = left >> np.uint64(7)
        columns.append(((left & np.uint64(127)) | np.where(rest > 0, np.uint64(128), np.uint64(0))).astype(np.uint8))
        present.append(first)
        first, left = rest > 0, rest
    if not columns:
        return b""
    return bytes(np.column_stack(columns)[np.column_stack(present)])
