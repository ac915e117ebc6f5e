"""apply_async: `Pool.apply_async`. One task per item; the caller keeps the handles and waits for each."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lightwork.core.hand_out import POOL
from lightwork.strategies import strategy

SCRIPT = """\
from multiprocessing import Pool

if __name__ == "__main__":
    items = $items
    with $pool as pool:
        pending = [pool.apply_async($function, (item,)) for item in items]
        results = [answer.get() for answer in pending]
"""
WATCHED = SCRIPT.replace("for answer in pending", "for answer in $bar(pending, total=len(items))")


@contextmanager
def opened(function: Any, workers: int, context: Any) -> Iterator[Any]:
    """The pool, kept: what it yields is called as submit(items, None), as often as there is work."""

    def submit(items: Sequence[Any], chunksize: int | None) -> list[Any]:
        pending = [pool.apply_async(function, (item,)) for item in items]
        return [result.get() for result in pending]

    with context.Pool(workers) as pool:
        yield submit


@strategy(hand_out=POOL, rank=50, script=SCRIPT, watched=WATCHED, call="Pool.apply_async", opened=opened)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`Pool.apply_async` for every item, then `get` on every handle."""
    with opened(function, workers, context) as submit:
        results: list[Any] = submit(items, chunksize)
        return results
