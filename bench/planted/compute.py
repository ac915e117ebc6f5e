"""compute: pure computing with a known amount of work, for planting a known difference.

Stands for: parsing, hashing, compressing: no waiting, no memory traffic to speak of.
An item is a number of loop turns; `extra` adds a known share of work to each without changing its result.
Default size: 40 items of about 5 ms. The check is the results' digest.
"""

from dataclasses import dataclass

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; turns: loop turns of each; extra: share of work added, 0.1 for 10 %."""

    items: int = 40
    turns: int = 100_000
    extra: float = 0.0


def items(parameters: Parameters, place: Place) -> list[tuple[int, int]]:
    """Turns that count towards the result, and turns that are only done."""
    return [(parameters.turns, round(parameters.turns * parameters.extra))] * parameters.items


@workload(parameters=Parameters, items=items, tiny=Parameters(items=3, turns=1000))
def turn(item: tuple[int, int]) -> int:
    """Do all turns; return the number of those that count."""
    turns, extra = item
    total = 0
    for _ in range(turns):
        total += 1
    for _ in range(extra):
        total += 1
    return total - extra
