"""A worker is killed."""

import os
import signal
from pathlib import Path

from lightwork.faults.fault import Fault


def suffer(folder: Path) -> None:
    """Kill this process."""
    os.kill(os.getpid(), signal.SIGKILL)


FAULT = Fault(
    "kill", "SIGKILL", "a worker is killed in mid-item, as the kernel does without memory", rank=20, suffer=suffer
)
