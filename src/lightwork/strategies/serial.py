"""serial: one item after the other in the caller. The reference of every speedup."""

from collections.abc import Sequence
from typing import Any

from lightwork.core.hand_out import InCaller
from lightwork.strategies import strategy

SCRIPT = """\
if __name__ == "__main__":
    items = $items
    results = [$function(item) for item in items]
"""


@strategy(hand_out=InCaller(), script=SCRIPT, start_methods=("fork",), parallel=False)
def run(function: Any, items: Sequence[Any], workers: int, chunksize: int | None, context: Any) -> list[Any]:
    """A plain loop in the caller's own process."""
    return [function(item) for item in items]
