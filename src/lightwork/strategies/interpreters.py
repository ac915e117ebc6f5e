"""interpreters: `InterpreterPoolExecutor.map`. Threads in one process, each with its own interpreter.

Needs Python 3.14 or newer. Each interpreter has its own lock (GIL) and its own modules, so the threads compute in
parallel and share nothing. Functions, items and results are pickled, as for processes. Items fail if they need an
extension module that can't be loaded twice in one process. There is no start method; settings list it as `fork`.
"""

import concurrent.futures
import platform
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

SCRIPT = """\
from concurrent.futures import InterpreterPoolExecutor

if __name__ == "__main__":
    items = $items
    with InterpreterPoolExecutor($workers$initializer) as executor:
        results = list(executor.map($function, items))
"""
WATCHED = SCRIPT.replace(
    "results = list(executor.map($function, items))",
    "answers = executor.map($function, items)\n        results = list($bar(answers, total=len(items)))",
)


def missing() -> str:
    """Why there is no such executor here; "" where there is."""
    if hasattr(concurrent.futures, "InterpreterPoolExecutor"):
        return ""
    return f"needs Python 3.14 or newer; this is {platform.python_version()}"


@contextmanager
def opened(function: Any, workers: int, context: Any) -> Iterator[Any]:
    """The executor, kept: what it yields is called as submit(items, chunksize), as often as there is work."""
    with concurrent.futures.InterpreterPoolExecutor(workers) as executor:  # type: ignore[attr-defined]
        yield lambda items, _chunksize: executor.map(function, items)


@strategy(
    hand_out=Dynamic(per_worker=None, on_demand=True),  # all lie in the executor's queue
    rank=110,
    script=SCRIPT,
    watched=WATCHED,
    start_methods=("fork",),
    workers="interpreters",
    needs=missing,
    opened=opened,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`InterpreterPoolExecutor.map`: threads, each with its own interpreter, take items from one queue."""
    with concurrent.futures.InterpreterPoolExecutor(workers) as executor:  # type: ignore[attr-defined]
        return list(executor.map(function, items))
