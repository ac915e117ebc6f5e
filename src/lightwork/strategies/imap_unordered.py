"""imap_unordered: `Pool.imap_unordered`. Results arrive as they finish; one item per chunk by default."""

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
        results = list(pool.imap_unordered($function, items$chunksize))
"""
WATCHED = SCRIPT.replace(
    "results = list(pool.imap_unordered($function, items$chunksize))",
    "answers = pool.imap_unordered($function, items$chunksize)\n"
    "        results = list($bar(answers, total=len(items)))",
)


def default_chunksize(items: int, workers: int) -> int:
    """The standard library's default: one item at a time."""
    return 1


@contextmanager
def opened(function: Any, workers: int, context: Any) -> Iterator[Any]:
    """The pool, kept: what it yields is called as submit(items, chunksize), as often as there is work."""
    with context.Pool(workers) as pool:
        yield partial(pool.imap_unordered, function)


@strategy(
    hand_out=POOL,
    rank=30,
    script=SCRIPT,
    watched=WATCHED,
    call="Pool.imap_unordered",
    default_chunksize=default_chunksize,
    opened=opened,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`Pool.imap_unordered`: free workers take the next chunk, results arrive as they finish."""
    with context.Pool(workers) as pool:
        return list(pool.imap_unordered(function, items, chunksize or 1))
