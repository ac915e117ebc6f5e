"""shared_memory: the caller copies the table into a block of shared memory, to which each worker attaches by name."""

import pickle
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from lightwork.errors import UsageError

from ..once import Once
from ..stored import COLUMNS, MIB, Cells, StoredTable

if TYPE_CHECKING:
    from multiprocessing.shared_memory import SharedMemory
    from pathlib import Path

    from lightwork.core.setting import Setting

CELLS: tuple[Cells, ...] = ("numbers",)
READS_FILE = False
PREFIX = "lightwork-table-"
ALWAYS_TRACKED = sys.version_info < (3, 13)  # whoever attaches is taken for an owner


class SharedBlock(NamedTuple):
    """A block by its name, and the rows in it."""

    name: str
    rows: int


def limits(size_bytes: int, settings: "Sequence[Setting]") -> Sequence[str]:
    """Raise UsageError where shared memory has no room for the table."""
    need_room(size_bytes)
    return ()


def need_room(size_bytes: int) -> None:
    """Raise UsageError where so much does not fit: writing beyond the room would end the process by SIGBUS."""
    from lightwork.machine import shared_memory  # only the caller needs it

    free_bytes, home = shared_memory.free_bytes(), shared_memory.FOLDER
    if free_bytes is not None and size_bytes > free_bytes:
        there = f"has {free_bytes // MIB:,} MiB free" if shared_memory.is_there() else "is not there"
        raise UsageError(
            f"shared_input: method=shared_memory needs {-(-size_bytes // MIB):,} MiB in {home}, which {there}: use "
            f"method=mmap, choose a smaller table_mib, or enlarge {home} (docker run --shm-size)"
        )


def source(stored: StoredTable, round_dir: "Path") -> SharedBlock:
    """The block of this round: whoever cleans up after a killed one finds it by the round's folder."""
    import hashlib  # only the caller needs them
    import socket

    digest = hashlib.blake2b(f"{socket.gethostname()}:{round_dir}".encode(), digest_size=8).hexdigest()
    return SharedBlock(f"{PREFIX}{digest}", stored.rows)


def setup(stored: StoredTable, source: SharedBlock) -> None:
    """Make the block and read the file into it. Raises UsageError without room for it."""
    from multiprocessing.shared_memory import SharedMemory

    import numpy as np

    need_room(stored.size_bytes)
    block = _made[source] = SharedMemory(source.name, create=True, size=stored.size_bytes)
    _matrix(block, source.rows)[:] = np.load(stored.path, mmap_mode="r")


def _attach(source: SharedBlock) -> "SharedMemory":
    """The block, such that the end of this process does not remove it for all others.

    Before Python 3.13, the resource tracker of a worker that attaches takes it for the owner's: it would remove the
    block, and say so on stderr.
    """
    from multiprocessing import resource_tracker
    from multiprocessing.shared_memory import SharedMemory

    if not ALWAYS_TRACKED:
        return SharedMemory(source.name, track=False)  # type: ignore[call-arg, unused-ignore]
    tracker: Any = resource_tracker
    with _patching:
        register = tracker.register
        tracker.register = lambda name, kind: None if kind == "shared_memory" else register(name, kind)
        try:
            return SharedMemory(source.name)
        finally:
            tracker.register = register


_patching = threading.Lock()
_attached: Once[SharedBlock, Any] = Once(_attach)
_made: dict[SharedBlock, Any] = {}  # by `setup`, in the caller: what it forks attaches by name all the same


def _matrix(block: Any, rows: int) -> Any:
    import numpy as np

    return np.ndarray((rows, COLUMNS), np.float64, buffer=block.buf)


def table(source: SharedBlock) -> Any:
    """The block as a matrix. Not to be kept: while it is, the block can't be closed."""
    return _matrix(_attached(source), source.rows)


def discard(source: SharedBlock) -> None:
    """Remove the block, where there is one."""
    from lightwork.strategies import shared_memory

    shared_memory.discard([source.name])
    for block in (_attached.forget(source), _made.pop(source, None)):
        with suppress(BufferError):  # a thread that hangs in an item still has it
            if block is not None:
                block.close()


def pickled_bytes(source: SharedBlock) -> int:
    """That of a name."""
    return len(pickle.dumps(source))
