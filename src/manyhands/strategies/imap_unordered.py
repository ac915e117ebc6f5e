"""imap_unordered: `Pool.imap_unordered`. Results come as they are done; chunks of one unless told otherwise."""

from collections.abc import Sequence
from typing import Any

from manyhands.strategies import strategy


def default_chunksize(items: int, workers: int) -> int:
    """The standard library's default: one item at a time."""
    return 1


@strategy(default_chunksize=default_chunksize)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`Pool.imap_unordered`: chunks handed out as workers get free, results as they come."""
    with context.Pool(workers) as pool:
        return list(pool.imap_unordered(function, items, chunksize or 1))
