"""A block of shared memory with the counts of all keys, seen as an array with a row for each key."""

import hashlib
import socket
import struct
from collections.abc import Sequence
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

from lightwork.machine.shared_memory import FOLDER

from .method import CARRIERS, FIELDS, STATE_BYTES, Counts


class Block:
    """The block and the view of it. The caller removes it, even where workers die."""

    def __init__(self, round_dir: Path) -> None:
        import numpy as np  # only these methods need it; forked workers have it from here

        self.memory: Any = SharedMemory(block_name(round_dir), create=True, size=STATE_BYTES)
        self.view: Any = np.ndarray((len(CARRIERS), len(FIELDS)), np.int64, self.memory.buf)
        self.view[:] = 0

    def add(self, key: int, update: Counts) -> None:
        """Read, add, write: three steps."""
        self.view[key] = self.view[key] + update

    def finish(self) -> Sequence[Counts]:
        """Every update is in the state already."""
        return ()

    def counts(self) -> Sequence[Counts]:
        """Each key's row."""
        return [tuple(row) for row in self.view.tolist()]

    def remove(self) -> None:
        """Unlink the block; its memory goes with the last process that has it."""
        del self.view  # a block can't be closed while an array looks into it
        self.memory.close()
        self.memory.unlink()


def left_by(round_dir: Path) -> list[Counts]:
    """Each key's counts in the block of a caller that was killed; none where there is no block."""
    try:
        content = (FOLDER / block_name(round_dir)).read_bytes()
    except FileNotFoundError:
        return []
    return list(struct.iter_unpack(f"{len(FIELDS)}q", content[:STATE_BYTES]))


def clear(round_dir: Path) -> None:
    """Remove the block of a caller that was killed."""
    (FOLDER / block_name(round_dir)).unlink(missing_ok=True)


def block_name(round_dir: Path) -> str:
    """The same in the caller and in whoever cleans up after it."""
    return f"lightwork-{hashlib.blake2b(f'{socket.gethostname()}:{round_dir}'.encode(), digest_size=8).hexdigest()}"
