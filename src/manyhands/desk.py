"""The desk: where a study's rounds get their files; and the sweeping up after studies that were killed at theirs."""

import fcntl
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from manyhands import hosting
from manyhands.output import Output

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  a folder of our own is made in it
PREFIX = "manyhands-desk-"
YOUNG_S = 10.0  # a folder that was made just now may not be locked yet


@dataclass(frozen=True)
class Desk:
    """Where a study's rounds get their files: `data_dir` is kept, everything else is removed.

    rounds: on the data's own disk, for what a round stores. shared: memory-backed where there is such a
    place, for ledgers. temporary: short paths, for sockets and the host's own files.
    """

    data_dir: Path
    rounds: Path
    shared: Path
    temporary: Path

    @property
    def job_path(self) -> Path:
        """The file with the round under way."""
        return self.temporary / "job.json"


@contextmanager
def open_desk(data_dir: Path) -> Iterator[Desk]:
    """A desk for one study, removed at the end; those of killed studies are removed first."""
    data_dir.mkdir(parents=True, exist_ok=True)
    shared_home = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    homes = (data_dir, shared_home, Path(tempfile.gettempdir()))
    sweep(homes)
    rounds, shared, temporary = folders = [Path(tempfile.mkdtemp(prefix=PREFIX, dir=home)) for home in homes]
    locks = [_lock(folder) for folder in folders]
    try:
        yield Desk(data_dir, rounds, shared, temporary)
    finally:
        for folder, lock in zip(folders, locks, strict=True):
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def sweep(homes: tuple[Path, ...]) -> None:
    """Remove the folders there that nobody holds any more, having had the workload clean up after its last round."""
    stale = [folder for home in dict.fromkeys(homes) for folder in home.glob(f"{PREFIX}*") if _is_stale(folder)]
    for folder in stale:
        if (folder / "job.json").exists():
            _clean_up(folder)
    for folder in stale:
        shutil.rmtree(folder, ignore_errors=True)


def _clean_up(temporary: Path) -> None:
    output = Output()
    try:
        if hosting.clean_up(temporary / "job.json", temporary, output):
            last = output.rest().strip().rpartition("\n")[2]
            print(f"manyhands: what a killed study left could not be cleaned up: {last}", file=sys.stderr)
    finally:
        output.close()


def _is_stale(folder: Path) -> bool:
    """Whether it is ours, and whoever made it has gone."""
    try:
        found = folder.stat()
        if found.st_uid != os.geteuid() or time.time() - found.st_mtime < YOUNG_S:
            return False
        lock = _lock(folder)
    except OSError:  # it is locked, or has gone meanwhile
        return False
    os.close(lock)
    return True


def _lock(folder: Path) -> int:
    """A descriptor that holds the folder until it is closed. Raises BlockingIOError where another holds it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        with suppress(OSError):
            os.close(descriptor)
        raise
    return descriptor
