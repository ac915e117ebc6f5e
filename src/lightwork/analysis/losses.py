"""Losses: the exact split of workers x wall time into useful work and named causes; pure.

    lane 0  |start-up|item|dispatch|item      |tail    |teardown|
    lane 1  |start-up    |item               |         |teardown|
            t0                               last end (T_L)     t1

Source: the additive form of the POP Centre of Excellence's metrics (https://pop-coe.eu/node/69).
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from lightwork.analysis.lanes import Lane, ended, lanes_of
from lightwork.core.losses import Losses
from lightwork.core.round import Round
from lightwork.ledger.table import ABSENT

if TYPE_CHECKING:
    from numpy.typing import NDArray


def pooled(parts: Sequence[Losses]) -> Losses:
    """Several rounds of one cell as one: every part is the sum over the rounds, so that all identities hold.

    Its budget is theirs together, its speedup their useful work over their wall time. Parts that are not known
    of every round are not known of all.
    Raises ValueError without any, or for rounds of different numbers of lanes.
    """
    if len({part.lanes for part in parts}) != 1:
        raise ValueError("rounds to be pooled are one at least, all of the same number of lanes")
    core_wait_known = all(part.core_wait_ns is not None for part in parts)
    if not core_wait_known:
        parts = [_without_core_wait(part) for part in parts]
    names = [field.name for field in fields(Losses) if field.name != "lanes"]
    values: dict[str, list[Any]] = {name: [getattr(part, name) for part in parts] for name in names}
    sums: dict[str, Any] = {name: None if None in column else sum(column) for name, column in values.items()}
    return replace(parts[0], **sums)


def _without_core_wait(part: Losses) -> Losses:
    """The same with the wait for a core counted as blocking, as where it is not known."""
    if part.core_wait_ns is None or part.blocked_inflation_ns is None:
        return part
    return replace(part, core_wait_ns=None, blocked_inflation_ns=part.blocked_inflation_ns + part.core_wait_ns)


def losses_of(round_: Round, items: "NDArray[Any]", lanes: int, serial_items: "NDArray[Any] | None" = None) -> Losses:
    """The losses of one round on `lanes` lanes.

    items: the ledger, row i for item i, with the fields start_ns, end_ns, cpu_ns, runqueue_ns, worker and
    state.
    serial_items: a ledger of the same items run serially; splits the item time.
    Raises ValueError for a round without t0 and t1 or of no length, for less than one lane, and for a serial
    ledger that lacks an item.
    """
    t0_ns, t1_ns = _span(round_, lanes)
    parts = lanes_of(round_.workers, items, lanes)
    end_ns = _end_of_items(parts, t1_ns)
    ready = [_ready(lane, end_ns) for lane in parts]
    last = [
        ready_ns if lane.last_end_ns is None else lane.last_end_ns for lane, ready_ns in zip(parts, ready, strict=True)
    ]
    item_ns = [lane.item_ns for lane in parts]
    losses = Losses(
        lanes=lanes,
        start_up_ns=sum(ready) - lanes * t0_ns,
        item_ns=sum(item_ns),
        dispatch_ns=sum(last) - sum(ready) - sum(item_ns),
        tail_ns=lanes * end_ns - sum(last),
        teardown_ns=lanes * (t1_ns - end_ns),
        budget_ns=lanes * (t1_ns - t0_ns),
        busiest_ns=max(item_ns),
    )
    return losses if serial_items is None else replace(losses, **_inflation(items, serial_items))


def violations(round_: Round, items: "NDArray[Any]", lanes: int) -> list[str]:
    """What makes a loss of this round meaningless, one sentence each; empty for a sound ledger.

    The four conditions: no worker is ready before t0, the items of a lane are disjoint intervals, none starts
    before its lane is ready, the last one ends by t1. Raises ValueError like `losses_of`.
    """
    t0_ns, t1_ns = _span(round_, lanes)
    parts = lanes_of(round_.workers, items, lanes)
    end_ns = _end_of_items(parts, t1_ns)
    sentences = [
        sentence for number, lane in enumerate(parts) for sentence in _lane_violations(number, lane, t0_ns, end_ns)
    ]
    if end_ns > t1_ns:
        sentences.append(f"the last item ended {end_ns - t1_ns} ns after the round")
    return sentences


def _lane_violations(number: int, lane: Lane, t0_ns: int, end_ns: int) -> list[str]:
    sentences = []
    ready_ns = _ready(lane, end_ns)
    if ready_ns < t0_ns:
        sentences.append(f"lane {number} was ready {t0_ns - ready_ns} ns before the round began")
    if not lane.indices:
        return sentences
    early_ns = ready_ns - int(lane.starts_ns[0])
    if early_ns > 0:
        sentences.append(f"item {lane.indices[0]} started {early_ns} ns before lane {number} was ready")
    backwards = (lane.ends_ns < lane.starts_ns).nonzero()[0]
    if backwards.size:
        sentences.append(f"item {lane.indices[backwards[0]]} ended before it started, on lane {number}")
    overlaps_ns = lane.ends_ns[:-1] - lane.starts_ns[1:]
    if overlaps_ns.size and overlaps_ns.max() > 0:
        first = int((overlaps_ns > 0).argmax())
        pair = f"items {lane.indices[first]} and {lane.indices[first + 1]}"
        sentences.append(f"{pair} overlap by {overlaps_ns[first]} ns on lane {number}")
    return sentences


def _span(round_: Round, lanes: int) -> tuple[int, int]:
    if round_.t0_ns is None or round_.t1_ns is None or round_.t1_ns <= round_.t0_ns:
        raise ValueError(f"the round of {round_.cell_id} in block {round_.block} has no time to split")
    if lanes < 1:
        raise ValueError(f"a round can't have {lanes} lanes")
    return round_.t0_ns, round_.t1_ns


def _end_of_items(lanes: tuple[Lane, ...], t1_ns: int) -> int:
    """T_L: the end of the last item; without items, when the last worker was ready, or t1 when none was."""
    ends = [lane.last_end_ns for lane in lanes if lane.last_end_ns is not None]
    return max(ends or [lane.ready_ns for lane in lanes if lane.ready_ns is not None], default=t1_ns)


def _ready(lane: Lane, end_ns: int) -> int:
    """r_w: a lane that got ready after all items had ended, or never, was starting up until then."""
    return end_ns if lane.ready_ns is None else min(lane.ready_ns, end_ns)


def _inflation(items: "NDArray[Any]", serial_items: "NDArray[Any]") -> Mapping[str, Any]:
    """What the items took in the round, less what they took serially, by kind of time."""
    indices = ended(items)
    if len(items) != len(serial_items) or not set(indices.tolist()) <= set(ended(serial_items).tolist()):
        raise ValueError("the serial ledger lacks items of this round")
    parallel, serial = items[indices], serial_items[indices]
    wall_ns, useful_ns = (int((rows["end_ns"] - rows["start_ns"]).sum()) for rows in (parallel, serial))
    cpu_ns = int(parallel["cpu_ns"].sum() - serial["cpu_ns"].sum())
    has_waits = bool((parallel["runqueue_ns"] != ABSENT).all() and (serial["runqueue_ns"] != ABSENT).all())
    wait_ns = int(parallel["runqueue_ns"].sum() - serial["runqueue_ns"].sum()) if has_waits else None
    return {
        "useful_ns": useful_ns,
        "cpu_inflation_ns": cpu_ns,
        "core_wait_ns": wait_ns,
        "blocked_inflation_ns": wall_ns - useful_ns - cpu_ns - (wait_ns or 0),
    }
