"""Hand-out rules: which items each strategy hands over together, to whom, and how far ahead; pure.

    fixed      every worker has its part from the beginning: static, static_striped, fork, serial
    dynamic    chunks in the order of the items, each to the next worker that is free: the rest

What these rules tell in figures, each strategy's own file tells in code.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from manyhands.errors import unknown
from manyhands.setting import Setting
from manyhands.strategies import chunksize_in_force

if TYPE_CHECKING:
    from numpy.typing import NDArray

POOL_AHEAD = 200  # chunks that a pool's pipe to its workers holds: 64 KiB at some 300 bytes each


@dataclass(frozen=True, eq=False)
class HandOut:
    """How a setting hands out so many items.

    order: the items' positions, chunk by chunk. bounds: chunk k holds order[bounds[k]:bounds[k + 1]], and may be
    empty where it is fixed. fixed: whether chunk k is worker k's, known when it starts. window: how many chunks the
    caller has sent and not yet seen answered, at most; of no meaning where fixed. ahead: whether a worker's next
    chunk is there before its last one has been answered, so that it need not sleep in between. weight: how many
    hand-overs each chunk stands for; None for one.
    """

    order: "NDArray[Any]"
    bounds: "NDArray[Any]"
    fixed: bool
    window: int
    ahead: bool = True
    weight: "NDArray[Any] | None" = None

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self.bounds) - 1


Rule = Callable[[int, int, int], HandOut]  # of items, workers and the chunksize in force


def hand_out(setting: Setting, items: int) -> HandOut:
    """How this setting hands out so many items.

    Raises UsageError, naming those that have one, for a strategy without a rule, and for a chunksize or start method
    that the strategy can't take.
    """
    if setting.strategy not in RULES:
        raise unknown("strategy to replay", setting.strategy, sorted(RULES))
    chunksize = chunksize_in_force(setting, items)
    return RULES[setting.strategy](items, setting.workers, chunksize or 1)


def _contiguous(items: int, workers: int, chunksize: int) -> HandOut:
    """Evenly cut: as the static strategy computes its bounds."""
    bounds = items * np.arange(workers + 1) // workers
    return HandOut(np.arange(items), bounds, fixed=True, window=0)


def _striped(items: int, workers: int, chunksize: int) -> HandOut:
    """Dealt out like cards: items[worker::workers]."""
    hands = [np.arange(worker, items, workers) for worker in range(workers)]
    bounds = np.cumsum([0, *map(len, hands)])
    return HandOut(np.concatenate(hands), bounds, fixed=True, window=0)


def _in_caller(items: int, workers: int, chunksize: int) -> HandOut:
    return HandOut(np.arange(items), np.array([0] + [items] * workers), fixed=True, window=0)


def _dynamic(items: int, chunksize: int, window: int, ahead: bool = True) -> HandOut:
    bounds = np.append(np.arange(0, items, chunksize), items)
    return HandOut(np.arange(items), bounds, fixed=False, window=window, ahead=ahead)


def _pool(items: int, workers: int, chunksize: int) -> HandOut:
    """A pool's thread writes chunks into one pipe until it is full, whoever takes them."""
    return _dynamic(items, chunksize, workers + POOL_AHEAD)


def _queue(items: int, workers: int, chunksize: int) -> HandOut:
    """Two chunks a worker in flight, as the strategy's bounded queue allows."""
    return _dynamic(items, chunksize, 2 * workers)


def _pipe(items: int, workers: int, chunksize: int) -> HandOut:
    """A worker gets its next chunk when its last one has been answered."""
    return _dynamic(items, chunksize, workers, ahead=False)


RULES: Mapping[str, Rule] = {
    "serial": _in_caller,
    "static": _contiguous,
    "static_striped": _striped,
    "fork": _striped,
    "map": _pool,
    "imap_unordered": _pool,
    "apply_async": _pool,
    "queue": _queue,
    "pipe": _pipe,
}
