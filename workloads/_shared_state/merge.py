"""merge: no state is shared: each item returns counts of its own, and the caller adds them up."""

from collections.abc import Sequence
from pathlib import Path

from .method import CARRIERS, NONE, Counts, Method, added


class OwnCounts:
    """The counts of one item."""

    def __init__(self, _: Path) -> None:
        self.part = [NONE] * len(CARRIERS)

    def add(self, key: int, update: Counts) -> None:
        """Nobody else has these counts."""
        self.part[key] = added(self.part[key], update)

    def finish(self) -> Sequence[Counts]:
        """What the caller is to add up."""
        return self.part

    def counts(self) -> Sequence[Counts]:
        """The caller's own: nothing but what items return."""
        return self.part

    def remove(self) -> None:
        """There is nothing to remove."""


METHOD = Method(make=OwnCounts, reach=OwnCounts)
