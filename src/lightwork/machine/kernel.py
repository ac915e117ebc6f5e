"""The kernel: calls that Linux has and other systems lack, each with what to do where it is lacking.

Standard library only: the host imports this module.
"""

import errno
import fcntl
import os
from typing import Any

CLONE = 0x40049409  # FICLONE of ioctl_ficlone(2)
CAN_NOT_CLONE = (errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL, errno.ENOTTY, errno.EPERM, errno.ENOSYS)

_system: Any = os  # its names differ from system to system
_files: Any = fcntl


def process_descriptor(pid: int) -> int | None:
    """A descriptor that is readable once the process has ended; None where it can't be had."""
    try:
        descriptor: int = _system.pidfd_open(pid)
    except (AttributeError, OSError):  # another system, an old kernel, or a sandbox that does not let us
        return None
    return descriptor


def unnamed_file(name: str) -> int:
    """The descriptor of an empty file that goes with this process, in memory where that can be."""
    create = getattr(_system, "memfd_create", None)
    if create:
        descriptor: int = create(name, _system.MFD_CLOEXEC)
        return descriptor
    import tempfile  # few rounds need it

    with tempfile.TemporaryFile(prefix=name) as file:
        return os.dup(file.fileno())


def signal_when_ready(descriptor: int, number: int) -> bool:
    """Have this process group sent a signal as soon as there is something to read; False where it can't be had."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(descriptor, _files.F_SETSIG, number)
        fcntl.fcntl(descriptor, fcntl.F_SETFL, os.O_NONBLOCK | _system.O_ASYNC)
    except (AttributeError, OSError):  # another system, or an emulated kernel
        return False
    return True


def clone(source: int, target: int) -> bool:
    """Make the file behind `target` share the other one's blocks; False where this file system can't."""
    try:
        fcntl.ioctl(target, CLONE, source)
    except OSError as error:
        if error.errno not in CAN_NOT_CLONE:
            raise
        return False
    return True
