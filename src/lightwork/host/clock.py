"""A round's clock, and the kernel's books over the same span."""

from collections.abc import Collection
from time import monotonic_ns
from typing import TYPE_CHECKING

from lightwork.host import children, counters
from lightwork.ledger.table import Ledger

if TYPE_CHECKING:
    from lightwork.core.usage import Usage


class RoundClock:
    """A round's clock, and the kernel's books over the same span. All is None of a round that never began.

    What stands before t0, and is there at t1 still, counts by what it used in between: a warm pool's workers.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.t0_ns: int | None = None
        self.t1_ns: int | None = None
        self.usage: Usage | None = None

    def start(self, crew: Collection[int] = ()) -> None:
        """Take t0. crew: the pids of the workers that are there already."""
        self.crew = crew
        self._before = counters.read(children.fork_server(), children.trackers(), crew)
        self.t0_ns = monotonic_ns()

    def stop(self) -> None:
        """Take t1, unless it was taken."""
        if self.t0_ns is None or self.t1_ns is not None:
            return
        self.t1_ns = monotonic_ns()
        self.ledger.stop()
        self.usage = counters.between(
            self._before, counters.read(children.fork_server(), children.trackers(), self.crew)
        )
