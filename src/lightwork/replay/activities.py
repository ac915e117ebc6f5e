"""Activities: a hand-out as what workers do one after the other: compute and wait; pure.

    chunk  = [wake] item item ...
    item   = gap [turn] | wait, compute, wait | spin
                        start_ns         end_ns

Adjacent amounts of one kind become one activity, so a chunk of pure computing is one event however many items it
holds. How long an item waits for its turn, where a rate keeps starts apart, is known only when its turn comes.

A ledger does not say where in an item its waiting is. The computing is one piece at a place that differs from item to
item (multiples of the golden ratio), so that equal items do not march in step; an item much longer than the others
waits first. How finely the two alternate matters little: in a closed network of waits and a processor-sharing server,
throughput depends on the means alone (Baskett, Chandy, Muntz and Palacios 1975).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.replay.costs import COLD_NS, Costs
from lightwork.replay.demands import Demands
from lightwork.replay.hand_out import HandOut

if TYPE_CHECKING:
    from numpy.typing import NDArray

COMPUTE, WAIT, TURN = range(3)
TURN_NS = 1.0  # so that it is there: the simulation knows its length
UNHEARD = 0.02  # of an item's computing: less waiting than that is computing too, no core would change hands for it
LONG = 4  # times the mean item: one that does not march in step with any other
GOLDEN = (5**0.5 - 1) / 2

Column = tuple[int, "NDArray[Any]"]  # a kind, and its amount for every item


@dataclass(frozen=True, eq=False)
class Places:
    """Moments as (activity, offset_ns into it), one per item."""

    activity: "NDArray[Any]"
    offset_ns: "NDArray[Any]"


@dataclass(frozen=True, eq=False)
class Activities:
    """kind and amount_ns of every activity; chunk k's are first[k] to first[k + 1].

    starts, ends: where the items' times lie, in hand-out order. chunk: each item's.
    """

    kind: "NDArray[Any]"
    amount_ns: "NDArray[Any]"
    first: "NDArray[Any]"
    starts: Places
    ends: Places
    chunk: "NDArray[Any]"


@dataclass(frozen=True, eq=False)
class Parts:
    """An item's amounts, before its start, within it, and after its end."""

    before: Sequence[Column]
    within: Sequence[Column]
    after: Sequence[Column]


def parts_of(handed: Demands, plan: HandOut, costs: Costs, *, by_turns: bool = False) -> Parts:
    """What every item consists of. handed: in hand-out order. by_turns: whether each waits for its turn to start."""
    leads = np.zeros(len(handed))
    full = np.diff(plan.bounds) > 0
    leads[plan.bounds[:-1][full]] = 1
    unheard = handed.wait_ns < UNHEARD * handed.cpu_ns
    wait_ns, cpu_ns = np.where(unheard, 0, handed.wait_ns), np.where(unheard, handed.wall_ns, handed.cpu_ns)
    place = np.modf(GOLDEN * np.arange(1, len(handed) + 1))[0]
    place = np.where(handed.wall_ns > LONG * handed.wall_ns.mean(), 1.0, place)
    early_ns = np.where(cpu_ns > 0, np.floor(wait_ns * place), wait_ns)
    within = [(WAIT, early_ns), (COMPUTE, cpu_ns), (WAIT, wait_ns - early_ns)]
    cold = leads * _coldness(handed, plan)
    gap_ns = costs.item_ns + costs.take_ns * leads + costs.cold_ns * cold
    wake_ns = costs.wake_ns * (cold if plan.ahead else leads)
    turns = [(TURN, np.full(len(handed), TURN_NS))] if by_turns else []
    return Parts([(WAIT, wake_ns), (COMPUTE, gap_ns), *turns], within, [(COMPUTE, handed.spin_ns + handed.gap_ns)])


def _coldness(handed: Demands, plan: HandOut) -> "NDArray[Any]":
    """By item, how much of the caches' contents its chunk outlasts, from 0 to 1."""
    passed_ns = np.append(0, np.cumsum(handed.wall_ns))
    chunk_ns = passed_ns[plan.bounds[1:]] - passed_ns[plan.bounds[:-1]]
    cold: NDArray[Any] = np.repeat(np.minimum(chunk_ns / COLD_NS, 1.0), np.diff(plan.bounds))
    return cold


def activities_of(parts: Parts, plan: HandOut) -> Activities:
    """The parts of all items, chunk by chunk, as activities; every chunk that has items has one at least."""
    before, within, after = (
        [(kind, amounts) for kind, amounts in columns if amounts.any()]
        for columns in (parts.before, parts.within, parts.after)
    )
    before = before or list(parts.before[-1:])
    columns = [*before, *within, *after]
    items, width = len(columns[0][1]), len(columns)
    kinds = np.tile(np.array([kind for kind, _ in columns], np.int8), items)
    amounts = np.stack([amounts for _, amounts in columns], axis=1).astype(float).ravel()
    chunk = np.repeat(np.arange(plan.chunks), np.diff(plan.bounds))
    present = np.flatnonzero(_present(amounts, chunk, plan.chunks, width))
    opens = np.append(True, (np.diff(kinds[present]) != 0) | (np.diff(chunk[present // width]) != 0))
    heads = present[opens]
    lengths = np.add.reduceat(amounts[present], np.flatnonzero(opens))
    first = np.searchsorted(chunk[heads // width], np.arange(plan.chunks + 1))
    places = _Ruler(amounts, heads, first[:-1][chunk], width)
    return Activities(
        kind=kinds[heads],
        amount_ns=lengths,
        first=first,
        starts=places.after(len(before) - 1),
        ends=places.after(len(before) + len(within) - 1),
        chunk=chunk,
    )


def _present(amounts: "NDArray[Any]", chunk: "NDArray[Any]", chunks: int, width: int) -> "NDArray[Any]":
    """Which parts are there at all, and of a chunk of nothing its first part."""
    present: NDArray[Any] = amounts > 0
    lengths = np.bincount(chunk, present.reshape(-1, width).sum(axis=1), minlength=chunks)
    leads = np.searchsorted(chunk, np.flatnonzero((lengths == 0) & (np.bincount(chunk, minlength=chunks) > 0)))
    present[leads * width] = True
    return present


class _Ruler:
    """Finds the activity, and the offset into it, at which a part of an item ends."""

    def __init__(self, amounts: "NDArray[Any]", heads: "NDArray[Any]", first: "NDArray[Any]", width: int) -> None:
        """heads: the part with which each activity begins. first: of each item's chunk, the first activity."""
        self.passed_ns = np.cumsum(amounts)
        self.began_ns = self.passed_ns[heads] - amounts[heads]
        self.heads, self.first, self.width = heads, first, width

    def after(self, column: int) -> Places:
        parts = np.arange(len(self.first)) * self.width + column
        activity = np.maximum(np.searchsorted(self.heads, parts, side="right") - 1, self.first)
        return Places(activity, self.passed_ns[parts] - self.began_ns[activity])
