"""kept: items that store a file each; one of them kills the worker that runs it first, unless that is the caller."""

import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lightwork.errors import CheckFailed
from lightwork.workload.api import Facts, Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; at: the one that kills."""

    items: int = 8
    at: int = 3


class Item(NamedTuple):
    """A number, where it is stored, whether it kills, and the process that made the items."""

    number: int
    folder: str
    kills: bool
    maker: int


def items(parameters: Parameters, place: Place) -> list[Item]:
    """The numbers from 0."""
    return [Item(n, str(place.round_dir), n == parameters.at, os.getpid()) for n in range(parameters.items)]


def check(parameters: Parameters, place: Place, results: Sequence[int]) -> Facts:
    """Count the files."""
    stored = len(list(place.round_dir.glob("item-*")))
    if stored != parameters.items:
        raise CheckFailed(f"{stored} of {parameters.items} are stored")
    return {"stored": stored}


@workload(parameters=Parameters, items=items, tiny=Parameters(items=3), check=check, keeps=True)
def store(item: Item) -> int:
    """Store the number, or die where that was not done before."""
    marker = Path(item.folder, "killed")
    if item.kills and os.getpid() != item.maker and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    Path(item.folder, f"item-{item.number}").touch()
    return item.number
