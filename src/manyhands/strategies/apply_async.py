"""apply_async: `Pool.apply_async`. One task an item; the caller keeps the handles and waits for each."""

from collections.abc import Sequence
from typing import Any

from manyhands.strategies import strategy


@strategy()
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`Pool.apply_async` for every item, then `get` for every handle."""
    with context.Pool(workers) as pool:
        pending = [pool.apply_async(function, (item,)) for item in items]
        return [result.get() for result in pending]
