"""Observing: a user's module whose items and results tell how they travelled, and whose function tells who ran it.

A test copies this file beside a script and runs it there. Items go to whichever worker takes them; the first item of
each worker waits for the other workers, so that all of them are seen.
"""

import asyncio
import json
import os
import sys
import threading
import time
import uuid
from multiprocessing import current_process
from pathlib import Path

WORKERS, COUNT = "OBSERVED_WORKERS", 13
PATIENCE_S = 60.0
UP = Path("up")  # where workers say that they are there


class Parcel:
    """What all items share: those that are pickled together share one afterwards, too."""

    def __init__(self):
        self.token = uuid.uuid4().hex

    def __reduce__(self):
        return Parcel, ()


class Item:
    """A place, and how often it was pickled on its way."""

    def __init__(self, place, parcel, pickled=0):
        self.place, self.parcel, self.pickled = place, parcel, pickled

    def __reduce__(self):
        return Item, (self.place, self.parcel, self.pickled + 1)


class Result:
    """What an item saw, and how often this was pickled on its way back."""

    def __init__(self, facts, pickled=0):
        self.facts, self.pickled = facts, pickled

    def __reduce__(self):
        return Result, (self.facts, self.pickled + 1)


def items():
    """The items, in the order of their places."""
    parcel = Parcel()
    return [Item(place, parcel) for place in range(COUNT)]


def observe(item):
    """What there is to see: the item's way, and its worker's kind."""
    worker = f"{os.getpid()}-{threading.get_ident()}"
    for _ in missing(worker):
        time.sleep(0.005)
    return seen_of(item, worker)


async def observe_async(item):
    """The same as a coroutine, whose worker is its task."""
    worker = f"{os.getpid()}-{asyncio.current_task().get_name()}"
    for _ in missing(worker):
        await asyncio.sleep(0.005)
    return seen_of(item, worker)


def seen_of(item, worker):
    """The facts, as a result."""
    facts = {
        "place": item.place,
        "worker": worker,
        "pid": os.getpid(),
        "parent": os.getppid(),
        "has_own_main": "__mp_main__" in sys.modules,
        "daemon": current_process().daemon,
        "in_main_thread": threading.current_thread() is threading.main_thread(),
        "item_pickled": item.pickled,
        "parcel": item.parcel.token,
        "moment_ns": time.monotonic_ns(),
    }
    return Result(facts)


def missing(worker):
    """Yield for as long as not all workers are up, or until it takes too long."""
    UP.mkdir(exist_ok=True)
    (UP / worker).touch()
    give_up_s = time.monotonic() + PATIENCE_S
    while len(list(UP.iterdir())) < int(os.environ[WORKERS]) and time.monotonic() < give_up_s:
        yield


def report(results):
    """Print what the results tell, in the order in which they came."""
    print(json.dumps([{**result.facts, "result_pickled": result.pickled} for result in results]))
