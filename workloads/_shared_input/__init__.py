"""Ways to give all workers one table: a file in `methods/` for each, found by its name.

StoredTable, on disk -> source(): what an item holds -> setup() in the caller, before the clock
    -> table() in the worker, with every item -> discard() in the caller, whatever happened
"""

import functools
import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from lightwork.core import cluster_facts
from lightwork.errors import UsageError

from .stored import Cells, StoredTable

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

MethodName = Literal["mmap", "shared_memory", "inherited", "initializer", "pickled"]


class SharingMethod(Protocol):
    """The module of a method.

    CELLS: what cells its tables may have. READS_FILE: whether workers read the table's file in the round.
    limits: raises UsageError for a setting that it can't serve, or without room for it; returns lines worth knowing.
    source: what an item holds to get at the table. setup: raises UsageError without room for it.
    table: the table in this process. pickled_bytes: the length of the pickled source, for numbers to the byte.
    """

    CELLS: tuple[Cells, ...]
    READS_FILE: bool

    def limits(self, size_bytes: int, settings: "Sequence[Setting]") -> Sequence[str]:
        """What there is to say before anything is measured."""

    def source(self, stored: StoredTable, round_dir: Path) -> Any:
        """What each item holds."""

    def setup(self, stored: StoredTable, source: Any) -> None:
        """Do in the caller what workers rely on."""

    def table(self, source: Any) -> Any:
        """The table, in this process."""

    def discard(self, source: Any) -> None:
        """Undo in the caller what `setup` and `table` did there, or did in one that was killed."""

    def pickled_bytes(self, source: Any) -> int:
        """The bytes of the pickled source."""


@functools.cache  # every item asks
def method_of(name: str) -> SharingMethod:
    """The module of this method, imported now."""
    return cast("SharingMethod", importlib.import_module(f"{__name__}.methods.{name}"))


def check_cells(name: MethodName, cells: Cells) -> None:
    """Raise UsageError for cells that a method can't hold."""
    if cells not in method_of(name).CELLS:
        raise UsageError(
            f"shared_input.cells can't be {cells!r} with method={name}, which shares bytes only: choose pickled, "
            "initializer or inherited, or cells=numbers"
        )


def refuse_elsewhere(name: MethodName, settings: "Sequence[Setting]") -> None:
    """Raise UsageError for a setting on a cluster whose workers may not see this machine's memory and files."""
    from lightwork.strategies import find

    remote = [setting.strategy for setting in settings if find(setting.strategy).is_remote]
    if remote and cluster_facts.scheduler() and name != "pickled":
        raise UsageError(
            f"shared_input: method={name} can't reach workers of {remote[0]} on {cluster_facts.scheduler()}, which may "
            "run on other machines: use method=pickled, or omit --scheduler"
        )
