"""An item never ends."""

import time
from pathlib import Path

from lightwork.faults.fault import Fault

FOR_EVER_S = 3_600.0


def suffer(folder: Path) -> None:
    """Wait."""
    time.sleep(FOR_EVER_S)


FAULT = Fault(
    "hang",
    "hangs",
    "an item waits forever",
    rank=70,
    suffer=suffer,
)
