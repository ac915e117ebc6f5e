"""Turns: where pytest-xdist runs several tests at once, those that measure time still run alone.

Others enter the room together. One that is marked `alone` waits at the gate until the room is empty, and who comes
later waits behind it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
GATE, ROOM = Path(__file__), Path(__file__).with_name("made_once.py")  # two files to lock: all processes see the same


@contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    """Hold the room while a test runs. It is given back by name: a process that a test left may have the file, too."""
    if not SEVERAL:
        yield
        return
    with GATE.open("rb") as gate, ROOM.open("rb") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)
