"""queue: workers between two queues. A bounded task queue feeds them; the caller drains the result queue."""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from typing import Any

from lightwork.core.hand_out import Dynamic
from lightwork.strategies import strategy

STOP = None

SCRIPT = """\
import traceback
from multiprocessing import Process, Queue, active_children


def work(tasks, answers):
    for chunk in iter(tasks.get, None):
        try:
            answers.put([$function(item) for item in chunk])
        except Exception as error:
            error.add_note(traceback.format_exc())
            answers.put(error)


if __name__ == "__main__":
    items = $items
    chunks = $chunks
$context\
    tasks, answers = ${of}Queue(maxsize=2 * $workers), ${of}Queue()
    for _ in range($workers):
        ${of}Process(target=work, args=(tasks, answers)).start()
    received = []
    for number, chunk in enumerate(chunks + [None] * $workers):
        if number >= 2 * $workers:  # so many are in flight
            received.append(answers.get())
        tasks.put(chunk)
    while len(received) < len(chunks):
        received.append(answers.get())
    for process in ${of}active_children():
        process.join()
    for answer in received:
        if isinstance(answer, Exception):
            raise answer
    results = [result for answer in received for result in answer]
"""
WATCHED = SCRIPT.replace(
    "enumerate(chunks + [None] * $workers)",
    "enumerate($bar(chunks + [None] * $workers, total=len(chunks) + $workers))",
)


def work(function: Any, tasks: Any, results: Any) -> None:
    """Take chunks until the sentinel comes; answer each with its results or its exception."""
    for chunk in iter(tasks.get, STOP):
        try:
            results.put([function(item) for item in chunk])
        except Exception as error:
            error.add_note(traceback.format_exc())
            results.put(error)


def default_chunksize(items: int, workers: int) -> int:
    """One item per message."""
    return 1


@contextmanager
def opened(function: Any, workers: int, context: Any) -> Iterator[Any]:
    """Workers around the two queues until the end: what it yields is called as submit(items, chunksize)."""
    tasks, answers = context.Queue(maxsize=2 * workers), context.Queue()
    processes = [context.Process(target=work, args=(function, tasks, answers)) for _ in range(workers)]
    for process in processes:
        process.start()
    try:
        yield partial(exchange, tasks, answers, 2 * workers)
    finally:
        for _ in processes:
            tasks.put(STOP)
        for process in processes:
            process.join()


def exchange(tasks: Any, answers: Any, in_flight: int, items: Sequence[Any], chunksize: int) -> list[Any]:
    """Keep so many chunks in flight until all are answered; raise the first exception once none is left."""
    chunks = iter([items[first : first + chunksize] for first in range(0, len(items), chunksize)])
    results: list[Any] = []
    failure: Exception | None = None
    waiting = 0
    for chunk in islice(chunks, in_flight):
        tasks.put(chunk)
        waiting += 1
    while waiting:
        answer = answers.get()
        waiting -= 1
        if isinstance(answer, Exception):
            failure = failure or answer
        else:
            results += answer
        for chunk in islice(chunks, 0 if failure else 1):
            tasks.put(chunk)
            waiting += 1
    if failure:
        raise failure
    return results


@strategy(
    hand_out=Dynamic(per_worker=2),  # the bound of the task queue
    rank=140,
    script=SCRIPT,
    watched=WATCHED,
    default_chunksize=default_chunksize,
    opened=opened,
)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """A bounded task queue, workers, a result queue that is drained before joining, and sentinels."""
    with opened(function, workers, context) as submit:
        results: list[Any] = submit(items, chunksize or 1)
        return results
