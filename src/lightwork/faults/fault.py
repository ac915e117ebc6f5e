"""A fault: what can go wrong while a strategy hands out items. It strikes once, in an item or from outside.

Each is one file in kinds/. To add one, write a file there with `FAULT = Fault(...)`: it is found by listing the folder,
and the command, the table and the report have it. Standard library only: the worker that suffers it loads its file.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightwork.errors import unknown
from lightwork.faults import kinds
from lightwork.ledger.table import Ledger

Suffer = Callable[[Path], Any]
Strike = Callable[[int, Ledger], bool]


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: in an item (suffer) or from outside (strike).

    name: on the command line. short: as a column's head. long: what is done, for the notes below the table. rank: its
    place among the columns.
    suffer: called in the middle of one item, with the folder where the items store; what it returns is the item's
    result. stores: whether it is called where the item's result is stored instead.
    strike: called with the host's pid and the round's ledger, again and again, until it says that it has struck.
    last_alone: whether the last item takes longer than the others, so that workers wait for it. surely: whether it can
    strike under every strategy; where it did not, it came too late and is tried again.
    """

    name: str
    short: str
    long: str
    rank: int = 1_000
    suffer: Suffer | None = None
    strike: Strike | None = None
    stores: bool = False
    last_alone: bool = False
    surely: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError for a fault of both kinds, or of neither."""
        if (self.suffer is None) == (self.strike is None):
            raise ValueError(f"fault {self.name} needs either suffer or strike")

    @property
    def module(self) -> str:
        """The module that defines it, by which a worker finds it."""
        return (self.suffer or self.strike).__module__


_registry: dict[str, Fault] = {}


def register(fault: Fault) -> Fault:
    """Add a fault that lies somewhere else; its module calls it FAULT and can be imported by workers."""
    _registry[fault.name] = fault
    return fault


def faults() -> Mapping[str, Fault]:
    """Every fault by its name, in the order of the table's columns."""
    for module in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}."):
        register(defined_in(module.name))
    return dict(sorted(_registry.items(), key=lambda item: (item[1].rank, item[0])))


def find(name: str) -> Fault:
    """The fault of this name. Raises UsageError, naming the ones there are, when there is none."""
    by_name = faults()
    if name not in by_name:
        raise unknown("fault", name, by_name)
    return by_name[name]


def defined_in(module: str) -> Fault:
    """The fault that this module defines."""
    fault: Fault = importlib.import_module(module).FAULT
    return fault
