"""An item raises what nobody can receive."""

from pathlib import Path

from lightwork.faults.fault import Fault


class BadError(Exception):
    """An exception as many people write them: it can be pickled, but not unpickled."""

    def __init__(self, table: str, row: int) -> None:
        super().__init__(f"row {row} of {table} is bad")


def suffer(folder: Path) -> None:
    """Raise it."""
    raise BadError("readings", 7)


FAULT = Fault(
    "bad-error",
    "bad error",
    "an item raises an exception that can be pickled but not unpickled",
    rank=60,
    suffer=suffer,
)
