"""The safe band of chunksizes: large enough to hand over cheaply, small enough to end together; pure.

    low    hand-over per chunk <= LITTLE of its work:      K >= h / (LITTLE x mean item)
    high   chunks dealt greedily to P workers end at most LITTLE later than any hand-out of these items could

Kruskal and Weiss 1985 give one optimal number for items of one distribution; a band says more, and asks less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapreplace
from math import ceil

LITTLE = 0.05
STEP = 1.25  # from one chunksize that is tried to the next


@dataclass(frozen=True)
class Band:
    """Chunksizes from low to high, both safe; empty where low is above high, which is 0 where none ends in time."""

    low: int
    high: int

    @property
    def is_empty(self) -> bool:
        """Whether no chunksize is both large and small enough."""
        return self.low > self.high


def safe_band(items_s: Sequence[float], workers: int, hand_over_s: float) -> Band:
    """The band for these items in their order. hand_over_s: what a worker waits between two chunks."""
    return Band(least(hand_over_s, sum(items_s) / len(items_s)), most(items_s, workers))


def least(hand_over_s: float, item_s: float, little: float = LITTLE) -> int:
    """The smallest chunksize at which a hand-over takes at most `little` of its chunk's work; at least 1.

    Raises ValueError for items that take no time: no chunk of them is ever large enough.
    """
    if item_s <= 0:
        raise ValueError("items that take no time have no chunksize")
    return max(1, ceil(hand_over_s / (little * item_s) - 1e-9))


def most(items_s: Sequence[float], workers: int, little: float = LITTLE) -> int:
    """The largest chunksize up to which every one tried ends within `little` of what is possible at all.

    Possible is max(work / workers, longest item), the hand-out is greedy. Above it some chunksizes may end in time,
    too: those that divide the work well. 0 where even single items end later than that.
    """
    bound_s = max(sum(items_s) / workers, *items_s)
    safe = 0
    for size in sizes(len(items_s) // workers):
        if makespan(items_s, workers, size) * (1 - little) > bound_s:
            break
        safe = size
    return safe


def sizes(largest: int) -> list[int]:
    """Every chunksize to try, from 1 to the largest one, each a quarter more than the one before."""
    tried, size = [], 1.0
    while size < largest:
        tried.append(int(size))
        size = max(size * STEP, size + 1)
    return [*tried, max(1, largest)]


def makespan(items_s: Sequence[float], workers: int, chunksize: int) -> float:
    """When the last of so many workers ends, each taking the next chunk as soon as it is free; no other cost."""
    free_s = [0.0] * workers
    for first in range(0, len(items_s), chunksize):
        heapreplace(free_s, free_s[0] + sum(items_s[first : first + chunksize]))
    return max(free_s)
