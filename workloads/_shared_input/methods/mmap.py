"""mmap: each worker maps the table's file; all of them share the kernel's page cache."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..once import Once
from ..stored import Cells, StoredTable

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

CELLS: tuple[Cells, ...] = ("numbers",)
READS_FILE = True


def _mapped(stored: StoredTable) -> Any:
    import numpy as np

    return np.load(stored.path, mmap_mode="r")


table: Once[StoredTable, Any] = Once(_mapped)


def limits(size_bytes: int, settings: "Sequence[Setting]") -> Sequence[str]:
    """Nothing: it works everywhere."""
    return ()


def source(stored: StoredTable, round_dir: Path) -> StoredTable:
    """Where the file is."""
    return stored


def setup(stored: StoredTable, source: StoredTable) -> None:
    """Nothing: the file is there."""


def discard(source: StoredTable) -> None:
    """Let go of the mapping of items in this process."""
    table.forget(source)


def pickled_bytes(source: StoredTable) -> int:
    """That of a path."""
    return len(pickle.dumps(source))
