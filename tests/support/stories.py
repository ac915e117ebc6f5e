"""Rounds made from their causes, so that their losses are known without splitting anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from lightwork.core.losses import Losses
from lightwork.core.round import Outcome, Round, Worker

ROW = np.dtype(
    [
        ("start_ns", "i8"),
        ("end_ns", "i8"),
        ("cpu_ns", "i8"),
        ("runqueue_ns", "i8"),
        ("worker", "i4"),
        ("state", "i4"),
    ]
)
T0 = 10_000_000_000_000  # a machine that has been up for some hours
DONE, RAISED = 2, 3


def make_items(rows: Sequence[tuple[int, int, int]], cpu_ns: int = 0, runqueue_ns: int = 0) -> Any:
    """A ledger of (worker, start, end), times from t0; every item is done."""
    table = [(T0 + start, T0 + end, cpu_ns, runqueue_ns, worker, DONE) for worker, start, end in rows]
    return np.array(table, dtype=ROW)


def make_worker(slot: int, requested: int, ready: int | None, exit_: int | None = None) -> Worker:
    """A worker whose times count from t0."""
    return Worker(
        slot,
        1000 + slot,
        T0 + requested,
        None if ready is None else T0 + ready,
        None if exit_ is None else T0 + exit_,
        0,
    )


def make_round(wall_ns: int, workers: Sequence[Worker] = ()) -> Round:
    """A round of this length that made these workers."""
    return Round("map-w2-fork-given", 0, 0, Outcome.OK, t0_ns=T0, t1_ns=T0 + wall_ns, workers=tuple(workers))


@dataclass(frozen=True)
class Story:
    """A round made from its causes, so that they are known without splitting anything."""

    round_: Round
    items: Any
    lanes: int
    start_up_ns: int
    item_ns: int
    dispatch_ns: int
    tail_ns: int
    teardown_ns: int


spans = st.integers(0, 1000)
lane_items = st.lists(st.tuples(spans, spans), max_size=4)  # the gap before an item, and its length
lanes_of_items = st.lists(st.tuples(st.none() | spans, lane_items), min_size=1, max_size=5)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """Rounds with empty lanes, lanes that never got ready, few items, and raised ones among them."""
    drawn = draw(lanes_of_items)
    workers, rows, ready, last, gaps = [], [], [], [], 0
    for slot, (boot, jobs) in enumerate(drawn):
        workers.append(make_worker(slot, 0, boot))
        now = boot or 0
        for gap, length in jobs if boot is not None else ():
            now += gap
            rows.append((slot, now, now + length))
            now += length
            gaps += gap
        ready.append(boot)
        last.append(now if boot is not None and jobs else None)
    ends = [end for end in last if end is not None]
    teardown = draw(spans)
    end = max(ends or [boot for boot in ready if boot is not None], default=None)
    wall = max((teardown + 1) if end is None else end + teardown, 1)
    end = wall if end is None else end
    started = [end if boot is None else min(boot, end) for boot in ready]
    items = make_items(rows)
    items["state"] = [draw(st.sampled_from([DONE, RAISED])) for _ in rows]
    order = draw(st.permutations(range(len(rows))))
    return Story(
        make_round(wall, draw(st.permutations(workers))),
        items[list(order)],
        len(drawn),
        start_up_ns=sum(started),
        item_ns=sum(finish - start for _, start, finish in rows),
        dispatch_ns=gaps,
        tail_ns=sum(end - (begun if own is None else own) for own, begun in zip(last, started, strict=True)),
        teardown_ns=len(drawn) * (wall - end),
    )


def five(losses: Losses) -> tuple[int, int, int, int, int]:
    """Start-up, item time, dispatch, tail, teardown."""
    return (losses.start_up_ns, losses.item_ns, losses.dispatch_ns, losses.tail_ns, losses.teardown_ns)
