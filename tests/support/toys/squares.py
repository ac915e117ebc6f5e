"""squares: item n gives n * n, unless the parameters say that one item goes wrong, and how."""

import asyncio
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from lightwork.errors import CheckFailed
from lightwork.workload.api import Facts, Place, Stages, workload

Fault = Literal[
    "none", "raise", "kill", "exit", "sys-exit", "hang", "leave-child", "fork", "wrong-in-worker", "pickle", "check",
    "evidence", "exit-2", "flood", "no-main", "semaphores",
]  # fmt: skip


@dataclass(frozen=True)
class Parameters:
    """items: how many; at: the item that goes wrong; result_bytes: padding of every result."""

    items: int = 12
    fault: Fault = "none"
    at: int = 5
    result_bytes: int = 0


class Item(NamedTuple):
    """A number to square and what is to happen with it; maker is the process that made the items."""

    number: int
    fault: Fault
    result_bytes: int
    maker: int


def items(parameters: Parameters, place: Place) -> list[Item]:
    """The numbers from 0; one of them carries the fault. Without a main module no fresh interpreter can start."""
    if parameters.fault == "no-main":
        main: Any = sys.modules["__main__"]
        main.__spec__, main.__file__ = None, "<stdin>"
    faults: list[Fault] = ["none"] * parameters.items
    if parameters.fault not in ("check", "evidence") and parameters.at < parameters.items:
        faults[parameters.at] = parameters.fault
    return [Item(n, fault, parameters.result_bytes, os.getpid()) for n, fault in enumerate(faults)]


def check(parameters: Parameters, place: Place, results: Sequence[Any]) -> Facts:
    """Tell the sum; with fault "check", find the work not done; with "evidence", tell something else each time."""
    if parameters.fault == "check":
        raise CheckFailed("0 of 12 squares are stored", stored=0, squares=12)
    return {"sum": sum(square for square, _ in results)} | (
        {"moment": time.monotonic_ns()} if parameters.fault == "evidence" else {}
    )


def store(parsed: Sequence[tuple[Item, tuple[int, str]]]) -> list[tuple[int, str]]:
    """Keep nothing: what was parsed is the result."""
    return [square for _, square in parsed]


def parse(item: Item) -> tuple[int, str]:
    """Square the number, or go wrong."""
    return square(item)


def flood() -> None:
    """Print 3 MB, then raise."""
    os.write(1, b"again and again\n" * 200_000 + b"the last line\n")
    raise ValueError("this number is too much")


def fork_and_wait() -> None:
    """Make a child that leaves at once, and wait for it."""
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)


def make_semaphores() -> None:
    """Make one named semaphore after the other, and never end."""
    context, held = multiprocessing.get_context("spawn"), []
    while True:
        held.append(context.Semaphore())
        time.sleep(0.0002)


def refuse() -> None:
    """Raise."""
    raise ValueError("this number can't be squared")


SUFFERED: Mapping[str, Callable[[], object]] = {
    "raise": refuse,
    "kill": lambda: os.kill(os.getpid(), signal.SIGKILL),
    "exit": lambda: os._exit(3),
    "exit-2": lambda: os._exit(2),
    "sys-exit": lambda: sys.exit(2),
    "fork": fork_and_wait,
    "hang": lambda: time.sleep(600),
    "semaphores": make_semaphores,
    "leave-child": lambda: subprocess.Popen(["sleep", "600"]),
    "flood": flood,
    "pickle": lambda: pickle.dumps(bytes(20_000)),
}


async def square_async(item: Item) -> tuple[int, str]:
    """Square the number, or go wrong, while others have their turns."""
    await asyncio.sleep(0)
    return square(item)


@workload(
    parameters=Parameters,
    items=items,
    tiny=Parameters(items=3),
    check=check,
    coroutine=square_async,
    name_of=lambda item: f"number {item.number}",
    weight_of=lambda item: float(item.number),
    stages=Stages(parse, store),
)
def square(item: Item) -> tuple[int, str]:
    """Square the number, or go wrong."""
    if item.fault in SUFFERED:
        SUFFERED[item.fault]()
    if item.fault == "wrong-in-worker" and os.getpid() != item.maker:
        return -1, ""
    return item.number**2, "x" * item.result_bytes
