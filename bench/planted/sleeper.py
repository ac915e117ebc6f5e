"""sleeper: waits whose lengths are planted, for tails that are known before anything is measured.

Stands for: files of very different sizes, read from somewhere slow.
An item is a sleep. `shape` says where the long ones stand: one giant at the end, or a whole share of them together.
Default size: 40 items, 0.4 s in all. The check is the results' digest.
"""

import time
from dataclasses import dataclass
from typing import Literal, NamedTuple

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; mean_ms: of all; share: of the whole time that the giant, or the long quarter, takes."""

    items: int = 40
    mean_ms: float = 10.0
    shape: Literal["giant-last", "long-quarter"] = "giant-last"
    share: float = 0.3


class Nap(NamedTuple):
    """An item: its number and how long it sleeps."""

    number: int
    seconds: float


def items(parameters: Parameters, place: Place) -> list[Nap]:
    """The sleeps in given order."""
    count = parameters.items
    total_s = count * parameters.mean_ms / 1000
    long = 1 if parameters.shape == "giant-last" else count // 4
    each_short_s, each_long_s = (1 - parameters.share) * total_s / (count - long), parameters.share * total_s / long
    sleeps_s = [each_short_s] * (count - long) + [each_long_s] * long
    return [Nap(number, seconds) for number, seconds in enumerate(sleeps_s)]


@workload(
    parameters=Parameters,
    items=items,
    tiny=Parameters(items=4),
    weight_of=lambda nap: nap.seconds,
    name_of=lambda nap: f"nap {nap.number}",
)
def sleep(nap: Nap) -> int:
    """Wait so long."""
    time.sleep(nap.seconds)
    return nap.number
