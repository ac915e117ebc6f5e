"""process_executor: `ProcessPoolExecutor.map`. Unlike a `Pool`, it notices when a worker dies.

If a worker is killed, the caller gets `BrokenProcessPool`; a `Pool` would hang.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

SCRIPT = """\
from concurrent.futures import ProcessPoolExecutor

if __name__ == "__main__":
    items = $items
    with ProcessPoolExecutor($workers$mp_context$initializer) as executor:
        results = list(executor.map($function, items$chunksize))
"""
WATCHED = SCRIPT.replace(
    "results = list(executor.map($function, items$chunksize))",
    "answers = executor.map($function, items$chunksize)\n        results = list($bar(answers, total=len(items)))",
)


def default_chunksize(items: int, workers: int) -> int:
    """The standard library's default: one item at a time."""
    return 1


@contextmanager
def opened(function: Any, workers: int, context: Any) -> Iterator[Any]:
    """The executor, kept: what it yields is called as submit(items, chunksize), as often as there is work."""
    with ProcessPoolExecutor(workers, mp_context=context) as executor:
        yield lambda items, chunksize: executor.map(function, items, chunksize=chunksize or 1)


@strategy(
    hand_out=Dynamic(per_worker=2, more=1),  # the workers' own, and its queue to them
    rank=10,
    script=SCRIPT,
    watched=WATCHED,
    call="ProcessPoolExecutor",
    default_chunksize=default_chunksize,
    opened=opened,
    in_order=True,
    renewed="map",  # its own max_tasks_per_child hangs in Python 3.11 to 3.14 (python/cpython#115634)
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`ProcessPoolExecutor.map`: free workers take the next chunk; results in order."""
    with ProcessPoolExecutor(workers, mp_context=context) as executor:
        return list(executor.map(function, items, chunksize=chunksize or 1))
