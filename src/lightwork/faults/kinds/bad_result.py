"""An item returns what nobody can receive."""

import threading
from pathlib import Path
from typing import Any

from lightwork.faults.fault import Fault


def suffer(folder: Path) -> Any:
    """A lock, which can't be pickled."""
    return threading.Lock()


FAULT = Fault(
    "bad-result",
    "bad result",
    "an item returns what can't be pickled",
    rank=50,
    suffer=suffer,
)
