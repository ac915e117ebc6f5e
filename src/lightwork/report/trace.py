"""Trace: a round's worker timeline as Chrome trace events, for viewers that zoom; pure, from ledger to plain dict.

    process   the round: its workload and cell
    thread    a lane; its complete events, back to back from t0 to t1:
              |start-up|item|dispatch|item|tail|teardown|
    instant   an item that never ended, where it started

Lanes and parts are those of lightwork.analysis.lanes and lightwork.analysis.losses.
Source: Trace Event Format, JSON object format
(https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lightwork import __version__
from lightwork.analysis.lanes import Lane, lanes_of
from lightwork.analysis.losses import losses_of, violations
from lightwork.core.causes import Cause
from lightwork.core.round import Round, Worker
from lightwork.core.study import Cell, Study
from lightwork.ledger.table import ABSENT, State
from lightwork.text.quantities import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

PROCESS = 1  # 0 is the idle process to some viewers
Event = dict[str, Any]


@dataclass(frozen=True)
class TracePart:
    """A stretch of a lane, in nanoseconds from t0.

    cause: what was lost; None for an item, of which `index` is the place.
    """

    start_ns: int
    end_ns: int
    cause: Cause | None = None
    index: int = -1


@dataclass(frozen=True)
class Clock:
    """A round's own clock: nanoseconds from t0, never outside the round."""

    t0_ns: int
    wall_ns: int

    def at(self, moment_ns: int) -> int:
        """The moment on this clock; the nearer end of the round for a moment outside it."""
        return min(self.wall_ns, max(0, moment_ns - self.t0_ns))


def encode(trace: Mapping[str, Any]) -> bytes:
    """The trace as JSON: ASCII alone, so that it survives every terminal and code page."""
    return json.dumps(trace, allow_nan=False, separators=(",", ":")).encode("ascii") + b"\n"


def trace_of(study: Study, cell: Cell, round_: Round, items: "NDArray[Any]") -> dict[str, Any]:
    """One round of the cell in the JSON object format of Chrome's trace events.

    items: the round's ledger, row i for item i. Times are in microseconds from t0, exact to the nanosecond.
    Raises ValueError for a round without t0 and t1 or of no length.
    """
    count = cell.setting.workers
    slots = [lane.slots for lane in lanes_of(round_.workers, items, count)]
    events = [
        _named("process_name", 0, name=f"{plain(study.label)}: {plain(cell.cell_id)}"),
        *(event for lane, lane_slots in enumerate(slots) for event in _thread(lane, _pids(round_.workers, lane_slots))),
        *(
            _complete(lane, part, study, items)
            for lane, parts in enumerate(parts_of(round_, items, count))
            for part in parts
        ),
        *_never_ended(study, round_, items, slots),
    ]
    return {"traceEvents": events, "displayTimeUnit": "ms", "otherData": _facts(study, cell, round_, items)}


def parts_of(round_: Round, items: "NDArray[Any]", lanes: int) -> tuple[tuple[TracePart, ...], ...]:
    """Per lane, what fills its time from t0 to t1, in order; losses that took no time are left out.

    Of a sound ledger the parts of a lane follow each other without a gap, and by cause they add up to the
    round's losses. Of any other (see `lightwork.analysis.losses.violations`) they stay within the round, and may
    overlap. Raises ValueError like `losses_of`.
    """
    losses = losses_of(round_, items, lanes)
    clock = _clock(round_)
    end_ns = clock.at(clock.t0_ns + losses.wall_ns - losses.teardown_ns // lanes)
    return tuple(
        tuple(part for part in _parts(lane, clock, end_ns) if part.cause is None or part.end_ns > part.start_ns)
        for lane in lanes_of(round_.workers, items, lanes)
    )


def _clock(round_: Round) -> Clock:
    t0_ns, t1_ns = round_.t0_ns or 0, round_.t1_ns or 0
    return Clock(t0_ns, t1_ns - t0_ns)


def _parts(lane: Lane, clock: Clock, end_ns: int) -> Iterator[TracePart]:
    now_ns = end_ns if lane.ready_ns is None else min(clock.at(lane.ready_ns), end_ns)
    yield TracePart(0, now_ns, Cause.START_UP)
    for start, end, index in zip(lane.starts_ns.tolist(), lane.ends_ns.tolist(), lane.indices, strict=True):
        start_ns = clock.at(start)
        yield TracePart(now_ns, start_ns, Cause.DISPATCH)
        yield TracePart(start_ns, max(start_ns, clock.at(end)), index=index)
        now_ns = max(now_ns, clock.at(end))
    yield TracePart(now_ns, end_ns, Cause.TAIL)
    yield TracePart(end_ns, clock.wall_ns, Cause.TEARDOWN)


def _pids(workers: Sequence[Worker], slots: Sequence[int]) -> list[int]:
    """The process ids of a lane's workers; none of the caller itself, nor of one that never got ready."""
    by_slot = {worker.slot: worker.pid for worker in workers}
    return [pid for slot in slots if (pid := by_slot.get(slot, 0))]


def _thread(lane: int, pids: Sequence[int]) -> list[Event]:
    more = f" and {len(pids) - 1} more" if len(pids) > 1 else ""
    process = f" (pid {pids[0]}{more})" if pids else ""
    return [
        _named("thread_name", _tid(lane), name=f"worker {lane}{process}"),
        _named("thread_sort_index", _tid(lane), sort_index=lane),
    ]


def _named(name: str, tid: int, /, **args: Any) -> Event:
    return {"name": name, "ph": "M", "ts": 0.0, "pid": PROCESS, "tid": tid, "args": args}


def _tid(lane: int) -> int:
    """A thread's number; 0 is the idle thread to some viewers."""
    return lane + 1


def _complete(lane: int, part: TracePart, study: Study, items: "NDArray[Any]") -> Event:
    """A part as a complete event. Losses have no args, so that a viewer sums them up under one name."""
    event = {
        "name": _item_name(study, part.index) if part.cause is None else str(part.cause),
        "cat": _state(items, part.index) if part.cause is None else "lost",
        "ph": "X",
        "ts": part.start_ns / 1000,
        "dur": _duration_us(part.start_ns, part.end_ns),
        "pid": PROCESS,
        "tid": _tid(lane),
    }
    return event if part.cause is not None else event | {"args": _item_args(items, part.index)}


def _duration_us(start_ns: int, end_ns: int) -> float:
    """The length in microseconds, within a fraction of a nanosecond.

    Start and duration, added up as floats by a viewer, must not pass the end: the next event begins there, and
    one that begins before its predecessor has ended is drawn inside it or not at all.
    """
    start_us, end_us = start_ns / 1000, end_ns / 1000
    duration_us = (end_ns - start_ns) / 1000
    if start_us + duration_us > end_us:
        duration_us = end_us - start_us
    while start_us + duration_us > end_us:
        duration_us = math.nextafter(duration_us, 0)
    return duration_us


def _never_ended(study: Study, round_: Round, items: "NDArray[Any]", slots: Sequence[Sequence[int]]) -> Iterator[Event]:
    """An instant for each item that was started and did not end, on its worker's lane.

    A worker that nobody listed and that ended nothing has no lane: the first stands in for it.
    """
    lane_of_slot = {slot: lane for lane, lane_slots in enumerate(slots) for slot in lane_slots}
    clock = _clock(round_)
    for index in (items["state"] == State.RUNNING).nonzero()[0].tolist():
        yield {
            "name": _item_name(study, index),
            "cat": _state(items, index),
            "ph": "i",
            "s": "t",
            "ts": clock.at(int(items["start_ns"][index])) / 1000,
            "pid": PROCESS,
            "tid": _tid(lane_of_slot.get(int(items["worker"][index]), 0)),
            "args": {"index": index, "state": _state(items, index), "again": int(items["again"][index])},
        }


def _item_args(items: "NDArray[Any]", index: int) -> dict[str, Any]:
    """What the ledger holds of an item beside its times; the wait for a core only where it was measured."""
    row = items[index]
    waited_ns = int(row["runqueue_ns"])
    waited = {} if waited_ns == ABSENT else {"waited_for_core_ms": waited_ns / 1e6}
    counts = {"retries": int(row["retries"]), "again": int(row["again"])}
    return {"index": index, "cpu_ms": int(row["cpu_ns"]) / 1e6, **waited, "state": _state(items, index), **counts}


def _state(items: "NDArray[Any]", index: int) -> str:
    return State(int(items["state"][index])).name.lower()


def _item_name(study: Study, index: int) -> str:
    """The item's name with every character that does not print written out: no viewer need be trusted with it."""
    return plain(study.item_names[index]) if index < len(study.item_names) else f"item {index}"


def _facts(study: Study, cell: Cell, round_: Round, items: "NDArray[Any]") -> dict[str, str]:
    """Which round it is, in words; what is wrong with it where something is."""
    facts = {
        "made by": f"lightwork {__version__}",
        "study": plain(study.label),
        "cell": plain(cell.cell_id),
        "block": str(round_.block),
        "outcome": str(round_.outcome),
        "reason": plain(round_.reason),
        "unsound": "; ".join(violations(round_, items, cell.setting.workers)),
    }
    return {name: words for name, words in facts.items() if words}
