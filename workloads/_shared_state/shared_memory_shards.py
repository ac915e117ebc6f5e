"""shared_memory_shards: a NumPy array in shared memory, and a lock for each key."""

import multiprocessing
from pathlib import Path

from .block import Block, clear
from .method import CARRIERS, Counts, Method


class ShardedBlock(Block):
    """The array, and the locks of its rows."""

    def __init__(self, round_dir: Path) -> None:
        context = multiprocessing.get_context("fork")
        self.locks = [context.Lock() for _ in CARRIERS]
        super().__init__(round_dir)

    def add(self, key: int, update: Counts) -> None:
        """Updates of other keys may go on meanwhile."""
        with self.locks[key]:
            super().add(key, update)


METHOD = Method(make=ShardedBlock, clear=clear, semaphores=len(CARRIERS), block=True)
