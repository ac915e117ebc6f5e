"""static_striped: the list dealt out like cards, one `Process` a hand.

Neighbours go to different workers, so a cluster of big items is shared out; it is still fixed beforehand.
"""

from collections.abc import Sequence
from typing import Any

from lightwork.core.hand_out import Fixed
from lightwork.strategies import strategy
from lightwork.strategies.static import run_parts

SCRIPT = """\
from multiprocessing import Pool


def work(part):
    return [$function(item) for item in part]


if __name__ == "__main__":
    items = $items
    cuts = [items[i::$workers] for i in range($workers)]
    with $pool as pool:
        results = [result for part in pool.map(work, cuts) for result in part]
"""


@strategy(hand_out=Fixed(striped=True), rank=100, script=SCRIPT)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """The list dealt out item by item beforehand, one `Process` a hand."""
    return run_parts(function, [items[worker::workers] for worker in range(workers)], context)
