"""Own times: a round's ledger as though items began when their turns came, where a rate keeps starts apart; pure.

    start_ns of every item -> turns: each so much after the last one, or at its start -> start_ns of the item's own time

Who predicts from it must not take the wait for a turn for the item's own: workers share the turns, and not the waits.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.launch.finished import Finished
from lightwork.storage import ledgers

if TYPE_CHECKING:
    from numpy.typing import NDArray


def without_turns(finished: Finished, apart_ns: float) -> Finished:
    """The round and its ledger without what items waited for their turns; as it is where it did not do the work."""
    if not finished.round.ok or not finished.ledger:
        return finished
    ledger = bytearray(finished.ledger)
    rows = ledgers.table(ledger)
    rows["start_ns"] = np.minimum(turns_of(rows, apart_ns), rows["end_ns"])
    walls_ns = rows["end_ns"] - rows["start_ns"]
    longest = int(walls_ns.argmax())
    round_ = replace(
        finished.round, item_wall_ns=int(walls_ns.sum()), longest_item=longest, longest_item_ns=int(walls_ns[longest])
    )
    return replace(finished, round=round_, ledger=bytes(ledger))


def turns_of(rows: "NDArray[Any]", apart_ns: float) -> "NDArray[Any]":
    """When each item's turn came: who started first had the first one.

    turn(i) = max(start(i), turn(i - 1) + apart), so turn(i) - i apart is the highest start(j) - j apart up to there.
    """
    order = np.argsort(rows["start_ns"], kind="stable")
    steps_ns = np.rint(apart_ns * np.arange(len(rows))).astype(np.int64)
    turns = np.empty(len(rows), np.int64)
    turns[order] = np.maximum.accumulate(rows["start_ns"][order] - steps_ns) + steps_ns
    return turns


def back_to_back(rows: "NDArray[Any]") -> "NDArray[Any]":
    """A serial ledger whose items follow at once, in the same order: time between them was the wait for a turn."""
    order = np.argsort(rows["start_ns"], kind="stable")
    walls_ns = (rows["end_ns"] - rows["start_ns"])[order]
    moved = rows.copy()
    moved["end_ns"][order] = rows["start_ns"].min() + np.cumsum(walls_ns)
    moved["start_ns"][order] = moved["end_ns"][order] - walls_ns
    return moved
