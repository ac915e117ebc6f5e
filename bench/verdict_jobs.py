"""Jobs whose right answer is known by construction, for bench_verdict.py: each a function, and the items of ITEMS."""

import hashlib
import os
import tempfile
import threading
import time
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from functools import partial

PLACES = 4
_ready = threading.local()


def spin(turns):
    """Compute in plain Python."""
    total = 0
    for number in range(turns):
        total += number * number % 7
    return total


def waits(item):
    """Wait: threads, dozens of them."""
    time.sleep(0.015)
    return item


def calls(item):
    """Wait for nine tenths, compute for one."""
    time.sleep(0.02)
    return spin(40_000)


def computes(item):
    """Compute in plain Python: a process for each core."""
    return spin(100_000)


def uneven(item):
    """Compute, some items ten times as long as others."""
    return spin(20_000 * (1 + 9 * (item % 7 == 0)))


def hashes(item):
    """Compute without the interpreter's lock: threads serve as well."""
    return hashlib.sha256(bytes([item % 251]) * 6_000_000).hexdigest()


def tiny(item):
    """Compute for microseconds: large chunks."""
    return spin(150)


def giant(item):
    """Wait, one item for a third of all, given last: it goes first."""
    time.sleep(item / 1000)
    return item


def locked(item):
    """Wait, nine tenths of it under one lock: nothing helps."""
    time.sleep(0.002)
    with _place(0, blocks=True):
        time.sleep(0.018)
    return item


def gate(item):
    """Wait for a service that serves four at a time."""
    while True:
        for number in range(PLACES):
            with _place(number, blocks=False) as is_free:
                if is_free:
                    time.sleep(0.025)
                    return item
        time.sleep(0.001)


def bulky(item):
    """Return more than it takes to compute."""
    return bytes([item % 251]) * 10_000_000


def short(item):
    """Over before workers are there."""
    time.sleep(0.001)
    return item


def warmed(item):
    """Half a second once in each worker, then short waits."""
    if not getattr(_ready, "model", False):
        time.sleep(0.4)
        _ready.model = True
    time.sleep(0.004)
    return item


@contextmanager
def _place(number, *, blocks):
    path = os.path.join(tempfile.gettempdir(), f"verdict-{os.getuid()}-{number}")  # noqa: PTH118
    with open(path, "w") as file:
        try:
            flock(file, LOCK_EX if blocks else LOCK_EX | LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


ITEMS = {
    "waits": list(range(200)),
    "calls": list(range(120)),
    "computes": list(range(120)),
    "uneven": list(range(140)),
    "hashes": list(range(120)),
    "tiny": list(range(80_000)),
    "giant": [15] * 80 + [600],
    "locked": list(range(60)),
    "gate": list(range(80)),
    "bulky": list(range(60)),
    "short": list(range(20)),
    "warmed": list(range(250)),
}


# `waits_items` and the like: functions that return the items of a job.
globals().update({f"{name}_items": partial(list, items) for name, items in ITEMS.items()})
