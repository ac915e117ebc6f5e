"""planted: items that store a number each; one of them suffers a fault, the first time that it is run.

    application    every job that somebody lets run overnight
    mix            waiting and one small file an item
    item           waits, then appends its number to a file of its own; the victim suffers the fault half-way
    check          every item's file is there; how often an item was done is its file's lines

Standard library only: workers import this module.
"""

import os
import resource
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from lightwork.errors import CheckFailed
from lightwork.faults.fault import FROM_OUTSIDE, Fault
from lightwork.workload.api import Facts, Place, Stages, workload

FULL_AT_BYTES, STORED_BYTES = 4_096, 1 << 20
ROOM_BYTES, WANTED_BYTES = 64 << 20, 1 << 30
FOR_EVER_S = 3_600.0


@dataclass(frozen=True)
class Parameters:
    """items: how many. at: the victim. wait_s: how long an item takes; last_s: the last one, when it is to be alone."""

    items: int = 24
    fault: str = ""
    at: int = 9
    wait_s: float = 0.02
    last_s: float = 0.6


class Item(NamedTuple):
    """A number, how long to wait, what to suffer ("" for nothing), and the folder for what is stored."""

    number: int
    wait_s: float
    fault: str
    folder: str

    def __str__(self) -> str:
        """As an error names it."""
        return f"number {self.number}"


class BadError(Exception):
    """An exception as many people write them: it can be pickled, but not unpickled."""

    def __init__(self, table: str, row: int) -> None:
        super().__init__(f"row {row} of {table} is bad")


def items(parameters: Parameters, place: Place) -> list[Item]:
    """The numbers from 0."""
    p = parameters
    suffered = "" if p.fault in FROM_OUTSIDE else p.fault
    waits = [p.wait_s] * p.items
    if p.fault == Fault.KILL_IDLE:
        waits[-1] = p.last_s
    folder = str(place.round_dir)
    return [Item(n, wait_s, suffered if n == p.at else "", folder) for n, wait_s in enumerate(waits)]


def check(parameters: Parameters, place: Place, results: Sequence[Any]) -> Facts:
    """Look for every item's file. Raises CheckFailed with the number of those that are not there."""
    stored = sum((place.round_dir / f"{n}.done").exists() for n in range(parameters.items))
    if stored != parameters.items:
        raise CheckFailed(f"planted: {stored} of {parameters.items} items are stored")
    return {"stored": stored}


def parse(item: Item) -> Any:
    """Wait, and half-way suffer what this item is to suffer."""
    time.sleep(item.wait_s / 2)
    found: Any = item.number
    if item.fault and item.fault != Fault.DISK_FULL and _strikes(item):
        found = suffer(Fault(item.fault))
    time.sleep(item.wait_s / 2)
    return found


def store(parsed: Sequence[tuple[Item, Any]]) -> list[Any]:
    """Append each item's number to its file."""
    for item, _ in parsed:
        if item.fault == Fault.DISK_FULL and _strikes(item):
            fill_the_disk(Path(item.folder, "big"))
        with open(Path(item.folder, f"{item.number}.done"), "a") as file:
            file.write(f"{item.number}\n")
    return [found for _, found in parsed]


def _strikes(item: Item) -> bool:
    """Whether this is the first time: a fault that came again and again would be another one."""
    try:
        os.close(os.open(Path(item.folder, "struck"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def suffer(fault: Fault) -> Any:
    """Go wrong in this way; returns only where the fault is the result itself."""
    match fault:
        case Fault.RAISE:
            raise ValueError("planted")
        case Fault.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Fault.EXIT:
            os._exit(3)
        case Fault.BAD_RESULT:
            return threading.Lock()
        case Fault.BAD_ERROR:
            raise BadError("readings", 7)
        case Fault.HANG:
            time.sleep(FOR_EVER_S)
        case Fault.MEMORY:
            exhaust_memory()
    return None


def exhaust_memory() -> None:
    """Ask for more memory than this process may have. Raises MemoryError."""
    in_use_bytes = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (in_use_bytes + ROOM_BYTES, before[1]))
    try:
        bytearray(WANTED_BYTES)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def fill_the_disk(path: Path) -> None:
    """Write more than fits. Raises OSError, with a part of it written."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_AT_BYTES, before[1]))
    try:
        path.write_bytes(bytes(STORED_BYTES))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@workload(
    parameters=Parameters,
    items=items,
    tiny=Parameters(items=3, at=1),
    check=check,
    name_of=lambda item: f"number {item.number}",
    weight_of=lambda item: item.wait_s,
    stages=Stages(parse, store),
    keeps=True,
)
def run_item(item: Item) -> Any:
    """Parse, then store."""
    return store([(item, parse(item))])[0]
