"""lock: items that must hold one lock for part of their time, as writers of one database file do.

An item makes some commits, each of which holds the lock for a while; batching makes it one commit.
Default size: 24 items of 5 commits of 1 ms. The check is the results' digest.
"""

import fcntl
import time
from dataclasses import dataclass
from typing import NamedTuple

from manyhands.workload import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; commits: of each; commit_ms: how long one holds the lock."""

    items: int = 24
    commits: int = 5
    commit_ms: float = 1.0


class Writes(NamedTuple):
    """An item: which lock, how often, how long."""

    number: int
    lock: str
    commits: int
    commit_s: float


def items(parameters: Parameters, place: Place) -> list[Writes]:
    """The writes by number."""
    lock = str(place.round_dir / "lock")
    return [Writes(number, lock, parameters.commits, parameters.commit_ms / 1000) for number in range(parameters.items)]


@workload(
    parameters=Parameters, items=items, tiny=Parameters(items=3), name_of=lambda writes: f"writes {writes.number}"
)
def write(writes: Writes) -> int:
    """Make all commits, each under the lock."""
    with open(writes.lock, "a") as file:
        for _ in range(writes.commits):
            fcntl.flock(file, fcntl.LOCK_EX)
            time.sleep(writes.commit_s)
            fcntl.flock(file, fcntl.LOCK_UN)
    return writes.number
