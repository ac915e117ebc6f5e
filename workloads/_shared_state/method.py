"""A method of sharing: what it must offer, and the counts that all of them keep."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from lightwork.errors import WorkError

Name = Literal[
    "merge", "queue_to_owner", "pipe_to_owner", "value_lock", "shared_memory_lock", "shared_memory_shards", "manager",
    "sqlite", "unlocked",
]  # fmt: skip
Counts = tuple[int, ...]  # one key's, or what an update adds to them, in the order of FIELDS

CARRIERS = ("9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV")
DELAYS_MIN = (0, 15, 60)  # a departure delay up to the first falls into the first bar of the histogram
FIELDS = ("updates", "rows", "delay_min", "on_time", "up_to_15", "up_to_60", "later", "unknown")
NONE = (0,) * len(FIELDS)
STATE_BYTES = 8 * len(CARRIERS) * len(FIELDS)
ANSWER_WITHIN_S = 60.0  # from an owner that has nothing else left to do


class SharedCounts(Protocol):
    """The counts of all keys."""

    def add(self, key: int, update: Counts) -> None:
        """In a worker: add one update to a key's counts, now or before `finish` returns."""

    def finish(self) -> Sequence[Counts]:
        """At an item's end, once all of its updates are in the state; its own counts where the caller merges."""

    def counts(self) -> Sequence[Counts]:
        """In the caller, after the round: each key's counts. Raises CheckFailed where they can't be had."""

    def remove(self) -> None:
        """In the caller: remove the state and end whoever keeps it, whatever has happened to them."""


@dataclass(frozen=True)
class Method:
    """How a state is made and reached.

    make: the round's directory -> the state, in the caller, before there are workers.
    reach: the same in a worker; None where workers have it only by being forked from the caller.
    clear: removes what `make` left in shared memory by a caller that was killed.
    semaphores: that it makes in /dev/shm. block: whether its counts lie there too.
    """

    make: Callable[[Path], SharedCounts]
    reach: Callable[[Path], SharedCounts] | None = None
    clear: Callable[[Path], None] = lambda _: None
    semaphores: int = 0
    block: bool = False


def added(counts: Sequence[int], update: Counts) -> Counts:
    """The counts with an update added to them."""
    return tuple(count + more for count, more in zip(counts, update, strict=True))


def no_state(round_dir: Path) -> WorkError:
    """The error of a worker that has not inherited the state."""
    return WorkError(
        f"shared_state: this worker has inherited no state of {round_dir}: its locks and pipes reach forked workers "
        "and threads only; use method=merge, manager or sqlite"
    )
