"""pipe: a dispatcher with one pipe per worker. The worker that answers gets the next chunk.

When a worker dies its pipe closes, so the caller knows which chunk was lost and can finish the rest.
"""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.connection import wait
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

STOP = None

SCRIPT = """\
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait


def work(pipe):
    for chunk in iter(pipe.recv, None):
        pipe.send([$function(item) for item in chunk])


if __name__ == "__main__":
    items = $items
    chunks = iter($chunks)
    crew, results = {}, []
$context\
    for _ in range($workers):
        ours, theirs = ${of}Pipe()
        crew[ours] = ${of}Process(target=work, args=(theirs,), daemon=True)
        crew[ours].start()
        theirs.close()  # so that a dead worker's pipe shows its end
    for pipe in crew:
        pipe.send(next(chunks, []))
    while crew:
        for pipe in wait(list(crew)):
            results += pipe.recv()  # EOFError: this worker failed
            pipe.send(chunk := next(chunks, None))
            if chunk is None:
                crew.pop(pipe).join()
"""
WATCHED = SCRIPT.replace("iter($chunks)", "$chunks").replace(
    "    for pipe in crew:",  # once the workers are forked: a bar may start a thread
    "    chunks = iter($bar(chunks, total=len(chunks)))\n    for pipe in crew:",
)


def work(function: Any, pipe: Any) -> None:
    """Take chunks until the sentinel comes; answer each with its results or its exception."""
    for chunk in iter(pipe.recv, STOP):
        try:
            pipe.send([function(item) for item in chunk])
        except Exception as error:
            error.add_note(traceback.format_exc())
            pipe.send(error)


def default_chunksize(items: int, workers: int) -> int:
    """One item per message."""
    return 1


@contextmanager
def opened(function: Any, workers: int, context: Any) -> Iterator[Any]:
    """A worker at each pipe until the end: what it yields is called as submit(items, chunksize)."""
    crew: dict[Any, Any] = {}
    for _ in range(workers):
        ours, theirs = context.Pipe()
        crew[ours] = context.Process(target=work, args=(function, theirs), daemon=True)
        crew[ours].start()
        theirs.close()  # before the next fork, so that only its worker holds this end
    try:
        yield partial(dispatch, crew)
    finally:
        for pipe in crew:
            with suppress(BrokenPipeError):  # that worker has ended already
                pipe.send(STOP)
        for process in crew.values():
            process.join()


def dispatch(crew: dict[Any, Any], items: Sequence[Any], chunksize: int) -> list[Any]:
    """Feed every worker until the chunks run out, and raise the first failure then; forget those who died."""
    chunks = iter([items[first : first + chunksize] for first in range(0, len(items), chunksize)])
    results: list[Any] = []
    failures: list[Exception] = []
    busy = [pipe for pipe in crew if feed(pipe, chunks)]
    while busy:
        ready: list[Any] = wait(busy)
        for pipe in ready:
            try:
                answer = pipe.recv()
            except EOFError:
                busy.remove(pipe)
                failures.append(burial(crew.pop(pipe)))
                continue
            if isinstance(answer, Exception):
                failures.append(answer)
            else:
                results += answer
            if not feed(pipe, chunks):
                busy.remove(pipe)
    if failures:
        raise failures[0]
    return results


def feed(pipe: Any, chunks: Iterator[Any]) -> bool:
    """Send the next chunk; False where there is none left."""
    for chunk in chunks:
        pipe.send(chunk)
        return True
    return False


def burial(process: Any) -> Exception:
    """The failure that a worker is who ended before its work did."""
    process.join()
    return ChildProcessError(f"worker {process.pid} ended with {process.exitcode}")


@strategy(
    hand_out=Dynamic(per_worker=1, ahead=False),
    rank=150,
    script=SCRIPT,
    watched=WATCHED,
    default_chunksize=default_chunksize,
    opened=opened,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """A dispatcher: `wait` on all pipes, take an answer, send that worker the next chunk."""
    with opened(function, workers, context) as submit:
        results: list[Any] = submit(items, chunksize or 1)
        return results
