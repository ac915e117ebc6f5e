"""shared_memory: a `Pool` that returns large results through shared memory instead of its pipe.

The caller names the blocks and removes them, even if workers die. A block is left behind only if the caller and
multiprocessing's resource tracker are both killed.
"""

import os
import pickle
from collections.abc import Iterable, Sequence
from functools import partial
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

from lightwork.core.hand_out import POOL
from lightwork.strategies import strategy

PIPE_BYTES = 65_536  # that a pipe holds: the writer of more waits for the reader

SCRIPT = """\
import pickle
from multiprocessing import Pool, resource_tracker
from multiprocessing.shared_memory import SharedMemory


def work(item):
    pickled = pickle.dumps($function(item), protocol=5)
    if len(pickled) <= 65536:  # a pipe holds it
        return pickled
    block = SharedMemory(create=True, size=len(pickled))
    block.buf[: len(pickled)] = pickled
    block.close()
    return block.name


def take(answer):
    if isinstance(answer, bytes):
        return pickle.loads(answer)
    block = SharedMemory(answer)
    result = pickle.loads(block.buf)
    block.close()
    block.unlink()
    return result


if __name__ == "__main__":
    items = $items
    resource_tracker.ensure_running()  # first, so that all workers share it
    with $pool as pool:
        answers = pool.imap_unordered(work, items$chunksize)
        results = [take(answer) for answer in answers]
"""
WATCHED = SCRIPT.replace("for answer in answers", "for answer in $bar(answers, total=len(items))")


def work(function: Any, prefix: str, numbered: tuple[int, Any]) -> tuple[int, bytes | None]:
    """Run one item; its pickled result, or None where that is in the item's block."""
    number, item = numbered
    pickled = pickle.dumps(function(item), protocol=5)
    if len(pickled) <= PIPE_BYTES:
        return number, pickled
    block: Any = SharedMemory(f"{prefix}{number}", create=True, size=len(pickled))
    block.buf[: len(pickled)] = pickled
    block.close()
    return number, None


def take(name: str) -> Any:
    """The result in the block of this name, which is then gone."""
    block: Any = SharedMemory(name)
    try:
        return pickle.loads(block.buf)
    finally:
        block.close()
        block.unlink()


def discard(names: Iterable[str]) -> None:
    """Remove those of these blocks that are there."""
    for name in names:
        try:
            block = SharedMemory(name)
        except FileNotFoundError:
            continue
        except ValueError:  # its worker was ended before the block had a size
            Path("/dev/shm", name).unlink()  # noqa: S108  where blocks are files
            continue
        block.close()
        block.unlink()


def default_chunksize(items: int, workers: int) -> int:
    """One item at a time, as in `Pool.imap_unordered`."""
    return 1


@strategy(hand_out=POOL, rank=130, script=SCRIPT, watched=WATCHED, default_chunksize=default_chunksize)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """`Pool.imap_unordered`; results too large for the pipe go through shared memory."""
    resource_tracker.ensure_running()  # before the workers: they share it, and one of their own removes too early
    prefix = f"results-{os.getpid()}-{os.urandom(4).hex()}-"
    results, waiting = [], set(range(len(items)))
    try:
        with context.Pool(workers) as pool:
            task = partial(work, function, prefix)
            for number, answer in pool.imap_unordered(task, enumerate(items), chunksize or 1):
                waiting.remove(number)
                results.append(pickle.loads(answer) if answer else take(f"{prefix}{number}"))
        return results
    finally:
        discard(f"{prefix}{number}" for number in waiting)
