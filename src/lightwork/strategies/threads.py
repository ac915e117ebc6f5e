"""threads: `ThreadPoolExecutor.map`. Threads in the calling process: nothing is pickled, no process is started.

With the global interpreter lock (GIL) only one thread at a time runs Python code: threads overlap waiting, not
computing. There is no start method; settings list it as `fork`.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

SCRIPT = """\
from concurrent.futures import ThreadPoolExecutor

if __name__ == "__main__":
    items = $items
    with ThreadPoolExecutor($workers$initializer) as executor:
        results = list(executor.map($function, items))
"""
WATCHED = SCRIPT.replace(
    "results = list(executor.map($function, items))",
    "answers = executor.map($function, items)\n        results = list($bar(answers, total=len(items)))",
)


@contextmanager
def opened(function: Any, workers: int, context: Any) -> Iterator[Any]:
    """The executor, kept: what it yields is called as submit(items, chunksize), as often as there is work."""
    with ThreadPoolExecutor(workers) as executor:
        yield lambda items, _chunksize: executor.map(function, items)


@strategy(
    hand_out=Dynamic(per_worker=None, on_demand=True),  # all lie in the executor's queue
    rank=5,
    script=SCRIPT,
    watched=WATCHED,
    call="ThreadPoolExecutor",
    start_methods=("fork",),
    workers="threads",
    opened=opened,
    in_order=True,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`ThreadPoolExecutor.map`: threads take items from one queue."""
    with ThreadPoolExecutor(workers) as executor:
        return list(executor.map(function, items))
