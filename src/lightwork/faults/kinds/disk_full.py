"""An item finds the disk full."""

import resource
from pathlib import Path

from lightwork.faults.fault import Fault

FULL_AT_BYTES, STORED_BYTES = 4_096, 1 << 20


def suffer(folder: Path) -> None:
    """Write more than fits. Raises OSError, with a part of it written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT_BYTES, before[1]))
    try:
        (folder / "big").write_bytes(bytes(STORED_BYTES))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


FAULT = Fault(
    "disk-full",
    "disk full",
    "an item stores more than fits: OSError in the middle of its file",
    rank=90,
    stores=True,
    suffer=suffer,
)
