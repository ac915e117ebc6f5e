"""asyncio: coroutines take turns in one thread. For `async def` functions that wait.

`workers` tasks of one event loop take items one by one, so many items are awaited at the same time. Computing still
runs one item at a time, on one core. There is no start method; settings list it as `fork`.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

SCRIPT = """\
import asyncio


async def run(items, workers):
    results, numbered = [None] * len(items), enumerate(items)

    async def work():
        for number, item in numbered:
            results[number] = await $function(item)

    await asyncio.gather(*(work() for _ in range(workers)))
    return results


if __name__ == "__main__":
    items = $items
    results = asyncio.run(run(items, $workers))
"""
WATCHED = SCRIPT.replace("enumerate(items)", "enumerate($bar(items, total=len(items)))")


async def run_all(function: Any, items: Sequence[Any], workers: int) -> list[Any]:
    """All items, by so many tasks that take them from one iterator; the first that raises ends them all."""
    left = iter(items)

    async def work() -> list[Any]:
        return [await function(item) for item in left]

    parts = await asyncio.gather(*(work() for _ in range(workers)))
    return [result for part in parts for result in part]


@strategy(
    hand_out=Dynamic(per_worker=None),  # all lie in the iterator
    rank=4,
    call="asyncio.gather",
    script=SCRIPT,
    watched=WATCHED,
    start_methods=("fork",),
    workers="tasks",
    awaits=True,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """Tasks of one event loop await item after item, in one thread."""
    return asyncio.run(run_all(function, items, workers))
