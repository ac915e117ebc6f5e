"""Staged: an item's work in two halves, measured: its worker parses it, and waits until the writer has stored it.

    in the worker   strategy --(index, item), store--> Staged --> parse(item) --> store((index, item), parsed)
                                                         |
                                                         +-- the item's row: from there until it is stored
    in the writer   strategy --[((index, item), parsed), ...]--> Staged.store --> [(index, result), ...]

So an item has one row, which its worker writes, and a lane's items follow each other, as in every other strategy.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from lightwork.ledger.recorder import Detail, Recorder
from lightwork.workload.api import Stages

Numbered = tuple[int, Any]


@dataclass(frozen=True)
class Staged:
    """The function of a staged strategy: `function(item, store)` in a worker, `function.store(batch)` in the writer."""

    recorder: Recorder
    store_items: Callable[[Sequence[tuple[Any, Any]]], Sequence[Any]]

    def __call__(self, numbered: Numbered, store: Callable[[Numbered, Any], Any]) -> tuple[int, Any]:
        """Parse one item and have it stored by `store(item, parsed)`; what that says comes back with the index."""
        index, item = numbered
        return self.recorder((index, _Order(item, partial(store, numbered))))

    def store(self, batch: Sequence[tuple[Numbered, Any]]) -> list[tuple[int, Any]]:
        """Store items and what was parsed of them, in one go; their `(index, result)` pairs."""
        indices = [index for (index, _), _ in batch]
        try:
            results = self.store_items([(item, parsed) for (_, item), parsed in batch])
        except Exception as error:
            error.add_note(f"in item {' or '.join(map(str, indices))}: stored in one go")
            raise
        return list(zip(indices, results, strict=True))


def staged(stages: Stages, path: str, detail: Detail) -> Staged:
    """The two halves, recorded in the ledger at `path`."""
    return Staged(Recorder(_Parsing(stages.parse), path, detail), stages.store)


class _Order(NamedTuple):
    """An item and where it goes when it is parsed."""

    item: Any
    store: Callable[[Any], Any]

    def __str__(self) -> str:
        return str(self.item)


@dataclass(frozen=True)
class _Parsing:
    """The item function of the worker's half."""

    parse: Callable[[Any], Any]

    def __call__(self, order: _Order) -> Any:
        return order.store(self.parse(order.item))
