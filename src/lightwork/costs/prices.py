"""Prices: what a start, an item and a result cost under each strategy, from samples; pure.

    wall of the start-up probe                                                         -> start-up
    (wall of n items - wall of the start-up probe in the same block) / (n - n of that) -> an item
    (wall of n results - wall of the start-up probe without its items) / n             -> a result

So what is the same in both rounds, the start and the end of a pool, cancels. The start-up's few items brought no
payload: what they took, by the item's own price, is not the start's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from lightwork.core.estimate import Estimate, median_interval
from lightwork.costs.recording import CostSample


@dataclass(frozen=True)
class Price:
    """One figure: nanoseconds with their interval over blocks; None where no round gave any, and why.

    is_below_noise: whether in some block two starts differed by more than what is priced: then it is no figure.
    """

    estimate_ns: Estimate | None
    failure: str = ""
    is_below_noise: bool = False


@dataclass(frozen=True)
class Prices:
    """What one strategy costs. item: by chunksize, None where it has none; result: by bytes."""

    strategy: str
    start_up: Price
    item: Mapping[int | None, Price]
    result: Mapping[int, Price]

    @property
    def failures(self) -> list[str]:
        """Why figures are missing, each reason once."""
        prices = [self.start_up, *self.item.values(), *self.result.values()]
        return list(dict.fromkeys(price.failure for price in prices if price.failure))


def prices_of(samples: Sequence[CostSample]) -> list[Prices]:
    """The prices of every strategy, in the order of the samples."""
    names = dict.fromkeys(sample.probe.setting.strategy for sample in samples)
    return [
        _prices(name, [cost_sample for cost_sample in samples if cost_sample.probe.setting.strategy == name])
        for name in names
    ]


def _prices(name: str, samples: Sequence[CostSample]) -> Prices:
    start = next(sample for sample in samples if sample.probe.start_up)
    more = [sample for sample in samples if not sample.probe.start_up]
    plain = {sample.probe.setting.chunksize: sample for sample in more if not sample.probe.payload_bytes}
    one_by_one = plain.get(start.probe.setting.chunksize)
    item_ns = _items_ns(one_by_one, start) if one_by_one else {}
    results = {sample.probe.payload_bytes: sample for sample in more if sample.probe.payload_bytes}
    return Prices(
        name,
        _price(start, [float(wall_ns) for wall_ns in start.walls_ns.values()]),
        {size: _price(sample, list(_items_ns(sample, start).values())) for size, sample in plain.items()},
        {size: _price(sample, _results_ns(sample, start, item_ns)) for size, sample in results.items()},
    )


def _items_ns(sample: CostSample, start: CostSample) -> dict[int, float]:
    """Nanoseconds an item, by block, of those that have both rounds."""
    more = sample.probe.items - start.probe.items
    both = sample.walls_ns.keys() & start.walls_ns.keys()
    return {block: (sample.walls_ns[block] - start.walls_ns[block]) / more for block in sorted(both)}


def _results_ns(sample: CostSample, start: CostSample, item_ns: Mapping[int, float]) -> list[float]:
    """Nanoseconds a result, in every block that has all three rounds. item_ns: of a no-op, by block."""
    all_three = sample.walls_ns.keys() & start.walls_ns.keys() & item_ns.keys()
    return [
        (sample.walls_ns[block] - start.walls_ns[block] + start.probe.items * item_ns[block]) / sample.probe.items
        for block in sorted(all_three)
    ]


def _price(sample: CostSample, values_ns: Sequence[float]) -> Price:
    """The median; without an interval where a block has none above 0, as two starts differed by more than the items."""
    if not values_ns:
        return Price(None, sample.failures[-1] if sample.failures else "not measured")
    if min(values_ns) > 0:
        return Price(median_interval(values_ns))
    n = len(values_ns)
    drowned = Estimate(median(values_ns), None, None, n, f"{n} blocks, some within the noise of the start")
    return Price(drowned, is_below_noise=True)
