"""A setting: strategy + workers + chunksize + start method + item order + cores."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from lightwork.errors import UsageError, unknown

ORDERS = ("given", "shuffled", "largest-first", "largest-last")
START_METHODS = ("fork", "spawn", "forkserver")
POOLS = ("fresh", "warm")
Numbered = TypeVar("Numbered")


@dataclass(frozen=True)
class Setting:
    """How one cell hands out its items.

    chunksize: items handed over together; None leaves it to the strategy's own default.
    cores: how many cores the round may use (by affinity); None leaves all usable ones.
    pool: whether the round makes its pool, or finds one that was made and used before (see lightwork.host.warm_pool).
    Raises UsageError for a number below one and for an unknown order, start method or pool.
    """

    strategy: str
    workers: int = 1
    chunksize: int | None = None
    start_method: str = "fork"
    order: str = "given"
    cores: int | None = None
    pool: Literal["fresh", "warm"] = "fresh"

    def __post_init__(self) -> None:
        for what in ("workers", "chunksize", "cores"):
            number = getattr(self, what)
            if number is not None and number < 1:
                raise UsageError(f"{what} can't be {number}: it must be at least 1")
        if self.order not in ORDERS:
            raise unknown("order", self.order, ORDERS)
        if self.start_method not in START_METHODS:
            raise unknown("start method", self.start_method, START_METHODS)
        if self.pool not in POOLS:
            raise unknown("pool", self.pool, POOLS)

    @property
    def cell_id(self) -> str:
        """A short name, unique within a study and fit for a file name: `map-w4-c16-fork-given`."""
        chunk = "" if self.chunksize is None else f"-c{self.chunksize}"
        cores = "" if self.cores is None else f"-cores{self.cores}"
        warm = "-warm" if self.pool == "warm" else ""  # a fresh one goes without saying, as in results saved before
        strategy = self.strategy.replace(":", ".")  # of an executor, module:factory: the kernel's options have colons
        return f"{strategy}-w{self.workers}{chunk}-{self.start_method}-{self.order}{cores}{warm}"


def arrange(items: Sequence[Numbered], order: str, weight_of: Callable[[Numbered], Any], seed: int) -> list[Numbered]:
    """The items in the order in which a strategy is handed them; the shuffle is fixed by `seed`."""
    if order == "shuffled":
        return random.Random(seed).sample(items, len(items))
    if order == "given":
        return list(items)
    return sorted(items, key=weight_of, reverse=order == "largest-first")
