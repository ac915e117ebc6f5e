"""A worker ends itself."""

import os
from pathlib import Path

from lightwork.faults.fault import Fault


def suffer(folder: Path) -> None:
    """End this process at once."""
    os._exit(3)


FAULT = Fault(
    "exit", "os._exit", "an item calls os._exit(3); a library's abort ends it like this", rank=30, suffer=suffer
)
