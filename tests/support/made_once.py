"""Made once for all processes of a test run: by the first that asks; the others wait, and read what it made."""

import fcntl
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
Made = TypeVar("Made")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """What `make` makes in a new folder of this name, and returns; it must survive a pickle."""
    own = factory.getbasetemp()
    folder = (own.parent if SEVERAL else own) / name
    told = folder.with_suffix(".pickle")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            folder.mkdir()
            told.write_bytes(pickle.dumps(make(folder)))
        found: Made = pickle.loads(told.read_bytes())
        return found
