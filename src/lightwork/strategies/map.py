"""map: `Pool.map`. The list is cut into chunks; free workers take the next one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from lightwork.core.hand_out import POOL
from lightwork.strategies import strategy

SCRIPT = """\
from multiprocessing import Pool

if __name__ == "__main__":
    items = $items
    with $pool as pool:
        results = pool.map($function, items$chunksize)
"""
WATCHED = SCRIPT.replace(
    "results = pool.map($function, items$chunksize)",
    "answers = pool.imap($function, items$chunksize)\n        results = list($bar(answers, total=len(items)))",
)


def default_chunksize(items: int, workers: int) -> int:
    """As `Pool.map`: four chunks per worker, rounded up."""
    chunksize, extra = divmod(items, workers * 4)
    return chunksize + bool(extra)


@contextmanager
def opened(function: Any, workers: int, context: Any) -> Iterator[Any]:
    """The pool, kept: what it yields is called as submit(items, chunksize), as often as there is work."""
    with context.Pool(workers) as pool:
        yield partial(pool.map, function)


@strategy(
    hand_out=POOL,
    rank=20,
    script=SCRIPT,
    watched=WATCHED,
    call="Pool.map",
    default_chunksize=default_chunksize,
    opened=opened,
    in_order=True,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`Pool.map`: free workers take the next chunk; all results at the end, in order."""
    with context.Pool(workers) as pool:
        results: list[Any] = pool.map(function, items, chunksize)
        return results
