"""Scratch: every round in a copy of the working folder, so that it finds what the first one found.

    the folder -> a clone of each file where the file system can clone (Btrfs, XFS), else a copy -> the round -> gone

What the job names by a relative path, or beside its own module, lies in the copy; what lies elsewhere is not protected.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightwork.core.round import Job
from lightwork.errors import UsageError
from lightwork.launch.workdir import PREFIX, Workdir
from lightwork.text.quantities import size

MOST_BYTES, MOST_FILES = 1 << 30, 20_000
LEFT_OUT = (".git", ".hg", ".venv", "__pycache__", "node_modules", f"{PREFIX}*")
CLONE = 0x40049409  # FICLONE of ioctl_ficlone(2)
CAN_NOT_CLONE = (errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.EPERM, errno.ENOSYS)


def refuse_too_large(folder: Path) -> None:
    """Raise UsageError where the folder is too large to be copied for every round."""
    total_bytes = files = 0
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT]
        files += len(names)
        total_bytes += sum(os.lstat(Path(place, name)).st_size for name in names)
        if total_bytes > MOST_BYTES or files > MOST_FILES:
            raise UsageError(
                f"--scratch copies {folder} for every round, and it has more than {size(MOST_BYTES)} or {MOST_FILES:,} "
                "files: run in a smaller folder, or undo a round with --setup or --cleanup"
            )


@contextmanager
def copied(job: Job, folder: Path, workdir: Workdir) -> Iterator[Job]:
    """The job in a copy of the folder, which is gone afterwards."""
    copy = Path(f"{job.round_dir}-scratch")
    ignore = shutil.ignore_patterns(*LEFT_OUT, *_within(folder, workdir.data_dir))
    try:
        shutil.copytree(folder, copy, symlinks=True, ignore=ignore, copy_function=_clone_or_copy)
        yield replace(
            job, cwd=str(copy), workload=_moved(job.workload, folder, copy),
            parameters=_all_moved(job.parameters, folder, copy),
        )  # fmt: skip
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def _within(folder: Path, store: Path) -> list[str]:
    """The name of the store folder where it lies in this one: a copy that holds the copies would never end."""
    return [store.name] if store.resolve().is_relative_to(folder.resolve()) else []


def _all_moved(parameters: Mapping[str, Any], folder: Path, copy: Path) -> dict[str, Any]:
    return {
        name: _moved(value, folder, copy) if isinstance(value, str) else value for name, value in parameters.items()
    }


def _moved(reference: str, folder: Path, copy: Path) -> str:
    """A reference such as `call:/folder/load.py:items` with its file in the copy."""
    head, inside, rest = reference.partition(f"{folder}{os.sep}")
    return f"{head}{copy}{os.sep}{rest}" if inside and head in ("", "call:") else reference


def _clone_or_copy(source: str, target: str) -> str:
    if not os.path.isfile(source):  # noqa: PTH113  a socket or a FIFO
        return target
    with open(source, "rb") as reader, open(target, "wb") as writer:
        try:
            fcntl.ioctl(writer, CLONE, reader.fileno())
        except OSError as error:
            if error.errno not in CAN_NOT_CLONE:
                raise
            shutil.copyfileobj(reader, writer)
    shutil.copystat(source, target)
    return target
