"""serial: one item after the other in the caller. The reference of every speedup.

The items of a coroutine function are awaited one after the other in one event loop.
"""

from collections.abc import Sequence
from typing import Any

from lightwork.core.hand_out import InCaller
from lightwork.strategies import strategy

SCRIPT = """\
if __name__ == "__main__":
    items = $items
    results = [$function(item) for item in items]
"""


def awaited(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """Await the items in turn."""
    import asyncio

    async def in_turn() -> list[Any]:
        return [await function(item) for item in items]

    return asyncio.run(in_turn())


@strategy(hand_out=InCaller(), script=SCRIPT, start_methods=("fork",), parallel=False, awaited=awaited)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """A plain loop in the caller's own process."""
    return [function(item) for item in items]
