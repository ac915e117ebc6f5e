"""A sample: some items that stand for all of them, stratified by weight; pure.

    all items by weight -> strata of equally many -> some of each, the heaviest of all always
    times of the sampled -> each unsampled item takes the time of a sampled one of its own stratum

Stratified sampling with equal allocation (Cochran 1977, Sampling Techniques, chapter 5). The heaviest items are taken
with certainty, because the longest one bounds every speedup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STRATA = 8
LONGER = 3.0  # times the median item
CERTAIN = 3  # of the heaviest items, or half of the sample where that is less


@dataclass(frozen=True)
class Sample:
    """chosen: the places of the sampled items, in given order. stands_for: for each item of all, a place in chosen."""

    chosen: tuple[int, ...]
    stands_for: tuple[int, ...]

    @property
    def is_all(self) -> bool:
        """Whether every item was taken."""
        return len(self.chosen) == len(self.stands_for)


def rows_of_all(rows: "NDArray[Any]", sample: Sample) -> "NDArray[Any]":
    """A serial ledger's rows of the sampled items, for each item of all the row that stands for it.

    The item that was run first stands for no other where it took LONGER times the median: it paid for what is done
    once, and what others take the median one tells.
    """
    walls_ns = rows["end_ns"] - rows["start_ns"]
    first, numbers = int(rows["start_ns"].argmin()), np.array(sample.stands_for)
    if not sample.is_all and walls_ns[first] > LONGER * np.median(walls_ns):
        typical = int(np.argsort(walls_ns, kind="stable")[len(walls_ns) // 2])
        others = (numbers == first) & (np.arange(len(numbers)) != sample.chosen[first])
        numbers = np.where(others, typical, numbers)
    every: NDArray[Any] = rows[numbers]
    return every


def draw(weights: Sequence[float], size: int, seed: int) -> Sample:
    """A sample of at most `size` items, the same for the same seed.

    Raises ValueError without items or for a size below 1.
    """
    if not weights or size < 1:
        raise ValueError("a sample takes at least one of at least one item")
    count = len(weights)
    if size >= count:
        return Sample(tuple(range(count)), tuple(range(count)))
    chance = np.random.default_rng(seed)
    by_weight = np.argsort(np.asarray(weights, dtype=float), kind="stable")
    certain = by_weight[-heaviest_in(size) :]
    left = size - len(certain)
    strata = _strata(by_weight[: count - len(certain)], min(STRATA, left)) if left else []
    shares = [left * (number + 1) // len(strata) - left * number // len(strata) for number in range(len(strata))]
    taken = [
        chance.choice(stratum, min(share, len(stratum)), replace=False)
        for stratum, share in zip(strata, shares, strict=True)
    ]
    chosen = np.sort(np.concatenate([certain, *taken]))
    stands_for = np.zeros(count, np.int64)
    for stratum, sampled in zip(strata, taken, strict=True):
        stands_for[stratum] = chance.choice(np.searchsorted(chosen, sampled), len(stratum))
    stands_for[chosen] = np.arange(len(chosen))
    return Sample(tuple(chosen.tolist()), tuple(stands_for.tolist()))


def heaviest_in(size: int) -> int:
    """How many of the heaviest items a sample of this size takes with certainty."""
    return min(CERTAIN, max(1, size // 2))


def _strata(places: "NDArray[Any]", count: int) -> "list[NDArray[Any]]":
    return [stratum for stratum in np.array_split(places, count) if len(stratum)]
