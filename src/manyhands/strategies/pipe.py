"""pipe: a dispatcher over pipes. Each worker has its own; whoever answers gets the next chunk.

The caller sees the end of a dead worker's pipe, so it knows which chunk went with it and can finish the rest.
"""

import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.connection import wait
from typing import Any

from manyhands.strategies import strategy

STOP = None


def work(function: Any, pipe: Any) -> None:
    """Take chunks until the sentinel comes; answer each with its results or its exception."""
    for chunk in iter(pipe.recv, STOP):
        try:
            pipe.send([function(item) for item in chunk])
        except Exception as error:
            error.add_note(traceback.format_exc())
            pipe.send(error)


def default_chunksize(items: int, workers: int) -> int:
    """One item a message."""
    return 1


@strategy(default_chunksize=default_chunksize)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """A dispatcher: `wait` for any worker's pipe, take its answer, send it the next chunk."""
    size = chunksize or 1
    chunks = iter([items[first : first + size] for first in range(0, len(items), size)])
    crew: dict[Any, Any] = {}
    for _ in range(workers):
        ours, theirs = context.Pipe()
        crew[ours] = context.Process(target=work, args=(function, theirs), daemon=True)
        crew[ours].start()
        theirs.close()  # before the next fork, so that only its worker holds this end
    return dispatch(chunks, crew)


def dispatch(chunks: Iterator[Any], crew: dict[Any, Any]) -> list[Any]:
    """Feed every worker until the chunks run out; raise the first failure once all have ended."""
    results: list[Any] = []
    failures: list[Exception] = []
    for pipe in crew:
        pipe.send(next(chunks, STOP))
    while crew:
        ready: list[Any] = wait(list(crew))
        for pipe in ready:
            try:
                answer = pipe.recv()
            except EOFError:
                process = crew.pop(pipe)
                process.join()
                if process.exitcode:
                    failures.append(ChildProcessError(f"worker {process.pid} ended with {process.exitcode}"))
                continue
            if isinstance(answer, Exception):
                failures.append(answer)
            else:
                results += answer
            pipe.send(next(chunks, STOP))
    if failures:
        raise failures[0]
    return results
