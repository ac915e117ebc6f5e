"""serial: one item after another in the caller. Every speedup is relative to it.

Items of a coroutine function are awaited one after another in one event loop.
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
WATCHED = SCRIPT.replace("for item in items", "for item in $bar(items, total=len(items))")


def awaited(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """Await the items in turn."""
    import asyncio

    async def in_turn() -> list[Any]:
        return [await function(item) for item in items]

    return asyncio.run(in_turn())


@strategy(hand_out=InCaller(), script=SCRIPT, watched=WATCHED, start_methods=("fork",), parallel=False, awaited=awaited)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """A plain loop in the calling process."""
    return [function(item) for item in items]
