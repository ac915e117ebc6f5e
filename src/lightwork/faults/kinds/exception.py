"""An item raises an exception."""

from pathlib import Path

from lightwork.faults.fault import Fault


def suffer(folder: Path) -> None:
    """Raise ValueError."""
    raise ValueError("planted")


FAULT = Fault(
    "raise",
    "exception",
    "an item raises ValueError",
    rank=10,
    suffer=suffer,
)
