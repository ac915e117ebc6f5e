"""A system that tells nothing, made of this one: no /proc, /sys or /dev/shm, no affinity, spawn alone.

With this folder on PYTHONPATH every interpreter starts so, workers included. What psutil reads is left to it, as it has
its own ways on every system, but for what it tells on Linux alone. So a reading that is not behind the room `machine`,
or that takes an unknown for 0, shows here as it would on macOS.
"""

import builtins
import errno
import fcntl
import io
import os
import sys

LINUX_CALLS = ("sched_getaffinity", "sched_setaffinity", "pidfd_open", "memfd_create", "posix_fadvise")
for name in LINUX_CALLS:
    if hasattr(os, name):
        delattr(os, name)
os.process_cpu_count = os.cpu_count
if hasattr(fcntl, "F_SETSIG"):
    del fcntl.F_SETSIG

import multiprocessing.context  # noqa: E402  it and the next one look around when they are imported

import psutil  # noqa: E402

HIDDEN = ("/proc", "/sys", "/dev/shm")
FRAMES = 8  # in which psutil may be found above one of its own readings


def _is_hidden(path):
    if isinstance(path, (bytes, os.PathLike)):
        path = os.fsdecode(path)
    return isinstance(path, str) and path.startswith(HIDDEN) and not _asked_by_psutil()


def _asked_by_psutil():
    frame = sys._getframe(2)
    for _ in range(FRAMES):
        if frame is None:
            return False
        if frame.f_globals.get("__name__", "").startswith("psutil"):
            return True
        frame = frame.f_back
    return False


def _hiding(call, answer=None):
    """The call, but for hidden paths: then its answer is this one, or that there is no such file."""

    def hidden(path=".", *arguments, **named):
        if not _is_hidden(path):
            return call(path, *arguments, **named)
        if answer is not None:
            return answer
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    return hidden


def _unknown(process):
    raise psutil.AccessDenied(process.pid)


for name in ("open", "stat", "lstat", "listdir", "scandir", "readlink"):
    setattr(os, name, _hiding(getattr(os, name)))
os.access = _hiding(os.access, answer=False)
builtins.open = io.open = _hiding(io.open)
for name in ("io_counters", "cpu_affinity"):
    if hasattr(psutil.Process, name):
        delattr(psutil.Process, name)
psutil.Process.memory_full_info = _unknown  # as macOS answers for another process

methods = multiprocessing.context._concrete_contexts
for name in [name for name in methods if name != "spawn"]:
    del methods[name]
multiprocessing.context._default_context._default_context = methods["spawn"]
multiprocessing.context._default_context._actual_context = None
multiprocessing.context.DefaultContext.get_all_start_methods = lambda self: ["spawn"]
multiprocessing.get_all_start_methods = lambda: ["spawn"]
