"""Preference: which of the settings that are as good as the best to take; pure.

believed speedups -> those within AS_GOOD of the best -> the fewest cores oversubscribed, the simplest strategy,
                                                         the fewest workers
                  -> serial, where the best gains too little
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from lightwork.core.setting import ORDERS, POOLS, START_METHODS, Setting
from lightwork.strategies import rank

AS_GOOD = 0.05  # of the best: closer speedups count as equal
WORTH_CODE = 0.1  # what a strategy must gain that takes more than two lines to paste
LEAST_GAIN, LEAST_GAIN_S = 0.1, 0.1  # of the serial run, for any worker at all
COMPUTES = 0.9  # of the items' time: such work gains nothing from more workers than cores
TWO_LINES = 40  # the rank up to which a strategy takes two lines
Candidate = TypeVar("Candidate")


@dataclass(frozen=True)
class CpuLoad:
    """What a job asks of the cores. cpu_share: of the items' time; cores: that a round may use."""

    cpu_share: float
    cores: float

    def oversubscribed(self, workers: int) -> float:
        """How many cores' worth of computing such workers would ask for beyond those that there are."""
        excess = workers * self.cpu_share - self.cores
        return excess if excess > LEAST_GAIN * self.cores else 0.0


@dataclass(frozen=True)
class BelievedSpeedup:
    """A setting with its believed speedup, and the upper end of its interval where that is known."""

    setting: Setting
    speedup: float
    high: float = 0.0


def as_good(candidates: Iterable[Candidate], speedup: Callable[[Candidate], float]) -> list[Candidate]:
    """The candidates whose speedup is within AS_GOOD of the best, in the order given."""
    speedups = [(candidate, speedup(candidate)) for candidate in candidates]
    least = (1 - AS_GOOD) * max((value for _, value in speedups), default=0.0)
    return [candidate for candidate, value in speedups if value >= least]


def preferred(candidates: Sequence[BelievedSpeedup], load: CpuLoad, serial_s: float) -> Setting | None:
    """The setting to recommend; None where serial is as good. serial_s: what all items take serially."""
    able = _without_idle_workers(candidates, load)
    simple = [candidate for candidate in able if is_simple(candidate.setting)]
    pool = simple or able
    if not pool:
        return None
    best, best_of_all = (max(some, key=lambda candidate: candidate.speedup) for some in (pool, able))
    if _is_worth_code(best_of_all.speedup, best.speedup, serial_s) or not _gains_enough(best, serial_s):
        pool, best = able, best_of_all
    if not _gains_enough(best, serial_s):
        return None
    good = as_good(pool, lambda candidate: candidate.speedup)
    return min((candidate.setting for candidate in good), key=lambda setting: order_of_preference(setting, load))


def gains_enough(speedup: float, serial_s: float, at_most: float | None = None) -> bool:
    """Whether so much faster is worth having workers at all; at_most: the speedup that is just possible.

    What is saved counts as too little only where it surely is: a quarter of a second, halved, is on the very edge.
    """
    possible = speedup if at_most is None else at_most
    saved_s = serial_s * (1 - 1 / possible) if possible > 0 else 0.0
    return speedup >= 1 + LEAST_GAIN and saved_s >= LEAST_GAIN_S


def _gains_enough(candidate: BelievedSpeedup, serial_s: float) -> bool:
    return gains_enough(candidate.speedup, serial_s, max(candidate.speedup, candidate.high))


def _is_worth_code(speedup: float, simple: float, serial_s: float) -> bool:
    """Whether a speedup gains enough over that of a simple strategy to be worth more than two lines."""
    saved_s = serial_s / simple - serial_s / speedup if simple > 0 else serial_s
    return speedup * (1 - WORTH_CODE) > simple and saved_s >= LEAST_GAIN_S


def is_simple(setting: Setting) -> bool:
    """Whether its strategy takes two lines to paste."""
    return rank(setting.strategy) <= TWO_LINES


def order_of_preference(setting: Setting, load: CpuLoad) -> tuple[float, ...]:
    """A sort key for settings that are as good: the smallest is the one to recommend.

    The fewest cores oversubscribed, the simplest, the fewest workers; then what `preference` says.
    """
    in_order = ORDERS.index(setting.order)
    simplest = rank(setting.strategy) + 100 * bool(in_order)
    return (load.oversubscribed(setting.workers), simplest, *preference(setting))


def preference(setting: Setting) -> tuple[int, ...]:
    """A sort key for settings that are as good, whatever they run.

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


def _without_idle_workers(candidates: Sequence[BelievedSpeedup], load: CpuLoad) -> Sequence[BelievedSpeedup]:
    """Those with no more workers than cores where the work does nothing but compute; all where none are so few."""
    if load.cpu_share < COMPUTES:
        return candidates
    few = [candidate for candidate in candidates if candidate.setting.workers <= max(load.cores, 1)]
    return few or candidates
