"""single_writer: workers parse, the caller stores. Only one process writes, so nobody waits for a lock.

    worker --parsed--> |        |
    worker --parsed--> | caller | --everything that arrived, at once--> database
    worker --parsed--> |        |
           <--stored--

A worker starts its next item once the last one is stored, so memory holds at most one parsed item per worker.
`workers` counts those that parse; the writer is one more process.
"""

import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from typing import Any

from lightwork.core.hand_out import Unpredictable
from lightwork.strategies import strategy

STOP = None


def work(function: Any, pipe: Any) -> None:
    """Parse items until the sentinel comes; each is over when the writer has stored it."""

    def store(item: Any, parsed: Any) -> Any:
        pipe.send((item, parsed))
        return pipe.recv()

    for item in iter(pipe.recv, STOP):
        try:
            function(item, store)  # store(item, parse(item))
        except Exception as error:
            error.add_note(traceback.format_exc())
            pipe.send(error)


@strategy(
    hand_out=Unpredictable("a serial run does not tell an item's parsing from its storing"),
    rank=160,
    staged=True,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """The caller writes; workers parse for it, each with its own pipe."""
    crew: dict[Any, Any] = {}
    for _ in range(workers):
        ours, theirs = context.Pipe()
        crew[ours] = context.Process(target=work, args=(function, theirs), daemon=True)
        crew[ours].start()
        theirs.close()  # before the next fork, so that only its worker holds this end
    processes = list(crew.values())
    try:
        return write(function, iter(items), crew)
    finally:
        for process in crew.values():  # none is left, unless something was raised
            process.terminate()
        for process in processes:
            process.join()


def write(function: Any, items: Iterator[Any], crew: dict[Any, Any]) -> list[Any]:
    """Feed every worker until the items run out; store what they send. Raises the first failure."""
    results: list[Any] = []
    for pipe in list(crew):
        feed(pipe, items, crew)
    while crew:
        batch = receive(crew)
        results += function.store(list(batch.values()))
        for pipe in batch:
            pipe.send("stored")
            feed(pipe, items, crew)
    return results


def feed(pipe: Any, items: Iterator[Any], crew: dict[Any, Any]) -> None:
    """Send the next item; where there is none left the worker is let go."""
    item = next(items, STOP)
    pipe.send(item)
    if item is STOP:
        crew.pop(pipe)


def receive(crew: dict[Any, Any]) -> dict[Any, Any]:
    """An item and what was parsed of it, by pipe of every worker that has sent one. Raises for one that ended."""
    parsed: dict[Any, Any] = {}
    ready: list[Any] = wait(list(crew))
    for pipe in ready:
        try:
            message = pipe.recv()
        except (EOFError, ConnectionResetError):
            crew[pipe].join()
            raise ChildProcessError(f"worker {crew[pipe].pid} ended with {crew[pipe].exitcode}") from None
        if isinstance(message, Exception):
            raise message
        parsed[pipe] = message
    return parsed
