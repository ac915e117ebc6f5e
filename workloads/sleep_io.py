"""sleep_io: wait and do nothing else.

    application    calls to a slow service: items wait and use neither a core nor the disk
    mix            100 % sleep
    default size   200 items, 0.4 s in all
    distribution   log-normal (sigma 1), uniform, one giant, or the recorded parsing times of csv_parse's files
    item           one sleep, in seconds; a coroutine under asyncio
    check          every item returned exactly once

Nothing is shared, so every loss is the strategy's own: uneven shares and hand-over. The total is items x mean_ms,
except with sizes=csv_parse: each sleep then lasts as long as parsing one of the 185 files took on this machine, `items`
limits the number of files, and mean_ms is not used.
"""

import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Facts, Place, workload

from . import _flights, _shares
from ._columns import Split
from ._limits import at_least_one

RECORDED = "seconds.json"
PARSES_PER_FILE = 3
SPLIT: Split = "carrier-month"


@dataclass(frozen=True)
class Parameters:
    """sizes: the distribution. sigma: of log-normal. giant_share: the giant's share of the total. seed: for both."""

    items: int = 200
    mean_ms: float = 2.0
    sizes: Literal["uniform", "log-normal", "giant", "csv_parse"] = "log-normal"
    sigma: float = 1.0
    giant_share: float = 0.2
    seed: int = 1

    def __post_init__(self) -> None:
        at_least_one("sleep_io", items=self.items)
        if not 0 < self.giant_share < 1:
            raise UsageError(f"sleep_io.giant_share can't be {self.giant_share}: it must be between 0 and 1")


class Nap(NamedTuple):
    """An item: how long to sleep, and the name of the sleep."""

    number: int
    seconds: float
    name: str


def prepare(parameters: Parameters, data_dir: Path) -> None:
    """Record how long parsing each file takes, for sizes=csv_parse, once for all users of this data_dir."""
    if parameters.sizes != "csv_parse":
        return
    from ._atomic import make_once

    _flights.prepare(SPLIT, data_dir)
    make_once(_recorded_in(data_dir), lambda making: _record(data_dir, making))


def items(parameters: Parameters, place: Place) -> list[Nap]:
    """The sleeps."""
    if parameters.sizes == "csv_parse":
        return _recorded_naps(parameters, place.data_dir)
    total_s = parameters.items * parameters.mean_ms / 1000
    sleeps_s = [share * total_s for share in _shares_of(parameters)]
    return [Nap(n, seconds, f"item {n} ({seconds * 1000:.1f} ms)") for n, seconds in enumerate(sleeps_s)]


def check(parameters: Parameters, place: Place, results: Sequence[int]) -> Facts:
    """Compare the numbers that came back with the items'. Raises CheckFailed with the counts."""
    expected = [nap.number for nap in items(parameters, place)]
    if list(results) != expected:
        missing = len(set(expected) - set(results))
        raise CheckFailed(f"sleep_io: {len(results)} results returned for {len(expected)} items, {missing} missing")
    return {"naps": len(results)}


def _shares_of(parameters: Parameters) -> list[float]:
    if parameters.sizes == "uniform":
        return _shares.uniform(parameters.items)
    if parameters.sizes == "giant":
        return _shares.giant(parameters.items, parameters.giant_share, parameters.seed)
    return _shares.log_normal(parameters.items, parameters.sigma, parameters.seed)


def _recorded_in(data_dir: Path) -> Path:
    split = _flights.directory(SPLIT, data_dir)
    return split.with_name(f"{split.name}-seconds")


def _record(data_dir: Path, making: Path) -> None:
    """Write each file's median parse time: {file name: seconds}."""
    from .csv_parse import parse_with_csv

    seconds: dict[str, list[float]] = {}
    files = _flights.files(SPLIT, data_dir)
    for file in files * PARSES_PER_FILE:
        began = time.perf_counter()
        parse_with_csv(file.path)
        seconds.setdefault(file.name, []).append(time.perf_counter() - began)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    (making / RECORDED).write_text(json.dumps(medians, indent=0), encoding="utf-8")


def _recorded_naps(parameters: Parameters, data_dir: Path) -> list[Nap]:
    seconds = json.loads((_recorded_in(data_dir) / RECORDED).read_text(encoding="utf-8"))
    names = [file.name for file in _flights.files(SPLIT, data_dir, parameters.items)]
    return [Nap(number, seconds[name], name) for number, name in enumerate(names)]


async def sleep_async(nap: Nap) -> int:
    """Wait as a coroutine; gives the item's number."""
    import asyncio  # only those pay for it that need it

    await asyncio.sleep(nap.seconds)
    return nap.number


@workload(
    parameters=Parameters,
    coroutine=sleep_async,
    prepare=prepare,
    items=items,
    check=check,
    name_of=lambda nap: nap.name,
    weight_of=lambda nap: nap.seconds,
    tiny=Parameters(items=8, mean_ms=1.0),
    validation={"sleep_io": {"items": 400}},
)
def sleep(nap: Nap) -> int:
    """Wait; returns the item's number."""
    time.sleep(nap.seconds)
    return nap.number
