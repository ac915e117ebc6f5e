"""Segments: what a host and its workers make in shared memory under the host's number."""

import os
import shutil
import stat
from contextlib import suppress

from lightwork.machine import shared_memory


def remove(host_pid: int, since_s: float) -> None:
    """Remove what neither an ended host nor its resource tracker could remove from shared memory.

    That is what bears the host's number: results of strategy shared_memory, multiprocessing's semaphores, loky's, and
    joblib's folders; not older than the host, nor another user's: numbers come again. since_s: when it was started.
    """
    for name in ("results-{}-*", "sem.mp-{}-*", "sem.loky-{}-*", "joblib_memmapping_folder_{}_*"):
        for segment in shared_memory.FOLDER.glob(name.format(host_pid)):
            with suppress(OSError):  # gone meanwhile, or of another user whose process had this number
                status = segment.lstat()
                if status.st_uid != os.geteuid() or status.st_mtime < since_s:
                    continue
                if stat.S_ISDIR(status.st_mode):
                    shutil.rmtree(segment, ignore_errors=True)
                else:
                    segment.unlink()
