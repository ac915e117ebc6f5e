"""File locks: what part of its time a process holds an exclusive lock on one place of a file, as databases do.

/proc/locks, looked at again and again -> by file and place, how often it was held -> the most held one

Whoever needs that place waits: workers that all do take turns. A lock that is held from the beginning to the end
guards the whole process, and says nothing of its items.
"""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME, SHARE = "locked_file", "locked_share"  # facts of a round
LOCKS = "/proc/locks"
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
            if name := _name_of(self.pid, place.inode):
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
    try:
        lines = Path(LOCKS).read_bytes().splitlines()
    except OSError:  # hidden from us
        return
    wanted = str(pid).encode()
    for line in lines:
        words = line.split()  # number, kind, mode, access, pid, file, first byte, last byte; "->" before a waiter's
        if len(words) > 7 and words[1] in KINDS and words[3] == b"WRITE" and words[4] == wanted:  # noqa: PLR2004
            yield LockedPlace(words[5], words[6])


def _name_of(pid: int, inode: int) -> str:
    """The name of the file that the process has open under this number; "" where it has closed it."""
    folder = Path(f"/proc/{pid}/fd")
    with suppress(OSError):
        for entry in os.listdir(folder):
            with suppress(OSError):
                if os.stat(folder / entry).st_ino == inode:  # noqa: PTH116  through the link
                    return (folder / entry).readlink().name
    return ""
