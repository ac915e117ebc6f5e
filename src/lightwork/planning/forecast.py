"""A forecast: the settings that fit a job, each predicted from its serial ledger and what was learned since; pure.

items, waiting, computing -> how many workers can help -> a ladder of counts, up to where twice as many gain little
hand-over costs           -> the chunksize
the longest items         -> whether they go first
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.analysis.preference import LEAST_GAIN_S, WORTH_CODE, gains_enough
from lightwork.core.reasons import Crew
from lightwork.core.setting import Setting
from lightwork.planning.axes import Axes, each_once, settings_of
from lightwork.planning.job_profile import JobProfile
from lightwork.planning.predictor import Predictor
from lightwork.replay.calibration import Calibration
from lightwork.replay.prediction import Prediction
from lightwork.replay.traits import Traits, kind_of
from lightwork.strategies import find

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEXT_DOUBLING = 0.05  # what twice as many workers must gain for the ladder to go on
NEAR = 0.15  # of the best predicted speedup: settings within it are predicted in all their variants
HAND_OVER = 0.02  # of a chunk's time: what handing it over may take
CHUNKS_PER_WORKER = 8  # at least, so that workers end together
LONG_ITEM = 0.1  # of a worker's share of the work, and LONGER times the mean item: such items may go first
LONGER = 2.0
MOST_FIRST = 20  # items that go before all others


@dataclass(frozen=True)
class Forecast:
    """Predictions of the settings that fit a job, in no order.

    whole: for all items; sample: for those that were run, setting by setting the same.
    """

    whole: tuple[Prediction, ...]
    sample: tuple[Prediction, ...]

    @property
    def serial_s(self) -> float | None:
        """What the items that were run take serially, as predicted; None without predictions."""
        return self.sample[0].wall_s * self.sample[0].speedup.point if self.sample else None

    def only(self, fits: Callable[[Setting], bool]) -> "Forecast":
        """Those of settings that fit."""
        whole = tuple(prediction for prediction in self.whole if fits(prediction.setting))
        if self.sample is self.whole:
            return Forecast(whole, whole)
        return Forecast(whole, tuple(prediction for prediction in self.sample if fits(prediction.setting)))


def forecast(
    job: JobProfile, axes: Axes, calibration: Calibration, traits: Traits, also: Iterable[Setting] = ()
) -> Forecast:
    """Predict the settings that fit the job, those of `also` among them."""
    everything = Predictor(job.rows, job.weights, job, calibration, traits)
    settings = each_once([*also, *_chosen(job, axes, calibration, traits, everything)], len(job.rows))
    settings = [*settings, *_worth_more_code(job, axes, calibration, everything, settings)]
    whole = tuple(everything.of(settings))
    if job.sample is job.rows:
        return Forecast(whole, whole)
    part = Predictor(job.sample, job.sample_weights, job, calibration, traits)
    return Forecast(whole, tuple(part.of(settings)))


def _chosen(
    job: JobProfile, axes: Axes, calibration: Calibration, traits: Traits, predictor: Predictor
) -> list[Setting]:
    """The settings that are worth knowing of."""
    counts = axes.counts(job.most_workers(traits), len(job.rows))
    orders = axes.orders or (("given", "largest-first") if _has_long_items(job, counts[-1]) else ("given",))
    by_worker: dict[str, list[tuple[str, str]]] = {}
    for name, method in axes.kinds():
        by_worker.setdefault(find(name).workers, []).append((name, method))
    settings: list[Setting] = []
    for kinds in by_worker.values():
        settings += _of_one_kind(kinds, counts, orders, job, axes, calibration, predictor)
    return settings


def _worth_more_code(
    job: JobProfile, axes: Axes, calibration: Calibration, predictor: Predictor, settings: Sequence[Setting]
) -> list[Setting]:
    """Rare strategies, as many workers as the fastest processes, where they gain much over all of these settings."""
    predictions = list(predictor.of(settings)) if axes.rare else []
    pools = [each for each in predictions if kind_of(each.setting) == "processes"]
    if not pools:
        return []
    fastest, pool = (min(some, key=lambda each: each.wall_s) for some in (predictions, pools))
    workers, orders = pool.setting.workers, (pool.setting.order,)
    rare = [
        setting
        for name in axes.rare
        for method in axes.methods_of(name)[:1]
        for size in axes.chunksizes or (chunksize_for(job, name, method, workers, calibration),)
        for setting in settings_of([(name, method)], [workers], [size], orders)
    ]
    serial_s = fastest.wall_s * fastest.speedup.point
    now_s = fastest.wall_s if gains_enough(fastest.speedup.point, serial_s) else serial_s
    least_s = max(WORTH_CODE * now_s, LEAST_GAIN_S)
    return [each.setting for each in predictor.of(rare) if now_s - each.wall_s > least_s]


def _of_one_kind(
    kinds: Sequence[tuple[str, str]], counts: Sequence[int], orders: Sequence[str], job: JobProfile, axes: Axes,
    calibration: Calibration, predictor: Predictor,
) -> list[Setting]:  # fmt: skip
    """Of workers of one kind: the first strategy at every count that can help, and all of them near its best."""

    def variants(some: Sequence[tuple[str, str]], count: int) -> list[Setting]:
        made = []
        for name, method in some:
            fits = axes.chunksizes or (chunksize_for(job, name, method, count, calibration),)
            made += settings_of([(name, method)], [count], fits, orders)
        return made

    if axes.workers is not None:
        return [setting for count in counts for setting in variants(kinds, count)]
    ladder = _climbed(counts, lambda count: max(predictor.speedups(variants(kinds[:1], count))))
    best = max(ladder.values(), default=0.0)
    near = [count for count, speedup in ladder.items() if speedup >= (1 - NEAR) * best]
    first = [setting for count in ladder for setting in variants(kinds[:1], count)]
    return list(dict.fromkeys([*first, *(setting for count in near for setting in variants(kinds, count))]))


def _climbed(counts: Sequence[int], speedup_of: Callable[[int], float]) -> dict[int, float]:
    """Speedups by count, ascending, up to where twice as many workers gain less than NEXT_DOUBLING."""
    speedups: dict[int, float] = {}
    for count in counts:
        speedups[count] = speedup_of(count)
        half = [speedup for fewer, speedup in speedups.items() if 2 * fewer <= count]
        if half and speedups[count] < (1 + NEXT_DOUBLING) * half[-1]:
            break
    return speedups


def chunksize_for(job: JobProfile, name: str, method: str, workers: int, calibration: Calibration) -> int | None:
    """The fewest items of which handing a chunk over takes HAND_OVER of its time; None for a strategy without chunks.

    No more than where half a chunk, which the others wait for at the end, takes as long as handing all of them over;
    and so few that every worker has CHUNKS_PER_WORKER.
    """
    if find(name).default_chunksize is None:
        return None
    costs = calibration.of(Setting(name, workers, start_method=method), job.spin_ns)
    sends = find(name).workers == "processes" and not find(name).has_items(method)
    costs = costs.with_sent_items(0.0, 1, job.traits.function_ns if sends else 0.0)
    item_ns = max(float(job.walls_ns.mean()), 1.0)
    chunk_ns = max(costs.hand_over_ns(0.0) / HAND_OVER, item_ns)  # at least, if it costs no more than that
    hand_over_ns = costs.hand_over_ns(chunk_ns / workers)
    wanted = ceil(hand_over_ns / (HAND_OVER * item_ns))
    even = round(sqrt(2 * hand_over_ns * float(job.walls_ns.sum()) / workers) / item_ns)
    return max(1, min(wanted, even, len(job.rows) // (CHUNKS_PER_WORKER * workers)))


def _has_long_items(job: JobProfile, most: int) -> bool:
    """Whether some item is long beside a worker's share of the work."""
    return job.bundle == 1 and bool(_are_long(job.walls_ns, most).any())


def longest_first(walls_ns: "NDArray[Any]") -> list[int]:
    """The places of the items that are long beside a worker's share of the work, the longest first.

    Beside the share of as many workers as the longest item lets gain anything.
    """
    workers = max(float(walls_ns.sum()) / max(float(walls_ns.max()), 1.0), 2.0)
    long = np.flatnonzero(_are_long(walls_ns, workers))
    ranked: list[int] = long[np.argsort(-walls_ns[long], kind="stable")].tolist()
    return ranked[:MOST_FIRST]


def _are_long(walls_ns: "NDArray[Any]", workers: float) -> "NDArray[Any]":
    """Which items decide when so many workers are done."""
    share_ns = walls_ns.sum() / max(workers, 2.0)
    long: NDArray[Any] = walls_ns > max(LONG_ITEM * share_ns, LONGER * walls_ns.mean())
    return long


def crew_of(setting: Setting) -> Crew:
    """The setting's workers as people name them."""
    strategy = find(setting.strategy)
    return Crew(setting.workers, strategy.workers, strategy.call, strategy.executor)


def in_items(setting: Setting, bundle: int) -> Setting:
    """The setting as the user knows it: its chunks counted in items of theirs, not in bundles."""
    if bundle == 1:
        return setting
    strategy = find(setting.strategy)
    return replace(setting, chunksize=(setting.chunksize or 1) * bundle) if strategy.default_chunksize else setting
