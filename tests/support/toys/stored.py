"""stored: item n is parsed to n * n and stored in a log beside the round; storing may take its time, or fail."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lightwork.errors import CheckFailed
from lightwork.workload.api import Facts, Place, Stages, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; store_ms: what storing takes; refused: the item that can't be stored, if there is one."""

    items: int = 12
    store_ms: float = 0.0
    refused: int = 1_000_000


class Item(NamedTuple):
    """A number, the log, and what storing takes."""

    number: int
    log: str
    store_ms: float
    refused: int


def items(parameters: Parameters, place: Place) -> list[Item]:
    """The numbers from 0."""
    p, log = parameters, str(place.data_dir / "log")
    return [Item(number, log, p.store_ms, p.refused) for number in range(p.items)]


def note(item: Item, what: str, numbers: list[int]) -> None:
    """Append a line, in one write: who did what with which items, and when."""
    line = json.dumps({"what": what, "numbers": numbers, "pid": os.getpid(), "at_ns": time.monotonic_ns()})
    with Path(item.log).open("a", encoding="utf-8") as log:
        log.write(f"{line}\n")


def parse(item: Item) -> int:
    """Square the number."""
    square = item.number**2
    note(item, "parsed", [item.number])
    return square


def store(parsed: Sequence[tuple[Item, int]]) -> list[int]:
    """Store squares in one go."""
    first, numbers = parsed[0][0], [item.number for item, _ in parsed]
    if first.refused in numbers:
        raise ValueError("this number can't be stored")
    time.sleep(first.store_ms / 1e3)
    note(first, "stored", numbers)
    return [square for _, square in parsed]


def check(parameters: Parameters, place: Place, results: Sequence[int]) -> Facts:
    """Every number is stored once."""
    stored = sorted(number for line in read(place.data_dir) if line["what"] == "stored" for number in line["numbers"])
    if stored != list(range(parameters.items)):
        raise CheckFailed(f"stored: {stored}")
    return {"sum": sum(results)}


def read(folder: Path) -> list[dict]:
    """The log's lines, in order."""
    return [json.loads(line) for line in (folder / "log").read_text().splitlines()]


@workload(
    parameters=Parameters, items=items, tiny=Parameters(items=3), check=check, stages=Stages(parse, store),
)  # fmt: skip
def square(item: Item) -> int:
    """Square the number and store it."""
    return store([(item, parse(item))])[0]
