"""The workdir: where a study's rounds get their files; and the sweeping up after studies that were killed."""

import fcntl
import hashlib
import os
import shutil
import socket
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lightwork.core.atomic import replacing
from lightwork.errors import WorkError
from lightwork.launch import process
from lightwork.launch.capture import Output
from lightwork.machine import shared_memory

# With the host's name: through a network file system a lock of another host is not seen.
PREFIX = f"lightwork-workdir-{hashlib.blake2b(socket.gethostname().encode(), digest_size=3).hexdigest()}-"
GIVEN_UP_AFTER_S = 7 * 86_400.0
JOB = "job.json"
YOUNG_S = 10.0  # a folder that was made just now may not be locked yet


@dataclass(frozen=True)
class Workdir:
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
        return self.temporary / JOB

    def write_job(self, job: str) -> None:
        """Put the round under way into its file in one step: a kill meanwhile leaves the job before, not half of it."""
        with replacing(self.job_path) as file:
            file.write(job.encode())


@contextmanager
def open_workdir(data_dir: Path) -> Iterator[Workdir]:
    """A workdir for one study, removed at the end; those of killed studies are removed first.

    Raises WorkError where no folder can be made.
    """
    homes = (data_dir, shared_memory.fast_folder(), Path(tempfile.gettempdir()))
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        sweep(homes)
        rounds, shared, temporary = folders = [Path(tempfile.mkdtemp(prefix=PREFIX, dir=home)) for home in homes]
        locks = [_lock(folder) for folder in folders]
    except OSError as error:
        raise WorkError(f"can't create a folder for the study's files ({error.strerror}: {error.filename})") from None
    try:
        yield Workdir(data_dir, rounds, shared, temporary)
    finally:
        for folder, lock in zip(folders, locks, strict=True):
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def sweep(homes: tuple[Path, ...]) -> None:
    """Remove the folders there that nobody holds any more, having had the workload clean up after its last round."""
    paths = [folder for home in dict.fromkeys(homes) for folder in home.glob(f"{PREFIX}*")]
    stale = {folder: lock for folder in paths if (lock := _lock_if_stale(folder)) is not None}
    try:
        for folder in sorted(stale, key=lambda folder: not _has_job(folder)):  # jobs need the others' files
            if not _has_job(folder) or _clean_up(folder):
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        for lock in stale.values():
            os.close(lock)


def _has_job(folder: Path) -> bool:
    """Whether a round was under way; an empty file, which a full disk may leave, says nothing of any."""
    job = folder / JOB
    return job.exists() and job.stat().st_size > 0


def _clean_up(temporary: Path) -> bool:
    """Have the workload clean up after the job in this folder; whether the folder may go."""
    with closing(Output()) as output:
        if process.clean_up(temporary / JOB, temporary, output) == 0:
            return True
        last = output.rest().strip().rpartition("\n")[2]
    is_given_up = time.time() - temporary.stat().st_mtime > GIVEN_UP_AFTER_S
    then = "giving up" if is_given_up else "the next study tries again"
    print(f"lightwork: can't clean up after a killed study ({last}): {then}", file=sys.stderr)
    return is_given_up


def _lock_if_stale(folder: Path) -> int | None:
    """A descriptor that holds the folder, where it is ours and whoever made it has gone; else None."""
    try:
        status = folder.lstat()
        is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
        return _lock(folder) if is_ours and time.time() - status.st_mtime > YOUNG_S else None
    except OSError:  # it is locked, or has gone meanwhile
        return None


def _lock(folder: Path) -> int:
    """A descriptor that holds the folder until it is closed. Raises BlockingIOError where another holds it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        with suppress(OSError):
            os.close(descriptor)
        raise
    return descriptor
