"""shared_memory_lock: a NumPy array in shared memory, and one lock for all of it."""

import multiprocessing
from pathlib import Path

from .block import Block, clear
from .method import Counts, Method


class LockedBlock(Block):
    """The array, and the lock that every update takes."""

    def __init__(self, round_dir: Path) -> None:
        self.lock = multiprocessing.get_context("fork").Lock()
        super().__init__(round_dir)

    def add(self, key: int, update: Counts) -> None:
        """One update at a time, whichever its key."""
        with self.lock:
            super().add(key, update)


METHOD = Method(make=LockedBlock, clear=clear, semaphores=1, block=True)
