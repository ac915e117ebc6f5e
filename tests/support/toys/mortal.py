"""mortal: items that wait; one of them kills the process that runs it, the first time that it is run."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; at: the one that kills, -1 for none; wait_s: how long each takes."""

    items: int = 12
    at: int = -1
    wait_s: float = 0.02


class Item(NamedTuple):
    """A number, how long to wait, and the file that says that it has killed already; "" where it does not kill."""

    number: int
    wait_s: float
    marker: str


def items(parameters: Parameters, place: Place) -> list[Item]:
    """The numbers from 0."""
    marker = str(place.round_dir / "killed")
    return [Item(n, parameters.wait_s, marker if n == parameters.at else "") for n in range(parameters.items)]


@workload(parameters=Parameters, items=items, tiny=Parameters(items=3), name_of=lambda item: f"number {item.number}")
def wait(item: Item) -> int:
    """Wait, or die where that was not done before."""
    if item.marker and not Path(item.marker).exists():
        Path(item.marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(item.wait_s)
    return item.number
