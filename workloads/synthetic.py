"""synthetic: six families of artificial work, each with one feature that limits what workers gain.

    application    family=uniform: equal, independent requests; log-normal: files of all sizes; giant: one customer
                   with most of the data; lock: writers to one file, or a service with a few places; bandwidth: joins
                   and copies of large tables; native: a library that computes without Python's lock
    mix            a computing loop; items sleep for the share `waiting` of their time; bandwidth reads memory instead,
                   native takes hashes
    default size   100 items, about 0.5 s in all
    distribution   equal, log-normal (sigma) or one giant (giant_share of the total); lock and bandwidth: nearly equal
    item           an amount to compute, to wait, and to do under the lock
    check          every item returned exactly once

An item is an amount of work, not a time: it takes longer on slow or shared cores. Waiting lasts exactly as long as
`mean_ms` says; each computing millisecond is TURNS_PER_MS loop turns, READ_MIB_PER_MS MiB of memory or
HASHED_KIB_PER_MS KiB to hash, which is about 1 ms on a server of 2025. bandwidth reads a block larger than the caches,
each item from another offset; forked workers share it.
"""

import fcntl
import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Facts, Place, workload

from . import _shares
from ._limits import at_least_one

Family = Literal["uniform", "log-normal", "giant", "lock", "bandwidth", "native"]
TURNS_PER_MS = 22_000
READ_MIB_PER_MS = 16
HASHED_KIB_PER_MS = 1_000
KIB, MIB = 1 << 10, 1 << 20
HELD, SOUGHT = b"\x02", b"\x01"
SPREAD = 0.3  # sigma of the families whose point is not their sizes: equal items would march in step

_COMPUTING, _MIXED, _WAITING = {"waiting": 0.0}, {"waiting": 0.5}, {"waiting": 1.0}
_A_SECOND = {"items": 150, "mean_ms": 10.0}  # about, serially: nominal milliseconds are shorter on a fast machine
_LONG_WAITS = {**_WAITING, "items": 120, "mean_ms": 15.0}
CASES: dict[str, dict[str, Any]] = {
    "uniform": {"family": "uniform", **_A_SECOND, **_COMPUTING},
    "uniform, mixed": {"family": "uniform", **_A_SECOND, **_MIXED},
    "uniform, mostly waits": {"family": "uniform", **_A_SECOND, "waiting": 0.9},
    "uniform, waits": {"family": "uniform", **_LONG_WAITS},
    "tiny": {"family": "uniform", "items": 30_000, "mean_ms": 0.05, **_COMPUTING},
    "few long": {"family": "uniform", "items": 9, "mean_ms": 160.0, **_COMPUTING},
    "log-normal": {"family": "log-normal", **_A_SECOND, **_MIXED},
    "log-normal, computes": {"family": "log-normal", **_A_SECOND, **_COMPUTING},
    "log-normal, waits": {"family": "log-normal", **_LONG_WAITS},
    "giant": {"family": "giant", **_A_SECOND, "waiting": 0.8},
    "giant, computes": {"family": "giant", **_A_SECOND, "giant_share": 0.4, **_COMPUTING},
    "lock": {"family": "lock", **_A_SECOND, **_MIXED},
    "lock, waits": {"family": "lock", **_A_SECOND, "locked": 0.6, **_WAITING},
    "four places": {"family": "lock", **_A_SECOND, "locked": 1.0, "places": 4, **_WAITING},
    "bandwidth": {"family": "bandwidth", **_A_SECOND, **_COMPUTING},
    "native": {"family": "native", **_A_SECOND, **_COMPUTING},
    "native, mixed": {"family": "native", **_A_SECOND, **_MIXED},
    "warm-up": {"family": "uniform", **_A_SECOND, "warm_up_ms": 150.0, **_COMPUTING},
    "warm-up, waits": {"family": "uniform", **_A_SECOND, "warm_up_ms": 150.0, **_WAITING},
    "large results": {"family": "uniform", **_A_SECOND, "result_kib": 4_000, **_COMPUTING},
}

_blocks: dict[int, bytes] = {}  # by size; only read, so that a fork may share them
_warm: list[bool] = []  # whether this process has paid what its first item costs


@dataclass(frozen=True)
class Parameters:
    """waiting: share of each item's time. sigma: for log-normal. giant_share: the giant's share of the total.

    locked: share of each item's time under the lock, for family lock; places: how many items may hold it at once.
    block_mib: memory that family bandwidth reads. warm_up_ms: what the first item in each process computes once, as a
    model that it loads. result_kib: what each item returns beside its number.
    """

    family: Family = "uniform"
    items: int = 100
    mean_ms: float = 5.0
    waiting: float = 0.0
    sigma: float = 1.0
    giant_share: float = 0.2
    locked: float = 0.3
    places: int = 1
    block_mib: int = 64
    warm_up_ms: float = 0.0
    result_kib: int = 0
    seed: int = 1

    def __post_init__(self) -> None:
        at_least_one("synthetic", items=self.items, places=self.places, block_mib=self.block_mib)
        for name in ("waiting", "locked"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"synthetic.{name} can't be {getattr(self, name)}: it must be between 0 and 1")
        if not 0 < self.giant_share < 1:
            raise UsageError(f"synthetic.giant_share can't be {self.giant_share}: it must be above 0 and below 1")


class Work(NamedTuple):
    """An amount of work: loop turns, bytes to hash, bytes to read beginning at an offset into the block, a sleep."""

    turns: int
    hashed_bytes: int
    offset_bytes: int
    read_bytes: int
    wait_s: float


class Task(NamedTuple):
    """An item: what it does freely, then under the lock (a file's path, "" for none); its nominal time, its name.

    turns_once: what the first item in each process does before. result_bytes: what it returns beside its number.
    """

    number: int
    turns_once: int
    free: Work
    locked: Work
    lock: str
    places: int
    block_bytes: int
    result_bytes: int
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
        made.append(
            Task(
                number, round(p.warm_up_ms * TURNS_PER_MS), free, locked, lock, p.places, block_bytes,
                p.result_kib * KIB, ms, f"item {number} ({ms:.1f} ms)",
            )
        )  # fmt: skip
    return made


def check(parameters: Parameters, place: Place, results: Sequence[tuple[int, str]]) -> Facts:
    """Compare the numbers that came back with the items'. Raises CheckFailed with the counts."""
    numbers = [number for number, _ in results]
    if numbers != list(range(parameters.items)):
        missing = len(set(range(parameters.items)) - set(numbers))
        raise CheckFailed(f"synthetic: {len(results)} results returned for {parameters.items} items, {missing} missing")
    return {"items": len(results)}


def _shares_of(parameters: Parameters) -> list[float]:
    if parameters.family in ("uniform", "native"):
        return _shares.uniform(parameters.items)
    if parameters.family == "giant":
        return _shares.giant(parameters.items, parameters.giant_share, parameters.seed)
    sigma = parameters.sigma if parameters.family == "log-normal" else SPREAD
    return _shares.log_normal(parameters.items, sigma, parameters.seed)


def _work(parameters: Parameters, ms: float, offset_bytes: int) -> Work:
    """The work of so many nominal milliseconds."""
    busy_ms, wait_s = ms * (1 - parameters.waiting), ms * parameters.waiting / 1000
    if parameters.family == "bandwidth":
        return Work(0, 0, offset_bytes, round(busy_ms * READ_MIB_PER_MS * MIB), wait_s)
    if parameters.family == "native":
        return Work(0, round(busy_ms * HASHED_KIB_PER_MS * KIB), 0, 0, wait_s)
    return Work(round(busy_ms * TURNS_PER_MS), 0, 0, 0, wait_s)


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
def perform(task: Task) -> tuple[int, str]:
    """Do the item's work; returns its number and as long a text as it should."""
    if task.turns_once and not _warm:
        _loop(task.turns_once)
        _warm.append(True)
    _do(task.free, task.block_bytes)
    if task.lock:
        with _place_of(task):
            _do(task.locked, task.block_bytes)
    return task.number, "." * task.result_bytes


@contextmanager
def _place_of(task: Task) -> Iterator[None]:
    """One of the places, a file each: the first that is free, or else the item's own, once that is."""
    own_place = task.number % task.places
    with ExitStack() as files:
        for place in range(own_place, own_place + task.places - 1):
            file = files.enter_context(Path(f"{task.lock}-{place % task.places}").open("a"))
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # given back when the file is closed
                yield
                return
        fcntl.flock(files.enter_context(Path(f"{task.lock}-{own_place}").open("a")), fcntl.LOCK_EX)
        yield


def _do(work: Work, block_bytes: int) -> None:
    """Wait, compute, hash and read."""
    if work.wait_s:
        time.sleep(work.wait_s)
    _loop(work.turns)
    _hash(work.hashed_bytes)
    if work.read_bytes:
        _read(_block(block_bytes), work.offset_bytes, work.read_bytes)


def _loop(turns: int) -> None:
    done = 0
    for _ in range(turns):
        done += turns  # an addition a turn


def _hash(hashed_bytes: int) -> None:
    """Take the hash of so many bytes that lie in a cache."""
    digest = hashlib.sha256()
    for done_bytes in range(0, hashed_bytes, MIB):
        digest.update(_block(MIB)[: hashed_bytes - done_bytes])


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
