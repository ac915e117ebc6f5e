"""heavy_import: work in a module that imports pandas, so that each spawned worker does too.

Stands for: scripts whose imports take longer than the work that a worker gets.
Default size: 20 items of some 5 ms. The check is the results' digest.
"""

from dataclasses import dataclass

import pandas as pd

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; turns: loop turns of each."""

    items: int = 20
    turns: int = 100_000


def items(parameters: Parameters, place: Place) -> list[int]:
    """Loop turns."""
    return [parameters.turns] * parameters.items


@workload(parameters=Parameters, items=items, tiny=Parameters(items=3, turns=100))
def turn(turns: int) -> int:
    """Do them; pandas is there for the look of it."""
    total = 0
    for _ in range(turns):
        total += 1
    return int(pd.Timedelta(total).value)
