"""value_lock: a multiprocessing.Array of all counts, and the lock that comes with it."""

import multiprocessing
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .method import CARRIERS, FIELDS, Counts, Method, added


class LockedArray:
    """The counts of all keys, one key's after another's."""

    def __init__(self, _: Path) -> None:
        self.array: Any = multiprocessing.get_context("fork").Array("q", len(CARRIERS) * len(FIELDS))

    def add(self, key: int, update: Counts) -> None:
        """`+=` reads, adds and writes: without the lock another worker's update comes between."""
        place = slice(key * len(FIELDS), (key + 1) * len(FIELDS))
        with self.array.get_lock():
            self.array[place] = added(self.array[place], update)

    def finish(self) -> Sequence[Counts]:
        """Every update is in the state already."""
        return ()

    def counts(self) -> Sequence[Counts]:
        """Each key's part of the array; no worker is left that could write."""
        counts = self.array.get_obj()[:]  # a lock that a killed worker held would be waited for forever
        return [tuple(counts[first : first + len(FIELDS)]) for first in range(0, len(counts), len(FIELDS))]

    def remove(self) -> None:
        """The memory has no name: it goes with the last process that has it."""


METHOD = Method(make=LockedArray, semaphores=1, block=True)
