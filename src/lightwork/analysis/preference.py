"""Preference: which of the settings within AS_GOOD of the best to take, the fewest workers first; pure."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from lightwork.core.setting import ORDERS, POOLS, START_METHODS, Setting
from lightwork.strategies import rank

AS_GOOD = 0.05  # of the best: closer speedups count as equal
Candidate = TypeVar("Candidate")


def as_good(candidates: Iterable[Candidate], speedup: Callable[[Candidate], float]) -> list[Candidate]:
    """The candidates whose speedup is within AS_GOOD of the best, in the order given."""
    speedups = [(candidate, speedup(candidate)) for candidate in candidates]
    least = (1 - AS_GOOD) * max((value for _, value in speedups), default=0.0)
    return [candidate for candidate, value in speedups if value >= least]


def preference(setting: Setting) -> tuple[int, ...]:
    """A sort key for settings that are as good: the smallest is the one to recommend.

    Fewest workers, then the simpler strategy, all cores before some, the given order before others, a fresh pool before
    a warm one, fork before other start methods, the default chunksize before others, the smaller before the larger.
    """
    return (
        setting.workers,
        rank(setting.strategy),
        setting.cores is not None,
        ORDERS.index(setting.order),
        POOLS.index(setting.pool),
        START_METHODS.index(setting.start_method),
        setting.chunksize or 0,
    )
