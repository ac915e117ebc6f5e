"""Hand-out: a strategy's rule (lightwork.core.hand_out) as the chunks of so many items; pure.

fixed      every worker has its part from the beginning
dynamic    chunks in the order of the items, each to the next worker that is free
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.hand_out import Batched, Dynamic, Fixed, InCaller, Unpredictable
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.strategies import chunksize_in_force, find

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class HandOut:
    """How a setting hands out so many items.

    order: the items' positions, chunk by chunk. bounds: chunk k holds order[bounds[k]:bounds[k + 1]], and may be
    empty where it is fixed. fixed: whether chunk k is worker k's, known when it starts. window: how many chunks the
    caller has sent and not yet seen answered, at most; of no meaning where fixed. ahead: whether a worker's next
    chunk is there before its last one has been answered, so that it need not sleep in between. in_caller:
    whether a strategy with workers starts none after all. on_demand: whether it starts one only when a chunk is sent
    while none is idle.
    """

    order: "NDArray[Any]"
    bounds: "NDArray[Any]"
    fixed: bool
    window: int
    ahead: bool = True
    in_caller: bool = False
    on_demand: bool = False

    @property
    def chunks(self) -> int:
        """How many chunks there are."""
        return len(self.bounds) - 1


def hand_out(setting: Setting, items: int) -> HandOut:
    """How this setting hands out so many items.

    Raises UsageError for a strategy that is unknown or has no rule, and for a chunksize or start method that it can't
    take.
    """
    rule, workers = find(setting.strategy).hand_out, setting.workers
    chunksize = chunksize_in_force(setting, items) or 1
    match rule:
        case InCaller():
            return _in_caller(items, workers)
        case Fixed():
            return _striped(items, workers) if rule.striped else _contiguous(items, workers)
        case Dynamic():
            window = items if rule.per_worker is None else rule.per_worker * workers + rule.more
            return replace(_dynamic(items, chunksize, window, rule.ahead), on_demand=rule.on_demand)
        case Batched():
            return _batched(items, workers, chunksize)
        case Unpredictable():
            raise _unpredictable(setting.strategy, rule)


def with_a_rule(names: Sequence[str], *, are_named: bool) -> list[str]:
    """The names without the strategies that have no rule.

    Raises UsageError, saying why it has none and what to do, for one that was asked for by name.
    """
    rules = {name: find(name).hand_out for name in names}
    for name, rule in rules.items():
        if are_named and isinstance(rule, Unpredictable):
            raise _unpredictable(name, rule)
    return [name for name, rule in rules.items() if not isinstance(rule, Unpredictable)]


def _unpredictable(name: str, rule: Unpredictable) -> UsageError:
    return UsageError(
        f"{name} can't be predicted, because {rule.reason}: leave it out here, and measure it by "
        f"`pytest bench/ --strategies {name}`"
    )


def _contiguous(items: int, workers: int) -> HandOut:
    """Evenly cut: as the static strategy computes its bounds."""
    bounds = items * np.arange(workers + 1) // workers
    return HandOut(np.arange(items), bounds, fixed=True, window=0)


def _striped(items: int, workers: int) -> HandOut:
    hands = [np.arange(worker, items, workers) for worker in range(workers)]
    bounds = np.cumsum([0, *map(len, hands)])
    return HandOut(np.concatenate(hands), bounds, fixed=True, window=0)


def _in_caller(items: int, workers: int) -> HandOut:
    return HandOut(np.arange(items), np.array([0] + [items] * workers), fixed=True, window=0)


def _dynamic(items: int, chunksize: int, window: int, ahead: bool) -> HandOut:
    bounds = np.append(np.arange(0, items, chunksize), items)
    return HandOut(np.arange(items), bounds, fixed=False, window=window, ahead=ahead)


def _batched(items: int, workers: int, chunksize: int) -> HandOut:
    """Two items a worker at first, in n batches where a batch may hold more than one; then full ones.

    Each answer sends the next batch. Where less is left than a batch a worker, it is cut into ten parts a worker.
    One worker is none. Source: `Parallel.dispatch_one_batch` with joblib's default `pre_dispatch`.
    """
    if workers == 1:
        return replace(_in_caller(items, 1), in_caller=True)
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
