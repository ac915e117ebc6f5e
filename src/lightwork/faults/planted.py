"""planted: items that store a number each; one of them suffers a fault, the first time that it is run.

    application    every job that somebody lets run overnight
    mix            waiting and one small file an item
    item           waits, then appends its number to a file of its own; the victim suffers the fault half-way
    check          every item's file is there; how often an item was done is its file's lines

Standard library only: workers import this module.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from lightwork.errors import CheckFailed
from lightwork.faults.fault import defined_in
from lightwork.workload.api import Facts, Place, Stages, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many. fault: the module of what one of them suffers, or what strikes from outside; "" for nothing.

    at: the victim. wait_s: how long an item takes; last_s: the last one, when it is to be alone.
    """

    items: int = 24
    fault: str = ""
    at: int = 9
    wait_s: float = 0.02
    last_s: float = 0.6


class Item(NamedTuple):
    """A number, how long to wait, the module of what to suffer ("" for nothing), and the folder for what is stored."""

    number: int
    wait_s: float
    fault: str
    folder: str

    def __str__(self) -> str:
        """As an error names it."""
        return f"number {self.number}"


def items(parameters: Parameters, place: Place) -> list[Item]:
    """The numbers from 0."""
    p = parameters
    fault = defined_in(p.fault) if p.fault else None
    suffered = p.fault if fault and fault.suffer else ""
    waits = [p.wait_s] * p.items
    if fault and fault.last_alone:
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
    result = _suffer(item, item.number, stores=False)
    time.sleep(item.wait_s / 2)
    return result


def store(parsed: Sequence[tuple[Item, Any]]) -> list[Any]:
    """Append each item's number to its file."""
    for item, _ in parsed:
        _suffer(item, None, stores=True)
        with open(Path(item.folder, f"{item.number}.done"), "a") as file:
            file.write(f"{item.number}\n")
    return [result for _, result in parsed]


def _suffer(item: Item, result: Any, *, stores: bool) -> Any:
    """The item's result, or what its fault makes of it if the fault belongs to this half of the work."""
    fault = defined_in(item.fault) if item.fault else None
    if fault and fault.suffer and fault.stores == stores and _strikes(item):
        return fault.suffer(Path(item.folder))
    return result


def _strikes(item: Item) -> bool:
    """Whether this is the first time: a fault that came again and again would be another one."""
    try:
        os.close(os.open(Path(item.folder, "struck"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


async def run_item_async(item: Item) -> Any:
    """The same as a coroutine, in one piece."""
    import asyncio  # only those pay for it that need it

    await asyncio.sleep(item.wait_s)
    result = _suffer(item, item.number, stores=False)
    store([(item, result)])
    return result


@workload(
    parameters=Parameters,
    coroutine=run_item_async,
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
