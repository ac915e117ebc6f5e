"""mpire: `mpire.WorkerPool`. A pool with one queue per worker and two chunks in flight for each.

mpire unpacks items that are tuples, lists or dicts into arguments, so each item is wrapped in a tuple.
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
WATCHED = SCRIPT.replace(
    "($function, arguments$chunk_size)",
    "(\n            $function, arguments$chunk_size, progress_bar=True\n        )",
)


def default_chunksize(items: int, workers: int) -> int:
    """As mpire: about 64 chunks per worker, rounded up."""
    return -(-items // (64 * workers))


@strategy(
    hand_out=Dynamic(per_worker=2),
    rank=70,
    script=SCRIPT,
    watched=WATCHED,
    default_chunksize=default_chunksize,
    needs="mpire",
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`WorkerPool.map_unordered`: the worker that just answered gets the next chunk; results arrive as they finish."""
    from mpire import WorkerPool

    with WorkerPool(n_jobs=workers, start_method=context.get_start_method()) as pool:
        results: list[Any] = pool.map_unordered(function, [(item,) for item in items], chunk_size=chunksize)
        return results
