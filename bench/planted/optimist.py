"""optimist: items that work without a lock and start over when another began meanwhile: work is done in vain.

Stands for: optimistic transactions, compare-and-swap loops, retries after a conflict.
Default size: 30 items of some 5 ms, each given up to 6 tries; alone, one is enough. The check is the results' digest.
"""

import os
from dataclasses import dataclass
from typing import NamedTuple

from lightwork.ledger.recorder import count_retry
from lightwork.workload.api import Place, workload

TRIES = 6


@dataclass(frozen=True)
class Parameters:
    """items: how many; turns: loop turns of a try."""

    items: int = 30
    turns: int = 300_000


class Turns(NamedTuple):
    """An item: the file in which every try leaves a mark, and how much a try has to do."""

    number: int
    marks: str
    turns: int


def items(parameters: Parameters, place: Place) -> list[Turns]:
    """The items by number."""
    marks = str(place.round_dir / "marks")
    return [Turns(number, marks, parameters.turns) for number in range(parameters.items)]


@workload(
    parameters=Parameters, items=items, tiny=Parameters(items=3, turns=10), name_of=lambda one: f"turns {one.number}"
)
def turn(one: Turns) -> int:
    """Try until nobody else has begun a try meanwhile, or the tries run out."""
    with open(one.marks, "ab", buffering=0) as marks:
        for _ in range(TRIES):
            marks.write(b"x")
            mine = marks.tell()
            for _ in range(one.turns):
                pass
            if os.fstat(marks.fileno()).st_size == mine:
                break
            count_retry()
    return one.number
