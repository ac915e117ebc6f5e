"""Lanes: one per worker that a strategy keeps, and on each the items it ran, one after the other; pure.

A strategy that replaces its workers (one process per item, maxtasksperchild, a worker that died) has more
workers than lanes: a replacement continues on a lane that fell free.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lightwork.core.round import Worker
from lightwork.ledger.table import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

Crew = list[Worker]  # the workers of one lane, one after the other


@dataclass(frozen=True, eq=False)
class Lane:
    """One lane of a round. Times in nanoseconds of CLOCK_MONOTONIC.

    ready_ns: when the first of its workers could take items; None where none of them got ready.
    indices: the items that ended on it, in order of start; starts_ns and ends_ns: theirs. slots: its workers'.
    """

    ready_ns: int | None
    indices: tuple[int, ...]
    starts_ns: "NDArray[Any]"
    ends_ns: "NDArray[Any]"
    slots: tuple[int, ...] = ()

    @property
    def item_ns(self) -> int:
        """Wall time of its items."""
        return int((self.ends_ns - self.starts_ns).sum())

    @property
    def last_end_ns(self) -> int | None:
        """When the last of its items ended; None where it got none."""
        return int(self.ends_ns.max()) if self.ends_ns.size else None


def ended(items: "NDArray[Any]") -> "NDArray[Any]":
    """The indices of the ledger rows that have both a start and an end: done or raised."""
    has_end = (items["state"] == State.DONE) | (items["state"] == State.RAISED)
    indices: NDArray[Any] = has_end.nonzero()[0]
    return indices


def lanes_of(workers: Sequence[Worker], items: "NDArray[Any]", count: int) -> tuple[Lane, ...]:
    """The `count` lanes of a round; a lane for which no worker was made is empty and never ready.

    items: one row per item with the fields start_ns, end_ns, worker (the slot) and state.
    The first workers to be requested get a lane each; each later one continues on a lane whose worker had
    exited before, or, where no exit was seen, on the lane that has been idle for longest.
    A slot that has items though `workers` does not list it (the caller itself, or a worker beyond the
    ledger's table) counts as requested when the first of them started. So does a listed worker that was not
    seen to get ready count as ready then.
    """
    indices = ended(items)
    # By start, and of items that start together the one that ends first: one of no length is no overlap.
    indices = indices[items["end_ns"][indices].argsort(kind="stable")]
    indices = indices[items["start_ns"][indices].argsort(kind="stable")]
    slots = items["worker"][indices].tolist()
    first_start = dict(zip(reversed(slots), items["start_ns"][indices][::-1].tolist(), strict=True))
    last_end = dict(zip(slots, items["end_ns"][indices].tolist(), strict=True))
    crews = _crews([*workers, *_unlisted(workers, first_start)], last_end, count)
    lane_of_slot = {worker.slot: number for number, crew in enumerate(crews) for worker in crew}
    by_lane: list[list[int]] = [[] for _ in crews]
    for slot, index in zip(slots, indices.tolist(), strict=True):
        by_lane[lane_of_slot[slot]].append(index)
    return tuple(_lane(crew, first_start, items, lane_items) for crew, lane_items in zip(crews, by_lane, strict=True))


def _unlisted(workers: Iterable[Worker], first_start: Mapping[int, int]) -> Crew:
    listed = {worker.slot for worker in workers}
    return [Worker(slot, 0, start_ns, None, None, None) for slot, start_ns in first_start.items() if slot not in listed]


def _crews(workers: Iterable[Worker], last_end: Mapping[int, int], count: int) -> list[Crew]:
    crews: list[Crew] = [[] for _ in range(count)]
    for number, worker in enumerate(sorted(workers, key=lambda worker: (worker.requested_ns, worker.slot))):
        crew = crews[number] if number < count else _free_crew(crews, worker.requested_ns, last_end)
        crew.append(worker)
    return crews


def _free_crew(crews: Sequence[Crew], requested_ns: int, last_end: Mapping[int, int]) -> Crew:
    """The lane whose last worker exited first, if before the request; else the one idle for longest."""

    def when_free(crew: Crew) -> tuple[bool, int]:
        last = crew[-1]
        if last.exit_ns is not None:
            return last.exit_ns > requested_ns, last.exit_ns
        return True, last_end.get(last.slot, last.ready_ns or last.requested_ns)

    return min(crews, key=when_free)


def _ready_ns(crew: Crew, first_start: Mapping[int, int]) -> int | None:
    seen = [worker.ready_ns if worker.ready_ns is not None else first_start.get(worker.slot) for worker in crew]
    return min((ready_ns for ready_ns in seen if ready_ns is not None), default=None)


def _lane(crew: Crew, first_start: Mapping[int, int], items: "NDArray[Any]", indices: list[int]) -> Lane:
    rows, slots = items[indices], tuple(worker.slot for worker in crew)
    return Lane(_ready_ns(crew, first_start), tuple(indices), rows["start_ns"], rows["end_ns"], slots)
