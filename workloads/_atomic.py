"""Data made once: a directory that is either whole or not there.

    .NAME.lock     held by the one process that makes it; the kernel frees it when the holder dies
    .NAME.making   the unfinished directory
    NAME           the finished one, by rename

A killed process leaves the first two behind, and the next one goes over them.
"""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path


def make_once(directory: Path, fill: Callable[[Path], None]) -> None:
    """Make `directory` by calling `fill` on an empty one, unless it is there already.

    Processes that ask at the same time wait for the first. All files are on disk before the directory gets
    its name. `fill` puts files only, no directories, into the one it is given.
    """
    if directory.exists():
        return
    directory.parent.mkdir(parents=True, exist_ok=True)
    with open(directory.with_name(f".{directory.name}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not directory.exists():
            _make(directory, fill)


def _make(directory: Path, fill: Callable[[Path], None]) -> None:
    making = directory.with_name(f".{directory.name}.making")
    if making.exists():  # we hold the lock, so whoever made it is dead
        shutil.rmtree(making)
    making.mkdir()
    fill(making)
    for path in [*making.iterdir(), making]:
        _write_through(path)
    making.rename(directory)
    _write_through(directory.parent)


def _write_through(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
