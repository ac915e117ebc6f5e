"""blas: matrix products, whose library starts a thread per core in every worker.

Stands for: numpy, scipy or scikit-learn in worker processes.
Default size: 16 products of 500 x 500. The check is the results' digest. `threads` limits the library's own.
"""

from dataclasses import dataclass

import numpy as np
import threadpoolctl

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; side: of the matrices; threads: of the library in each worker, 0 for its own choice."""

    items: int = 16
    side: int = 500
    threads: int = 0


def items(parameters: Parameters, place: Place) -> list[tuple[int, int, int]]:
    """Number, side and threads of each product."""
    return [(number, parameters.side, parameters.threads) for number in range(parameters.items)]


@workload(
    parameters=Parameters, items=items, tiny=Parameters(items=3, side=10), name_of=lambda item: f"product {item[0]}"
)
def multiply(item: tuple[int, int, int]) -> tuple[int, int]:
    """Multiply the matrix of ones with itself; its corner is the side."""
    number, side, threads = item
    ones = np.ones((side, side))
    with threadpoolctl.threadpool_limits(threads or None):
        product = ones @ ones
    return number, int(product[0, 0])
