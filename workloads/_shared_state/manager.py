"""manager: a Manager's dict and a Manager's lock; workers reach them by address, however they were started."""

import multiprocessing
import pickle
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from lightwork.errors import CheckFailed

from .method import CARRIERS, NONE, Counts, Method, added

PROXIES = "manager.pickle"


class ManagedCounts:
    """Proxies of the dict and of the lock: each use of one is a message to the Manager's process and back."""

    def __init__(self, counts: Any, lock: Any, manager: Any = None) -> None:
        self.shared, self.lock, self.manager = counts, lock, manager

    def add(self, key: int, update: Counts) -> None:
        """Four messages: take the lock, read, write, give it back. The dict alone would not make them one step."""
        with self.lock:
            self.shared[key] = added(self.shared[key], update)

    def finish(self) -> Sequence[Counts]:
        """Every update is in the state already."""
        return ()

    def counts(self) -> Sequence[Counts]:
        """Ask the Manager. Raises CheckFailed where it has ended."""
        try:
            counts: dict[int, Counts] = self.shared.copy()
        except (EOFError, OSError):
            raise CheckFailed("shared_state: the Manager has ended: its counts are lost; run the round again") from None
        return [counts[key] for key in range(len(CARRIERS))]

    def remove(self) -> None:
        """End the Manager's process."""
        reach.cache_clear()
        self.manager.shutdown()


def make(round_dir: Path) -> ManagedCounts:
    """Start a Manager and leave the proxies where workers find them: pickled, as they travel to a worker."""
    manager = multiprocessing.get_context("fork").Manager()
    state = ManagedCounts(manager.dict(dict.fromkeys(range(len(CARRIERS)), NONE)), manager.Lock(), manager)
    (round_dir / PROXIES).write_bytes(pickle.dumps((state.shared, state.lock)))
    return state


@cache
def reach(round_dir: Path) -> ManagedCounts:
    """The process's own proxies, connected to the Manager when they are first used."""
    return ManagedCounts(*pickle.loads((round_dir / PROXIES).read_bytes()))


METHOD = Method(make=make, reach=reach)
