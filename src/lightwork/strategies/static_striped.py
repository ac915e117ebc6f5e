"""static_striped: the list dealt out like cards, one `Process` per hand.

Neighboring items go to different workers, so a run of big items is shared. Who gets what is still fixed in advance.
"""

from collections.abc import Sequence
from typing import Any

from lightwork.core.hand_out import Fixed
from lightwork.strategies import strategy
from lightwork.strategies.static import run_parts

SCRIPT = """\
from contextlib import suppress
from multiprocessing import Pipe, Process


def work(part, sender):
    sender.send([$function(item) for item in part])


if __name__ == "__main__":
    items = $items
    crew, results = {}, []
$context\
    for i in range($workers):
        receiver, sender = ${of}Pipe(duplex=False)
        crew[receiver] = ${of}Process(target=work, args=(items[i::$workers], sender))
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


@strategy(hand_out=Fixed(striped=True), inherits=True, rank=100, script=SCRIPT, watched=WATCHED, call="Process")
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """The list dealt out item by item in advance, one `Process` per hand."""
    return run_parts(function, [items[worker::workers] for worker in range(workers)], context)
