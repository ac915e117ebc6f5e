"""Acts of items that meet those of others: files that several of them write, the working directory, the environment.

The interpreter's audit events tell, while an item runs. Standard library only: the host imports this module.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from lightwork.core.footprint import SharedFile
from lightwork.machine import proc

PATHS = 10_000  # that are noted, at most
PASSED_OVER = ("/dev/", f"{proc.PROC}/")
STANDARD = 2  # the last of the descriptors that are everybody's: input, output, errors


class ActWatch:
    """Listens from now on; what is heard between items is nobody's."""

    def __init__(self, clock: str = "") -> None:
        """clock: the file by which items start, which is ours; "" for none."""
        self.clock = clock
        self.item = 0
        self.is_within = False
        self.moves = self.sets_environment = False
        self.writers: dict[str, set[int]] = {}
        self.anew: set[str] = set()
        self.open_before = dict(_open_files())
        sys.addaudithook(self._hear)

    def begin(self) -> None:
        """An item begins."""
        self.item += 1
        self.is_within = True

    def end(self) -> None:
        """It has ended."""
        self.is_within = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.is_within:
            return
        if event == "open":
            self._note(*arguments)
        elif event == "os.chdir":
            self.moves = True
        elif event == "os.putenv":
            self.sets_environment = True

    def _note(self, path: Any, _mode: Any, flags: int) -> None:
        if not flags & (os.O_WRONLY | os.O_RDWR) or not isinstance(path, str | bytes | os.PathLike):
            return
        whole = os.path.abspath(os.fsdecode(path))  # noqa: PTH100  items may open many
        if len(self.writers) < PATHS and not whole.startswith(PASSED_OVER) and whole != self.clock:
            self.writers.setdefault(whole, set()).add(self.item)
            if flags & os.O_TRUNC:
                self.anew.add(whole)

    def files(self) -> Iterator[SharedFile]:
        """Those that more than one item wrote, or that were open before and grew; an empty one is a lock's."""
        for path, items in self.writers.items():
            if len(items) > 1 and not _is_empty(path):
                yield SharedFile(path, len(items), path not in self.anew)
        now = dict(_open_files())
        for file, (path, size_bytes) in self.open_before.items():
            if file in now and now[file][1] != size_bytes and path not in self.writers:
                yield SharedFile(path, 0, appends=True)


def _is_empty(path: str) -> bool:
    with suppress(OSError):
        return os.stat(path).st_size == 0  # noqa: PTH116  as the other calls here
    return False


def _open_files() -> Iterator[tuple[tuple[int, int, int], tuple[str, int]]]:
    """Regular files that this process has open, by descriptor, device and number: their paths and sizes."""
    everybodys = set()
    for descriptor, status, path in proc.open_files():
        file = (status.st_dev, status.st_ino)
        if descriptor <= STANDARD:
            everybodys.add(file)
        elif file not in everybodys:
            yield (descriptor, *file), (path, status.st_size)
