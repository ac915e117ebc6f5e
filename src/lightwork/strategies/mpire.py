"""mpire: `mpire.WorkerPool`. A pool with a queue for each worker, and two chunks a worker in flight.

It calls the function with an item's parts where that is a tuple, a list or a dict, so each item is handed over as the
only argument of a tuple.
"""

from collections.abc import Sequence
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

SCRIPT = """\
from mpire import WorkerPool

if __name__ == "__main__":
    items = $items
    arguments = [(item,) for item in items]  # else a tuple would become several
    with WorkerPool(n_jobs=$workers, start_method="$start_method") as pool:
        results = pool.map_unordered($function, arguments$chunk_size)
"""


def default_chunksize(items: int, workers: int) -> int:
    """What mpire aims at: 64 chunks a worker, rounded up; its own sizes alternate around the fraction."""
    return -(-items // (64 * workers))


@strategy(hand_out=Dynamic(per_worker=2), rank=70, script=SCRIPT, default_chunksize=default_chunksize, needs="mpire")
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`WorkerPool.map_unordered`: chunks sent to whoever answered last, results as they come."""
    from mpire import WorkerPool

    with WorkerPool(n_jobs=workers, start_method=context.get_start_method()) as pool:
        results: list[Any] = pool.map_unordered(function, [(item,) for item in items], chunk_size=chunksize)
        return results
