"""tiny: items of next to no work, so that handing them over is all there is.

Stands for: one row, one pixel, one request body per task.
Default size: 3,000 items of some 10 us. The check is the results' digest.
"""

from dataclasses import dataclass

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; turns: loop turns of each."""

    items: int = 3_000
    turns: int = 300


def items(parameters: Parameters, place: Place) -> list[int]:
    """Loop turns."""
    return [parameters.turns] * parameters.items


@workload(parameters=Parameters, items=items, tiny=Parameters(items=5))
def turn(turns: int) -> int:
    """Do them."""
    for _ in range(turns):
        pass
    return turns
