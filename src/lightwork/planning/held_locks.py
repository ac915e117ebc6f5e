"""Held locks: the one that items hold longest, of a file or in memory that all processes share; pure."""

from collections.abc import Mapping
from typing import Any

from lightwork.core.footprint import Footprint
from lightwork.core.reasons import HeldLock
from lightwork.launch import file_locks


def longest_held(facts: Mapping[str, Any], footprint: Footprint) -> HeldLock | None:
    """The lock with the largest share of the items' time; None where none is held for long.

    facts: of the serial round, which tell of files' locks.
    """
    files = [HeldLock(str(facts[file_locks.NAME]), float(facts[file_locks.SHARE]))] if file_locks.SHARE in facts else []
    shared = [HeldLock(lock.name, lock.share, is_file=False) for lock in footprint.locks]
    longest = max([*files, *shared], key=lambda lock: lock.share, default=None)
    return longest if longest and longest.share >= file_locks.LEAST_SHARE else None
