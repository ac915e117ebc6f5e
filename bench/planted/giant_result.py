"""giant_result: items whose results are far larger than their work: they travel longer than they took to make.

Stands for: data frames returned to the caller, where a path or a summary would do.
Default size: 24 items with results of 8 MB. The check is the results' digest.
"""

from dataclasses import dataclass

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; result_kb: how large each result is."""

    items: int = 24
    result_kb: int = 8_000


def items(parameters: Parameters, place: Place) -> list[tuple[int, int]]:
    """Number and size of each result."""
    return [(number, parameters.result_kb * 1000) for number in range(parameters.items)]


@workload(
    parameters=Parameters, items=items, tiny=Parameters(items=3, result_kb=10), name_of=lambda item: f"parcel {item[0]}"
)
def make(item: tuple[int, int]) -> tuple[int, bytes]:
    """Make the parcel: its number and its payload."""
    number, size_bytes = item
    return number, bytes(size_bytes)
