"""Many items: predictions for very many items, replayed in bundles of neighbours as though each were one item; pure.

    all items -> the setting's order -> bundles of so many neighbours -> replay, what a chunk costs taken as often

A bundle asks for what its items ask for together. Where several chunks make a bundle, its hand-over costs what theirs
would; where several bundles make a chunk, they are handed over together as its items would be. What is lost is how work
is shared within a bundle: at most one bundle's time at the round's end, a part of workers / bundles of all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.setting import Setting, arrange
from lightwork.ledger.table import ABSENT
from lightwork.replay.calibration import Calibration
from lightwork.replay.costs import COLD_NS, Costs
from lightwork.strategies import chunksize_in_force

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 3_000  # items that are predicted one by one
BUNDLES, BUNDLES_PER_WORKER = 800, 20  # at least
SUMMED = ("cpu_ns", "spin_ns")


@dataclass(frozen=True)
class Bundling:
    """How a setting's items are bundled.

    items: in a bundle. chunks: that a bundle stands for, at least 1. chunksize: of the bundled setting.
    """

    items: int
    chunks: float
    chunksize: int | None


def is_many(items: int) -> bool:
    """Whether there are so many items that they are replayed in bundles."""
    return items > MOST


@dataclass(frozen=True, eq=False)
class Reduced:
    """A setting with fewer items that replays much as it does with all: rows in the order given, and costs.

    items: how many of all make one of these.
    """

    setting: Setting
    rows: "NDArray[Any]"
    calibration: Calibration
    items: int


class Reducer:
    """Reduces settings of one plan, one after the other.

    everything: a serial ledger's rows of all items; weights: theirs, for the order largest first. What is not coarse is
    only put in order.
    """

    def __init__(
        self, everything: "NDArray[Any]", weights: Sequence[float], seed: int, calibration: Calibration
    ) -> None:
        self.everything, self.weights, self.seed, self.calibration = everything, weights, seed, calibration
        self.mean_ns = float(np.mean(everything["end_ns"] - everything["start_ns"]))
        self._ordered: dict[str, NDArray[Any]] = {"given": everything}
        self._bundles: dict[tuple[str, int], NDArray[Any]] = {}

    def of(self, setting: Setting) -> Reduced:
        """The setting, reduced."""
        how = bundling(setting, len(self.everything))
        key = (setting.order, how.items)
        if key not in self._bundles:
            self._bundles[key] = bundled(self._in_order(setting.order), how.items)
        kind, serial = self.calibration.stands_for((setting.strategy, setting.start_method)), ("serial", "fork")
        costs = {
            kind: _costs(self.calibration.costs[kind], how, self.mean_ns, setting.workers),
            serial: _costs(self.calibration.costs[serial], replace(how, chunks=1.0), self.mean_ns, 1),
        }
        small = replace(setting, order="given", chunksize=how.chunksize)
        return Reduced(small, self._bundles[key], replace(self.calibration, costs=costs), how.items)

    def _in_order(self, order: str) -> "NDArray[Any]":
        if order not in self._ordered:
            places = arrange(range(len(self.everything)), order, self.weights.__getitem__, self.seed)
            self._ordered[order] = self.everything[np.asarray(places)]
        return self._ordered[order]


def bundling(setting: Setting, items: int) -> Bundling:
    """How this setting's items are bundled: neither so few bundles that they show, nor more than needed."""
    if not is_many(items):
        return Bundling(1, 1.0, setting.chunksize)
    size = max(1, items // max(BUNDLES, BUNDLES_PER_WORKER * setting.workers))
    chunksize = setting.chunksize
    if chunksize is None:  # a part of the items for each worker, or a share of them for each chunk
        default = chunksize_in_force(setting, items)
        if default is None or default > size:
            return Bundling(size, 1.0, None)
        chunksize = default
    if chunksize > size:
        parts = -(-chunksize // size)
        return Bundling(max(1, chunksize // parts), 1.0, parts)
    return Bundling(size // chunksize * chunksize, float(size // chunksize), 1)


def bundled(rows: "NDArray[Any]", size: int) -> "NDArray[Any]":
    """A serial ledger's rows of bundles of so many neighbours; the last one may be smaller."""
    if size == 1:
        return rows
    starts = np.arange(0, len(rows), size)
    bundles = np.zeros(len(starts), rows.dtype)
    bundles["end_ns"] = np.add.reduceat(rows["end_ns"] - rows["start_ns"], starts)
    for name in SUMMED:
        bundles[name] = np.add.reduceat(rows[name], starts)
    waits = np.where(rows["runqueue_ns"] == ABSENT, 0, rows["runqueue_ns"])
    bundles["runqueue_ns"] = np.add.reduceat(waits, starts)
    bundles["state"] = rows["state"][starts]
    return bundles


def _costs(costs: Costs, how: Bundling, mean_ns: float, workers: int) -> Costs:
    """What a bundle costs: as many hand-overs as it has chunks.

    What falls due with the time since the last hand-over falls due as it would with single chunks.
    """
    chunk_ns = mean_ns * how.items / how.chunks

    def due(between_ns: float) -> float:
        return how.chunks * min(1.0, between_ns / COLD_NS) / min(1.0, how.chunks * between_ns / COLD_NS)

    alone = due(max(chunk_ns, 1.0))
    return replace(
        costs,
        send_ns=costs.send_ns * how.chunks,
        receive_ns=costs.receive_ns * how.chunks,
        rouse_ns=costs.rouse_ns * due(max(chunk_ns / workers, 1.0)),
        take_ns=costs.take_ns * how.chunks,
        cold_ns=costs.cold_ns * alone,
        wake_ns=costs.wake_ns * alone,
        item_ns=costs.item_ns * how.items,
    )
