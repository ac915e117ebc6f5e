"""Writing: whether a user's function stores something, from what its first run left behind.

    look at folders | run | look again, and at the kernel's count of bytes -> Written

A plan runs the function on the same items again and again: one who stores something must know before the second time.
What goes out through a socket is not seen.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lightwork.core.notes import StoredFiles
from lightwork.host import helpers, inner_work
from lightwork.launch.finished import Finished

FOLDERS = 64  # of items, at most
FILES = 20_000  # that are looked at, at most
SERVER_BYTES = 32 << 10  # that a fork server's folder and socket take in its parent's pages, on a disk
PASSED_OVER = frozenset({"__pycache__"})
Look = Mapping[str, tuple[int, int]]  # size and time of change, by path


@dataclass(frozen=True)
class Written:
    """What a run stored: files by what became of them, and the bytes that it wrote anywhere, its output apart."""

    created: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    written_bytes: int

    def __bool__(self) -> bool:
        return bool(self.created or self.changed or self.removed or self.written_bytes)


def folders_of(files: Iterable[Path]) -> list[Path]:
    """Where a function that works on these files is likely to store something: beside them, and where it runs."""
    beside = dict.fromkeys(path.absolute().parent for path in files)
    return list(dict.fromkeys([*islice(beside, FOLDERS), Path.cwd()]))


def look(folders: Sequence[Path], passed_over: Sequence[Path]) -> Look:
    """The files in these folders and below, the nearest first, hidden folders and those passed over apart."""
    seen_files: dict[str, tuple[int, int]] = {}
    own_output = _own_output()
    left, seen = [str(folder) for folder in folders], {str(path) for path in passed_over}
    for folder in left:  # grows while it is walked through
        if folder in seen or len(seen_files) >= FILES:
            continue
        seen.add(folder)
        try:
            entries = list(os.scandir(folder))
        except OSError:  # not ours to read, or gone
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                left += [] if entry.name.startswith(".") or entry.name in PASSED_OVER else [entry.path]
            else:
                seen_files |= _state(entry, own_output)
    return seen_files


def _own_output() -> frozenset[tuple[int, int]]:
    """The files that this process's output goes to: they grow because of it."""
    output_files = set()
    for descriptor in (1, 2):
        with suppress(OSError):  # closed
            status = os.fstat(descriptor)
            output_files.add((status.st_dev, status.st_ino))
    return frozenset(output_files)


def _state(entry: "os.DirEntry[str]", own_output: frozenset[tuple[int, int]]) -> Look:
    try:
        status = entry.stat()
    except OSError:  # a link that leads nowhere, or gone
        return {}
    if (status.st_dev, status.st_ino) in own_output:
        return {}
    return {entry.path: (status.st_size, status.st_mtime_ns)}


def written(before: Look, after: Look, finished: Finished) -> Written:
    """What happened between two looks, and the bytes that the round wrote elsewhere.

    Where more files lie than are looked at, only those that both looks met are compared.
    """
    both = len(before) < FILES and len(after) < FILES
    changed = tuple(path for path in before if path in after and before[path] != after[path])
    return Written(
        tuple(path for path in after if path not in before) if both else (),
        changed,
        tuple(path for path in before if path not in after) if both else (),
        _elsewhere_bytes(finished),
    )


def _elsewhere_bytes(finished: Finished) -> int:
    """The bytes of the round's write calls beyond what it printed.

    Of items that run other programs or processes, or keep one beside them, only those that went to storage: they also
    write to pipes, to each other. A fork server of the items' own makes a folder with its socket, which is none of
    their work.
    """
    usage, facts = finished.round.usage, finished.round.facts
    if usage is None:
        return 0
    elsewhere = max(0, (usage.write_call_bytes or 0) - finished.printed_bytes)
    has_children = (usage.cpu_ns or 0) > (usage.caller_cpu_ns or usage.cpu_ns or 0) or helpers.NAMES in facts
    if not has_children:
        return elsewhere
    stored_bytes = min(elsewhere, usage.written_bytes or 0)
    return max(0, stored_bytes - SERVER_BYTES) if inner_work.FORK_SERVER in facts else stored_bytes


def note_on(function: str, written: Written) -> StoredFiles:
    """That this function stores something, and what was seen of it."""
    files = (("created", written.created), ("changed", written.changed), ("removed", written.removed))
    return StoredFiles(function, files, written.written_bytes)
