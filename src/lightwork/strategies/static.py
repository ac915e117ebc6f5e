"""static: the list split evenly, one `Process` per part. What most people write first.

Parts are contiguous: if the big items are next to each other, one worker gets them all.
"""

import traceback
from collections.abc import Sequence
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

from lightwork.core.hand_out import Fixed
from lightwork.strategies import strategy

SCRIPT = """\
from contextlib import suppress
from itertools import pairwise
from multiprocessing import Pipe, Process


def work(part, sender):
    sender.send([$function(item) for item in part])


if __name__ == "__main__":
    items = $items
    bounds = [len(items) * i // $workers for i in range($workers + 1)]
    crew, results = {}, []
$context\
    for low, high in pairwise(bounds):
        receiver, sender = ${of}Pipe(duplex=False)
        crew[receiver] = ${of}Process(target=work, args=(items[low:high], sender))
        crew[receiver].start()
        sender.close()  # so that a dead worker's pipe shows its end
    for receiver, process in crew.items():
        with suppress(EOFError):  # a worker that fails sends nothing
            results += receiver.recv()
        process.join()
    if len(results) < len(items):
        raise SystemExit("a worker failed")
"""
WATCHED = SCRIPT.replace("in crew.items()", "in $bar(crew.items(), total=$workers)")


def work(function: Any, part: Sequence[Any], results: Connection) -> None:
    """Run one part in the worker and send its results, or its exception, all at once."""
    try:
        results.send([function(item) for item in part])
    except Exception as error:
        error.add_note(traceback.format_exc())
        results.send(error)


def run_parts(function: Any, parts: Sequence[Sequence[Any]], context: Any) -> list[Any]:
    """One process a part; their results in the order of the parts."""
    crew = {}
    for part in parts:
        receiver, sender = context.Pipe(duplex=False)
        crew[receiver] = context.Process(target=work, args=(function, part, sender))
        crew[receiver].start()
        sender.close()  # so that a dead worker's pipe shows its end
    answers = [receive(receiver, process) for receiver, process in crew.items()]
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return [result for part in answers for result in part]


def receive(receiver: Any, process: Any) -> Any:
    """One worker's results; its exception if it sent that, or EOFError if it died first."""
    try:
        return receiver.recv()
    except EOFError as death:
        death.add_note("a worker ended without sending its results")
        return death
    finally:
        process.join()


@strategy(hand_out=Fixed(), inherits=True, rank=90, script=SCRIPT, watched=WATCHED, call="Process")
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """The list split evenly into contiguous parts, one `Process` per part."""
    bounds = [len(items) * worker // workers for worker in range(workers + 1)]
    return run_parts(function, [items[low:high] for low, high in pairwise(bounds)], context)
