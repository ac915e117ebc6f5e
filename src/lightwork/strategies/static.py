"""static: the list cut evenly, one `Process` a part. What most people write first.

Contiguous parts: if the big items stand together, one worker gets them all.
"""

import traceback
from collections.abc import Sequence
from itertools import pairwise
from multiprocessing.connection import Connection, wait
from typing import Any

from lightwork.core.hand_out import Fixed
from lightwork.strategies import strategy

# Through a Pool, one part a worker: the shortest form that ends when an item raises.
SCRIPT = """\
from multiprocessing import Pool


def work(part):
    return [$function(item) for item in part]


if __name__ == "__main__":
    items = $items
    cuts = [items[i * len(items) // $workers : (i + 1) * len(items) // $workers] for i in range($workers)]
    with $pool as pool:
        results = [result for part in pool.map(work, cuts) for result in part]
"""


def work(function: Any, part: Sequence[Any], results: Connection) -> None:
    """Run one part in the worker and send its results, or its exception, all at once."""
    try:
        results.send([function(item) for item in part])
    except Exception as error:
        error.add_note(traceback.format_exc())
        results.send(error)


def run_parts(function: Any, parts: Sequence[Sequence[Any]], context: Any) -> list[Any]:
    """One process a part; their results in the order in which the parts are done."""
    workers = {}
    for part in parts:
        receiver, sender = context.Pipe(duplex=False)
        workers[receiver] = context.Process(target=work, args=(function, part, sender))
        workers[receiver].start()
        sender.close()  # so that a dead worker's pipe shows its end
    results: list[Any] = []
    failure: BaseException | None = None
    while workers:
        for receiver in wait(list(workers)):
            failure = _receive(receiver, results) or failure
            workers.pop(receiver).join()
    if failure:
        raise failure
    return results


def _receive(receiver: Any, results: list[Any]) -> BaseException | None:
    """Take one worker's results; its exception if it sent that, or EOFError if it died first."""
    try:
        message = receiver.recv()
    except EOFError as death:
        death.add_note("a worker ended without sending its results")
        return death
    if isinstance(message, BaseException):
        return message
    results += message
    return None


@strategy(hand_out=Fixed(), rank=90, script=SCRIPT)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """The list split evenly into contiguous parts, one `Process` a part."""
    bounds = [len(items) * worker // workers for worker in range(workers + 1)]
    return run_parts(function, [items[low:high] for low, high in pairwise(bounds)], context)
