"""An item gets no memory."""

import resource
from pathlib import Path

from lightwork.faults.fault import Fault
from lightwork.machine import proc

ROOM_BYTES, WANTED_BYTES = 64 << 20, 1 << 30


def suffer(folder: Path) -> None:
    """Ask for more memory than this process may have. Raises MemoryError."""
    in_use = proc.memory_bytes()
    in_use_bytes = in_use.mapped if in_use else 0
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (in_use_bytes + ROOM_BYTES, before[1]))
    try:
        bytearray(WANTED_BYTES)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


FAULT = Fault(
    "memory", "no memory", "an item asks for more memory than its process's limit: MemoryError", rank=80, suffer=suffer
)
