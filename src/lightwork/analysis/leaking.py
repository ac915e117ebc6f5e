"""Leaking: whether memory grows with every item, read from looks at a process that ran the same items twice; pure.

What is loaded or cached once grows in the first half and levels out; so does what the largest item so far has needed.
Only a leak grows in the second half as it did in the first, in each part of it.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from lightwork.core.leak import MemoryLook

FEWEST = 8  # looks, and items, in the second half
PARTS = 4
LEAST_RISE_BYTES = 4 << 20  # over the second half: less is the allocator's
STEADY = 0.5  # of the mean step from part to part: the least one


def rough_growth_bytes(looks: Sequence[MemoryLook]) -> float:
    """By how much memory grew with an item, results kept by the caller included; 0 where too little was seen."""
    if len(looks) < FEWEST:
        return 0.0
    low, high = looks[len(looks) // 4], looks[-1]
    return max(0.0, (high[1] - low[1]) / max(high[0] - low[0], 1))


def leaked_bytes(looks: Sequence[MemoryLook]) -> float:
    """By how much memory grows with an item for good; 0 where it levels out, jumps, or too little was seen."""
    done = looks[-1][0] if looks else 0
    first, second = ([look for look in looks if (look[0] > done / 2) == is_second] for is_second in (False, True))
    if len(second) < FEWEST or done - done / 2 < FEWEST:
        return 0.0
    heights = [median(size for _, size in part) for part in _parts(second)]
    steps = [high - low for low, high in pairwise(heights)]
    if second[-1][1] - second[0][1] < LEAST_RISE_BYTES or min(steps) < STEADY * sum(steps) / len(steps):
        return 0.0
    growth = _slope(second)
    return growth if growth >= STEADY * _slope(first[len(first) // 4 :]) else 0.0


def _parts(looks: Sequence[MemoryLook]) -> list[Sequence[MemoryLook]]:
    """As many looks in each."""
    bounds = [len(looks) * part // PARTS for part in range(PARTS + 1)]
    return [looks[low:high] for low, high in pairwise(bounds)]


def _slope(looks: Sequence[MemoryLook]) -> float:
    """Bytes an item from the first part to the last."""
    if len(looks) < PARTS:
        return 0.0
    first, *_, last = _parts(looks)
    (low_done, low_bytes), (high_done, high_bytes) = _middle(first), _middle(last)
    return (high_bytes - low_bytes) / max(high_done - low_done, 1)


def _middle(looks: Sequence[MemoryLook]) -> tuple[float, float]:
    """Items done and bytes, the median of each."""
    return median(done for done, _ in looks), median(size_bytes for _, size_bytes in looks)
