"""synthetic: five families of artificial work, each with one feature that limits what workers gain.

    application    family=uniform: equal, independent requests; log-normal: files of all sizes; giant: one customer
                   with most of the data; lock: writers to one file; bandwidth: joins and copies of large tables
    mix            a computing loop; items sleep for the share `waiting` of their time; bandwidth reads memory instead
    default size   100 items, about 0.5 s in all
    distribution   equal, log-normal (sigma) or one giant (giant_share of the total); lock and bandwidth: nearly equal
    item           an amount to compute, to wait, and to do under the lock
    check          every item returned exactly once

An item is an amount of work, not a time: it takes longer on slow or shared cores. Waiting lasts exactly as long as
`mean_ms` says; each computing millisecond is TURNS_PER_MS loop turns, or READ_MIB_PER_MS MiB of memory, which is about
1 ms on a server of 2025. bandwidth reads a block larger than the caches, each item from another offset; forked workers
share it.
"""

import fcntl
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Facts, Place, workload

from . import _shares
from ._limits import at_least_one

Family = Literal["uniform", "log-normal", "giant", "lock", "bandwidth"]
TURNS_PER_MS = 22_000
READ_MIB_PER_MS = 16
MIB = 1 << 20
HELD, SOUGHT = b"\x02", b"\x01"
SPREAD = 0.3  # sigma of the families whose point is not their sizes: equal items would march in step

CASES = {
    family: {"family": family, "mean_ms": 4.0, "waiting": waiting}
    for family, waiting in {"uniform": 0.0, "log-normal": 0.5, "giant": 0.8, "lock": 0.5, "bandwidth": 0.0}.items()
}

_blocks: dict[int, bytes] = {}  # by size; only read, so that a fork may share them


@dataclass(frozen=True)
class Parameters:
    """waiting: share of each item's time. sigma: for log-normal. giant_share: the giant's share of the total.

    locked: share of each item's time under the lock, for family lock. block_mib: memory that family bandwidth reads.
    """

    family: Family = "uniform"
    items: int = 100
    mean_ms: float = 5.0
    waiting: float = 0.0
    sigma: float = 1.0
    giant_share: float = 0.2
    locked: float = 0.3
    block_mib: int = 64
    seed: int = 1

    def __post_init__(self) -> None:
        at_least_one("synthetic", items=self.items, block_mib=self.block_mib)
        for name in ("waiting", "locked"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"synthetic.{name} can't be {getattr(self, name)}: it must be between 0 and 1")
        if not 0 < self.giant_share < 1:
            raise UsageError(f"synthetic.giant_share can't be {self.giant_share}: it must be above 0 and below 1")


class Work(NamedTuple):
    """An amount of work: loop turns, bytes to read beginning at an offset into the block, and a sleep."""

    turns: int
    offset_bytes: int
    read_bytes: int
    wait_s: float


class Task(NamedTuple):
    """An item: what it does freely, then under the lock (a file's path, "" for none); its nominal time, its name."""

    number: int
    free: Work
    locked: Work
    lock: str
    block_bytes: int
    nominal_ms: float
    name: str


def setup(parameters: Parameters, place: Place) -> Facts:
    """Make the block of memory where the family reads one, so that no forked worker has to."""
    if parameters.family == "bandwidth":
        _block(parameters.block_mib * MIB)
    return {"family": parameters.family}


def items(parameters: Parameters, place: Place) -> list[Task]:
    """The items by number."""
    p, chance = parameters, random.Random(parameters.seed)
    total_ms, lock = p.items * p.mean_ms, str(place.round_dir / "lock") if p.family == "lock" else ""
    block_bytes = p.block_mib * MIB if p.family == "bandwidth" else 0
    made = []
    for number, share in enumerate(_shares_of(p)):
        ms, offset_bytes = share * total_ms, chance.randrange(p.block_mib) * MIB
        locked_ms = ms * p.locked if lock else 0.0
        free, locked = (_work(p, part_ms, offset_bytes) for part_ms in (ms - locked_ms, locked_ms))
        made.append(Task(number, free, locked, lock, block_bytes, ms, f"item {number} ({ms:.1f} ms)"))
    return made


def check(parameters: Parameters, place: Place, results: Sequence[int]) -> Facts:
    """Compare the numbers that came back with the items'. Raises CheckFailed with the counts."""
    if list(results) != list(range(parameters.items)):
        missing = len(set(range(parameters.items)) - set(results))
        raise CheckFailed(f"synthetic: {len(results)} results returned for {parameters.items} items, {missing} missing")
    return {"items": len(results)}


def _shares_of(parameters: Parameters) -> list[float]:
    if parameters.family == "uniform":
        return _shares.uniform(parameters.items)
    if parameters.family == "giant":
        return _shares.giant(parameters.items, parameters.giant_share, parameters.seed)
    sigma = parameters.sigma if parameters.family == "log-normal" else SPREAD
    return _shares.log_normal(parameters.items, sigma, parameters.seed)


def _work(parameters: Parameters, ms: float, offset_bytes: int) -> Work:
    """The work of so many nominal milliseconds."""
    busy_ms, wait_s = ms * (1 - parameters.waiting), ms * parameters.waiting / 1000
    if parameters.family == "bandwidth":
        return Work(0, offset_bytes, round(busy_ms * READ_MIB_PER_MS * MIB), wait_s)
    return Work(round(busy_ms * TURNS_PER_MS), 0, 0, wait_s)


@workload(
    parameters=Parameters,
    setup=setup,
    items=items,
    check=check,
    name_of=lambda task: task.name,
    weight_of=lambda task: task.nominal_ms,
    tiny=Parameters(items=8, mean_ms=1.0),
    validation=CASES,
)
def perform(task: Task) -> int:
    """Do the item's work; returns its number."""
    _do(task.free, task.block_bytes)
    if task.lock:
        with Path(task.lock).open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # given back when the file is closed
            _do(task.locked, task.block_bytes)
    return task.number


def _do(work: Work, block_bytes: int) -> None:
    """Wait, compute and read."""
    if work.wait_s:
        time.sleep(work.wait_s)
    done = 0
    for _ in range(work.turns):
        done += work.turns  # an addition a turn
    if work.read_bytes:
        _read(_block(block_bytes), work.offset_bytes, work.read_bytes)


def _read(block: bytes, offset_bytes: int, read_bytes: int) -> None:
    """Search for what is not there: a search for one byte is as fast as memory is."""
    while read_bytes:
        end = min(offset_bytes + read_bytes, len(block))
        block.find(SOUGHT, offset_bytes, end)
        read_bytes -= end - offset_bytes
        offset_bytes = 0


def _block(size_bytes: int) -> bytes:
    """Memory that was really written: untouched pages would all be one, and lie in the cache."""
    if size_bytes not in _blocks:
        _blocks[size_bytes] = HELD * size_bytes
    return _blocks[size_bytes]
