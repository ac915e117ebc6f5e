"""static_striped: the list dealt out like cards, one `Process` a hand.

Neighbours go to different workers, so a cluster of big items is shared out; it is still fixed beforehand.
"""

from collections.abc import Sequence
from typing import Any

from lightwork.core.hand_out import Fixed
from lightwork.strategies import strategy
from lightwork.strategies.static import run_parts


@strategy(hand_out=Fixed(striped=True), rank=100)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """The list dealt out item by item beforehand, one `Process` a hand."""
    return run_parts(function, [items[worker::workers] for worker in range(workers)], context)
