"""Hand-out rules: which items each strategy hands over together, to whom, and how far ahead; pure.

    fixed      every worker has its part from the beginning: static, static_striped, fork, serial
    dynamic    chunks in the order of the items, each to the next worker that is free: the rest

What these rules tell in figures, each strategy's own file tells in code.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.setting import Setting
from lightwork.errors import UsageError, unknown
from lightwork.strategies import chunksize_in_force

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
    hand-overs each chunk stands for; None for one. in_caller: whether a strategy with workers starts none after all.
    """

    order: "NDArray[Any]"
    bounds: "NDArray[Any]"
    fixed: bool
    window: int
    ahead: bool = True
    weight: "NDArray[Any] | None" = None
    in_caller: bool = False

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
    with_a_rule([setting.strategy], are_named=True)
    if setting.strategy not in RULES:
        raise unknown("strategy to replay", setting.strategy, sorted(RULES))
    chunksize = chunksize_in_force(setting, items)
    return RULES[setting.strategy](items, setting.workers, chunksize or 1)


def with_a_rule(names: Sequence[str], *, are_named: bool) -> list[str]:
    """The names without the strategies that are known to have no rule.

    Raises UsageError, saying why it has none and what to do, for one that was asked for by name.
    """
    found = [name for name in names if name in WITHOUT_A_RULE]
    if found and are_named:
        raise UsageError(
            f"{found[0]} can't be predicted, because {WITHOUT_A_RULE[found[0]]}: leave it out here, and measure it by "
            f"`pytest bench/ --strategies {found[0]}`"
        )
    return [name for name in names if name not in found]


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


def _executor(items: int, workers: int, chunksize: int) -> HandOut:
    """What the workers work on, and as many chunks and one more in the executor's queue to them."""
    return _dynamic(items, chunksize, 2 * workers + 1)


def _joblib(items: int, workers: int, chunksize: int) -> HandOut:
    """Two items a worker at first, in n batches where a batch may hold more than one; then full ones.

    Each answer sends the next batch. Where less is left than a batch a worker, it is cut into ten parts a worker.
    One worker is none. Source: `Parallel.dispatch_one_batch` with joblib's default `pre_dispatch`.
    """
    if workers == 1:
        return replace(_in_caller(items, 1, chunksize), in_caller=True)
    first = min(2 * workers, items)
    ahead = _cut(first, workers, chunksize, parts=1)
    sizes = [*ahead, *_cut(items - first, workers, chunksize, parts=10)]
    window = len(ahead)
    return HandOut(np.arange(items), np.cumsum([0, *sizes]), fixed=False, window=window, ahead=window > workers)


def _cut(items: int, workers: int, chunksize: int, parts: int) -> list[int]:
    """Batches of this size while there is one for each worker, what is left in so many parts a worker."""
    full, left = divmod(items, chunksize * workers)
    size = max(1, left // (parts * workers))
    return [chunksize] * full * workers + [min(size, left - start) for start in range(0, left, size)]


def _threads(items: int, workers: int, chunksize: int) -> HandOut:
    """All items lie in a queue that the caller shares with its threads."""
    return _dynamic(items, 1, items)


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
    "process_executor": _executor,
    "joblib": _joblib,
    "mpire": _queue,
    "dask": _queue,  # its scheduler keeps two tasks at every worker of one thread
    "shared_memory": _pool,
    "threads": _threads,
    "interpreters": _threads,
}
WITHOUT_A_RULE: Mapping[str, str] = {
    "single_writer": "a serial run does not tell an item's parsing from its storing",
}
