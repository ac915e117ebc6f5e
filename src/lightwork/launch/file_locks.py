"""File locks: what part of its time a process holds an exclusive lock on one place of a file, as databases do.

the kernel's list of locks, looked at again and again -> by file and place, how often it was held -> the most held one

Whoever needs that place waits: workers that all do take turns. A lock that is held from the beginning to the end
guards the whole process, and says nothing of its items.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lightwork.machine import proc

NAME, SHARE = "locked_file", "locked_share"  # facts of a round
KINDS = (b"POSIX", b"FLOCK")
FEWEST_LOOKS = 10
LEAST_SHARE = 0.3  # of the time: less limits few workers


@dataclass(frozen=True)
class LockedPlace:
    """Where a file is locked: device, inode, and the first byte, as the kernel writes them."""

    file: bytes
    start: bytes

    @property
    def inode(self) -> int:
        """The file's number on its device."""
        return int(self.file.rpartition(b":")[2])


class FileLocks:
    """Looks at the locks of one process."""

    def __init__(self, pid: int) -> None:
        self.pid, self.looks = pid, 0
        self._held: Counter[LockedPlace] = Counter()
        self._names: dict[LockedPlace, str] = {}

    def look(self) -> None:
        """See what is locked now."""
        places = set(_locked_by(self.pid))
        self.looks += 1
        self._held.update(places)
        for place in places - self._names.keys():
            if name := proc.file_name(self.pid, place.inode):
                self._names[place] = name

    def forget_lasting(self) -> None:
        """Leave out what is locked now that no item runs any more."""
        for place in _locked_by(self.pid):
            self._held.pop(place, None)

    def facts(self) -> Mapping[str, Any]:
        """The file's name and the share of looks at which it was locked; nothing where that is little, or few were."""
        place, count = next(iter(self._held.most_common(1)), (None, 0))
        if place is None or self.looks < FEWEST_LOOKS or count < LEAST_SHARE * self.looks:
            return {}
        return {NAME: self._names.get(place, "a file"), SHARE: count / self.looks}


def _locked_by(pid: int) -> Iterator[LockedPlace]:
    """The places that a process has locked for itself alone."""
    wanted = str(pid).encode()
    for line in proc.file_locks():
        words = line.split()  # number, kind, mode, access, pid, file, first byte, last byte; "->" before a waiter's
        if len(words) > 7 and words[1] in KINDS and words[3] == b"WRITE" and words[4] == wanted:  # noqa: PLR2004
            yield LockedPlace(words[5], words[6])
