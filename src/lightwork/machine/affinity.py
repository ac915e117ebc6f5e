"""Affinity: the logical CPUs that this process may use. Standard library only: the host imports this module.

Linux keeps a mask for each process; other systems have none that a program could read or set.
"""

import os
from typing import Any

_system: Any = os  # its names differ from system to system


def cores() -> tuple[int, ...] | None:
    """The usable logical CPUs by number, in order; None where the system does not tell."""
    read = getattr(_system, "sched_getaffinity", None)
    return tuple(sorted(read(0))) if read else None


def count() -> int:
    """How many there are; where nobody tells, all that the machine has."""
    usable = cores()
    return len(usable) if usable else logical()


def logical() -> int:
    """How many logical CPUs the machine has; `os.cpu_count` believes PYTHON_CPU_COUNT instead."""
    return os.sysconf("SC_NPROCESSORS_ONLN")


def keep_to(numbers: tuple[int, ...]) -> None:
    """Keep this process and its children to these. Only where `cores` tells."""
    _system.sched_setaffinity(0, numbers)
