"""initializer: each worker reads the table into memory of its own before its first item; threads read it once."""

import pickle
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..memory import refuse_beyond_memory
from ..once import Once
from ..stored import Cells, StoredTable, load

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

CELLS: tuple[Cells, ...] = ("numbers", "objects")
READS_FILE = True
table: Once[StoredTable, Any] = Once(load)
_rounds_own: list[StoredTable] = []  # that of the round under way in this process


def limits(size_bytes: int, settings: "Sequence[Setting]") -> Sequence[str]:
    """Raise UsageError where the workers' copies don't fit into memory."""
    refuse_beyond_memory("initializer", size_bytes, settings, lambda processes: max(processes, 1))
    return ()


def source(stored: StoredTable, round_dir: Path) -> StoredTable:
    """Where the file is."""
    return stored


def setup(stored: StoredTable, source: StoredTable) -> None:
    """Note which table workers are to read."""
    _rounds_own[:] = [stored]


def before_first_item(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The function with the reading as its workers' initializer, which is no item's time.

    Where no round was set up in this process, a worker reads it within its first item.
    """
    from lightwork.workload.initializer import initialized

    return initialized(function, partial(read, *_rounds_own)) if _rounds_own else function


def read(stored: StoredTable) -> None:
    """What a worker does first."""
    table(stored)


def discard(source: StoredTable) -> None:
    """Let go of what items in this process have read."""
    _rounds_own.clear()
    table.forget(source)


def pickled_bytes(source: StoredTable) -> int:
    """That of a path."""
    return len(pickle.dumps(source))
