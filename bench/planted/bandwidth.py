"""bandwidth: items that only move memory, more of it than the caches hold, as large array work does.

Stands for: copying, filtering and joining large tables: little arithmetic, every byte from main memory.
An item copies a block of memory some times over; what it computes is the copy's own fingerprint.
Default size: 24 items of 3 copies of 64 MiB. The check is the results' digest.
"""

import os
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lightwork.workload.api import Place, workload

_blocks: dict[tuple[int, int], tuple[Any, Any]] = {}  # by process and size: made once, faulted in once


@dataclass(frozen=True)
class Parameters:
    """items: how many; copies: of each; block_mib: how large one is, read and written."""

    items: int = 24
    copies: int = 3
    block_mib: int = 64


class Copies(NamedTuple):
    """An item: which, how many copies, how large."""

    number: int
    copies: int
    block_mib: int


def items(parameters: Parameters, place: Place) -> list[Copies]:
    """The copies by number."""
    return [Copies(number, parameters.copies, parameters.block_mib) for number in range(parameters.items)]


@workload(
    parameters=Parameters,
    items=items,
    tiny=Parameters(items=3, copies=1, block_mib=1),
    name_of=lambda one: f"copies {one.number}",
)
def copy(one: Copies) -> int:
    """Copy a block, its first byte the item's number; returns what arrived."""
    source, target = _buffers(one.block_mib)
    source[0] = one.number
    for _ in range(one.copies):
        np.copyto(target, source)
    return int(target[0]) + int(target[-1])


def _buffers(block_mib: int) -> tuple[Any, Any]:
    """This process's own two blocks, every page of them its own: a forked child's parent keeps its."""
    key = (os.getpid(), block_mib)
    if key not in _blocks:
        _blocks.clear()
        words = block_mib * 2**20 // 8
        _blocks[key] = np.ones(words, np.int64), np.zeros(words, np.int64) + 1
    return _blocks[key]
