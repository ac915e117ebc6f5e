"""Saved costs: every sample of a run of `lightwork costs`, as plain data; JSON out and in. `schema` is the format's."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lightwork.costs.prices import Price, prices_of
from lightwork.costs.recording import CostSample
from lightwork.storage.decode import check_machine, read_as
from lightwork.storage.document import Format

FORMAT = Format("lightwork costs", 1, "samples", "costs", "lightwork costs --json", 1 << 26)


@dataclass(frozen=True)
class SavedCosts:
    """One run. machine: its facts. ledger_cost_ns: of a ledger's row, by kind; these rounds write none.

    left_out: strategies that were asked for by "all" and are not in it, each with the reason.
    """

    samples: tuple[CostSample, ...]
    workers: int
    machine: Mapping[str, Any]
    ledger_cost_ns: Mapping[str, float]
    left_out: Mapping[str, str]
    seed: int
    saved_at: str
    version: str

    @property
    def blocks(self) -> int:
        """How many blocks hold a round at least."""
        return len({block for sample in self.samples for block in sample.walls_ns})


def encode(costs: SavedCosts) -> dict[str, Any]:
    """The run as plain JSON types: its samples, and the prices that follow from them, for other readers."""
    return {
        "kind": FORMAT.kind, "schema": FORMAT.schema, **asdict(costs),
        "prices": [
            {
                "strategy": prices.strategy,
                "start_up_ns": _figure(prices.start_up),
                "item_ns_by_chunksize": {_key(size): _figure(price) for size, price in prices.item.items()},
                "result_ns_by_bytes": {_key(size): _figure(price) for size, price in prices.result.items()},
            }
            for prices in prices_of(costs.samples)
        ],
    }  # fmt: skip


def text_of(costs: SavedCosts) -> str:
    """The file's content: one line a sample."""
    return FORMAT.text_of(encode(costs))


def decode(data: Mapping[str, Any]) -> SavedCosts:
    """The run that `encode` wrote. Raises KeyError or ValueError for anything else."""
    FORMAT.check(data)
    costs = read_as(SavedCosts, data)
    check_machine(costs.machine)
    started = {sample.probe.setting.strategy for sample in costs.samples if sample.probe.start_up}
    for sample in costs.samples:
        if any(wall_ns <= 0 for wall_ns in sample.walls_ns.values()) or sample.probe.items < 1:
            raise ValueError(f"{sample.probe.name} has a round that took no time, or no items")
        if sample.probe.setting.strategy not in started:
            raise ValueError(f"{sample.probe.name} has no start beside it")
    return costs


def load(path: Path) -> SavedCosts:
    """The run saved at `path`. Raises UsageError when there is none, or it is something else."""
    return FORMAT.load(path, decode)


def _key(size: int | None) -> str:
    return "none" if size is None else str(size)


def _figure(price: Price) -> dict[str, Any]:
    if price.estimate_ns is None:
        return {"failure": price.failure}
    return {**asdict(price.estimate_ns), "is_below_noise": price.is_below_noise}
