"""pickled: each item holds the table, which is pickled with it; with a chunk of items, once."""

import pickle
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..memory import refuse_beyond_memory
from ..stored import COLUMNS, Cells, StoredTable, load

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

CELLS: tuple[Cells, ...] = ("numbers", "objects")
READS_FILE = False
OBJECT_ROW_PICKLED_BYTES = COLUMNS * 9 + 3  # each float's type and value; the tuple's beginning, end and memo


class SentTable:
    """The table itself, in an item. Equal where the rows are equal."""

    def __init__(self, rows: Any) -> None:
        self.rows = rows

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SentTable):
            return NotImplemented
        if self.rows is other.rows:
            return True
        if isinstance(self.rows, list) or isinstance(other.rows, list):
            return bool(self.rows == other.rows)
        return self.rows.shape == other.rows.shape and bool((self.rows == other.rows).all())

    def __hash__(self) -> int:
        return hash(len(self.rows))

    def __repr__(self) -> str:
        return f"<table of {len(self.rows):,} rows>"


_sent: "weakref.WeakValueDictionary[StoredTable, SentTable]" = weakref.WeakValueDictionary()  # while items hold it


def limits(size_bytes: int, settings: "Sequence[Setting]") -> Sequence[str]:
    """Raise UsageError where the caller's copies and the workers', each once pickled, don't fit into memory."""
    refuse_beyond_memory("pickled", size_bytes, settings, lambda processes: 2 * (processes + 1) if processes else 1)
    return ()


def source(stored: StoredTable, round_dir: Path) -> SentTable:
    """The table, read from disk unless other items hold it."""
    sent = _sent.get(stored)
    if sent is None:
        sent = _sent[stored] = SentTable(load(stored))
    return sent


def setup(stored: StoredTable, source: SentTable) -> None:
    """Nothing: the items have it."""


def table(source: SentTable) -> Any:
    """What came with the item."""
    return source.rows


def discard(source: SentTable) -> None:
    """Nothing: it goes with the items."""


def pickled_bytes(source: SentTable) -> int:
    """Worked out: pickling it takes as long as handing it over."""
    around_bytes = len(pickle.dumps(SentTable(source.rows[:0])))
    if isinstance(source.rows, list):
        return around_bytes + len(source.rows) * OBJECT_ROW_PICKLED_BYTES
    return around_bytes + int(source.rows.nbytes)
