"""Shared memory: the folder in which blocks and semaphores are files. Standard library only.

Linux has one; elsewhere they have names but are no files, and nobody tells how much room there is.
"""

import os
import shutil
import sys
from pathlib import Path

FOLDER = Path("/dev/shm")  # noqa: S108  where blocks and semaphores are files


def is_there() -> bool:
    """Whether the folder is."""
    return FOLDER.is_dir()


def free_bytes() -> int | None:
    """What may still be written there, 0 where Linux has none mounted; None where the system does not tell."""
    if is_there():
        return shutil.disk_usage(FOLDER).free
    return 0 if sys.platform == "linux" else None


def fast_folder() -> Path:
    """Where files are kept in memory, if that can be had and written to; else where temporary files go."""
    if os.access(FOLDER, os.W_OK):
        return FOLDER
    import tempfile  # nothing that a worker needs

    return Path(tempfile.gettempdir())
