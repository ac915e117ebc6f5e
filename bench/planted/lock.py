"""lock: items that must hold one lock for part of their time, as writers of one database file do.

An item makes some commits, each of which holds the lock for a while; batching makes it one commit. Before each it
may do something that needs no lock, for a time that is even or drawn at random.
Default size: 24 items of 5 commits of 1 ms. The check is the results' digest.
"""

import fcntl
import random
import time
from dataclasses import dataclass
from typing import NamedTuple

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; commits: of each; commit_ms: how long one holds the lock. free_ms: mean time before each.

    spread: by what share of its mean a time, free or locked, is drawn longer or shorter at most, by seed.
    """

    items: int = 24
    commits: int = 5
    commit_ms: float = 1.0
    free_ms: float = 0.0
    spread: float = 0.0
    seed: int = 1


class Writes(NamedTuple):
    """An item: which lock, and for each commit how long it is free and how long it holds it."""

    number: int
    lock: str
    free_s: tuple[float, ...]
    commit_s: tuple[float, ...]


def items(parameters: Parameters, place: Place) -> list[Writes]:
    """The writes by number."""
    lock, chance, p = str(place.round_dir / "lock"), random.Random(parameters.seed), parameters

    def times_s(mean_ms: float) -> tuple[float, ...]:
        return tuple(mean_ms * chance.uniform(1 - p.spread, 1 + p.spread) / 1000 for _ in range(p.commits))

    return [Writes(number, lock, times_s(p.free_ms), times_s(p.commit_ms)) for number in range(p.items)]


@workload(
    parameters=Parameters, items=items, tiny=Parameters(items=3), name_of=lambda writes: f"writes {writes.number}"
)
def write(writes: Writes) -> int:
    """Make all commits, each under the lock."""
    with open(writes.lock, "a") as file:
        for free_s, commit_s in zip(writes.free_s, writes.commit_s, strict=True):
            if free_s:
                time.sleep(free_s)
            fcntl.flock(file, fcntl.LOCK_EX)
            time.sleep(commit_s)
            fcntl.flock(file, fcntl.LOCK_UN)
    return writes.number
