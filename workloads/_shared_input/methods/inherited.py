"""inherited: the caller keeps the table in a module global, which forked workers have as well. Fork only."""

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightwork.errors import UsageError, WorkError

from ..memory import refuse_beyond_memory
from ..stored import Cells, StoredTable, load

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

CELLS: tuple[Cells, ...] = ("numbers", "objects")
READS_FILE = False
FRESH = ("joblib", "dask")  # start new interpreters, whatever the start method
INSTEAD = "use method=mmap or shared_memory"

inherited: dict[StoredTable, Any] = {}


def limits(size_bytes: int, settings: "Sequence[Setting]") -> Sequence[str]:
    """Raise UsageError for a setting whose workers are not forked, and where the table does not fit into memory."""
    refuse_beyond_memory("inherited", size_bytes, settings, lambda _: 1)
    for setting in settings:
        if setting.start_method != "fork":
            raise UsageError(
                f"shared_input: method=inherited can't be used with start method {setting.start_method}, whose workers "
                f"inherit nothing of the caller's memory: use start method fork, or {INSTEAD.removeprefix('use ')}"
            )
        if setting.strategy in FRESH:
            raise UsageError(
                f"shared_input: method=inherited can't be used with {setting.strategy}, which starts new interpreters "
                f"and does not fork: {INSTEAD}"
            )
    return ()


def source(stored: StoredTable, round_dir: Path) -> StoredTable:
    """Which table."""
    return stored


def setup(stored: StoredTable, source: StoredTable) -> None:
    """Read the table, before any worker is forked."""
    inherited[stored] = load(stored)


def table(source: StoredTable) -> Any:
    """What the caller has read. Raises WorkError in a worker that is no fork of it."""
    if source not in inherited:
        raise WorkError(f"shared_input: method=inherited needs workers forked from the caller: {INSTEAD}")
    return inherited[source]


def discard(source: StoredTable) -> None:
    """Let go of it."""
    inherited.pop(source, None)


def pickled_bytes(source: StoredTable) -> int:
    """That of a key."""
    return len(pickle.dumps(source))
