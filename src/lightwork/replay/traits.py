"""Traits: what a job does that one serial ledger can't show, learned from its rounds on several workers; pure.

    first items of workers, beyond what they took serially -> what every worker pays once: a model, a connection
    a round of threads, replayed on more or fewer cores    -> on how many of them its threads compute at a time
    a round that falls short of its prediction             -> what limits it, whatever the workers' number

A round is replayed with what is known so far; what it still takes longer is a limit. To fewer workers the limit
applies as it is, a lock or a service with so many places: speedup(n) <= limit. To more it is carried on by Amdahl's law
from the measured round, so that work which still gained is tried with more workers and not written off. What is done
one after the other, the share s of the serial time, is added to what is predicted:

    1 / measured = 1 / predicted(n) + s (n - 1) / n
    1 / speedup(m) = 1 / predicted(m) + s (m - 1) / m      for m > n
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.setting import Setting
from lightwork.ledger.table import State
from lightwork.replay.costs import Costs
from lightwork.replay.dear_items import without_dear
from lightwork.replay.demands import Demands, demands_of, own_ns
from lightwork.replay.engine import replay
from lightwork.strategies import SHARING, chunksize_in_force, find

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_WARM_UP_NS = 5_000_000.0  # less is within what a first call takes for caches and imports anyway
LEAST_WARM_UPS = 3.0  # times the median item
LEAST_LONGER = 0.25  # of what the first item itself takes: of a long one, less is its own scatter
SHORTFALL = 0.15  # of the predicted speedup: less is within what predictions are off
LEAST_THREAD_CORES, STEPS = 0.5, 7  # of bisection
UNCLEAR = 0.1  # a round that cores make so little faster does not tell on how many it ran
ALONE = 0.5  # where each worker has one item: those that waited least have nothing to do for the rest of the time
INSIDE = 0.5  # of what a round takes longer, spent inside the items: then whatever limits them limits all workers


@dataclass(frozen=True)
class WarmUp:
    """What a worker's first item takes beyond what it would take as a later one."""

    cpu_ns: float = 0.0
    wait_ns: float = 0.0

    def __bool__(self) -> bool:
        return self.cpu_ns + self.wait_ns > 0

    @property
    def wall_ns(self) -> float:
        """Both together."""
        return self.cpu_ns + self.wait_ns


NO_WARM_UP = WarmUp()


@dataclass(frozen=True)
class SpeedupLimit:
    """A measured round that fell short. share: of the predicted speedup that was measured.

    is_shared: whether it was inside the items that time was lost, so that workers of other kinds meet it, too.
    measured: the speedup of the items that were run; what they share lets no more through of all items either.
    """

    setting: Setting
    share: float
    is_shared: bool
    measured: float = inf

    def meets(self, setting: Setting) -> bool:
        """Whether workers of this setting meet it."""
        theirs, ours = find(setting.strategy), find(self.setting.strategy)
        return self.is_shared or (theirs.workers, theirs.executor) == (ours.workers, ours.executor)

    def on(self, workers: int, speedup: float, predicted: float) -> float:
        """What is left of the speedup that is predicted for so many workers.

        predicted: what is predicted, of the same items, for the setting that fell short.
        """
        if workers <= self.setting.workers:
            return min(speedup, self.share * predicted, self.measured if self.is_shared else inf)
        longer = (1 / self.share - 1) / predicted
        one_by_one = longer * self.setting.workers / max(self.setting.workers - 1, 1)
        return 1 / (1 / speedup + one_by_one * (workers - 1) / workers)


@dataclass(frozen=True)
class Traits:
    """What was learned of a job. All empty: nothing yet.

    warm_ups: by kind of worker. thread_cores: on how many cores its threads compute at a time; None: not seen yet.
    limits: of every setting that fell short. result_ns: what a result takes on either side, which processes send
    back; item_ns: what an item does, which they are sent unless they have it by fork; function_ns: what is sent
    of the function with each chunk.
    initializer: what each worker does before its first item, as the serial run does; coroutines do it once together.
    given: what processes do besides that don't inherit what all items have in common.
    refill: what it takes to fill a cache that items share, which each process does for itself.
    apart_ns: from one item's start to the next one's at least, by a rate that was asked for; 0 without one.
    locked_share: of the items' time, in which one holds what others wait for.
    """

    warm_ups: Mapping[str, WarmUp] = field(default_factory=dict)
    thread_cores: float | None = None
    limits: tuple[SpeedupLimit, ...] = ()
    result_ns: float = 0.0
    item_ns: float = 0.0
    function_ns: float = 0.0
    initializer: WarmUp = NO_WARM_UP
    given: WarmUp = NO_WARM_UP
    refill: WarmUp = NO_WARM_UP
    apart_ns: float = 0.0
    locked_share: float = 0.0

    def in_bundles(self, items: int) -> "Traits":
        """The same of bundles of so many items: what the rate keeps apart is theirs together."""
        return replace(self, apart_ns=self.apart_ns * items) if self.apart_ns else self

    def warm_up(self, setting: Setting) -> WarmUp:
        """What each worker of this setting pays once."""
        return self.warm_ups.get(kind_of(setting), NO_WARM_UP)

    def demands(self, setting: Setting, serial_items: "NDArray[Any]") -> Demands:
        """What the items ask for beside what each worker of this setting pays once, in the ledger's order."""
        rows = without_dear(serial_items) if self.refill and kind_of(setting) not in SHARING else serial_items
        return demands_of(without_warm_up(rows, self.warm_up(setting)))

    def costs(self, setting: Setting, costs: Costs, items: int) -> Costs:
        """What the setting's strategy costs, with what each worker pays once and what is sent there and back."""
        warm_up = self.warm_up(setting)
        costs = costs.with_warm_up(warm_up.cpu_ns, warm_up.wait_ns)
        if kind_of(setting) == "tasks":
            return costs.with_opening(self.initializer.wall_ns)
        costs = costs.with_warm_up(self.initializer.cpu_ns, self.initializer.wait_ns)
        if kind_of(setting) not in SHARING:
            costs = costs.with_warm_up(self.refill.cpu_ns, self.refill.wait_ns)
        if kind_of(setting) != "processes":
            return costs
        if setting.start_method != "fork":
            costs = costs.with_warm_up(self.given.cpu_ns, self.given.wait_ns)
        chunk = chunksize_in_force(setting, items) or 1
        has_items = find(setting.strategy).has_items(setting.start_method)
        costs = costs if has_items else costs.with_sent_items(self.item_ns, chunk, self.function_ns)
        return costs.with_results(self.result_ns, chunk)

    def limited(self, setting: Setting, speedup: float, predicted: Mapping[Setting, float]) -> float:
        """The predicted speedup within every limit that this setting's workers meet.

        predicted: speedups, without limits, of the settings that fell short.
        """
        met = [limit for limit in self.limits if limit.meets(setting)]
        turns = 1 / self.locked_share if self.locked_share else inf
        return min([speedup, turns, *(limit.on(setting.workers, speedup, predicted[limit.setting]) for limit in met)])


NO_TRAITS = Traits()


def kind_of(setting: Setting) -> str:
    """The kind of the setting's workers: one kind meets the same costs and limits."""
    return find(setting.strategy).workers


def made_of(setting: Setting) -> tuple[str, str]:
    """The kind of the setting's workers, and how they are started; an executor of the user's own has its own way."""
    strategy = find(setting.strategy)
    return strategy.workers, strategy.executor or setting.start_method


def are_alike(setting: Setting, other: Setting) -> bool:
    """Whether their workers are of one kind and made in one way, so that what fails in one may fail in the other."""
    return made_of(setting) == made_of(other)


def warm_up_of(serial: "NDArray[Any]", parallel: "NDArray[Any]") -> WarmUp:
    """What workers' first items took more than serially, beyond what later ones did: the median; nothing if little.

    serial, parallel: ledgers of the same items. The item that was the first serially paid for it there, and is passed
    over. Waiting for a core is nobody's warm-up.
    """
    firsts = _firsts(parallel)
    paid = [place for place in firsts if place != int(serial["start_ns"].argmin())]
    later = np.setdiff1d(np.flatnonzero(parallel["state"] == State.DONE), firsts)
    if not paid or not len(later):
        return NO_WARM_UP
    cpu_ns = parallel["cpu_ns"] - serial["cpu_ns"]
    waits_ns = _waits_ns(parallel) - _waits_ns(serial)
    more = np.array([cpu_ns[paid] - np.median(cpu_ns[later]), waits_ns[paid] - np.median(waits_ns[later])])
    walls_ns = more.sum(axis=0)
    least_ns = max(LEAST_WARM_UP_NS, LEAST_WARM_UPS * float(np.median(own_ns(serial))))
    if (walls_ns < np.maximum(least_ns, LEAST_LONGER * own_ns(serial)[paid])).any():  # some paid nothing: no warm-up
        return NO_WARM_UP
    typical = int(np.argsort(walls_ns)[len(walls_ns) // 2])
    return WarmUp(max(float(more[0, typical]), 0.0), max(float(more[1, typical]), 0.0))


def without_warm_up(serial: "NDArray[Any]", warm_up: WarmUp) -> "NDArray[Any]":
    """The serial ledger as though the first item that was run had found everything warm, never below the median one.

    Times of the items after it stay as they are: only how long each took matters.
    """
    if not warm_up:
        return serial
    rows, first = serial.copy(), int(serial["start_ns"].argmin())
    others = np.arange(len(rows)) != first
    if not others.any():
        return serial
    usual_ns = np.median((rows["end_ns"] - rows["start_ns"])[others])
    usual_cpu_ns = np.median(rows["cpu_ns"][others])
    wall_ns = rows["end_ns"][first] - rows["start_ns"][first]
    rows["cpu_ns"][first] = max(rows["cpu_ns"][first] - warm_up.cpu_ns, min(usual_cpu_ns, rows["cpu_ns"][first]))
    rows["start_ns"][first] = rows["end_ns"][first] - max(wall_ns - warm_up.wall_ns, min(usual_ns, wall_ns))
    return rows


def thread_cores_of(
    demands: Demands, setting: Setting, wall_ns: float, cores: float, costs: Costs, apart_ns: float = 0.0
) -> float | None:
    """On how many cores these threads computed at a time: as many as with which the replayed round takes as long.

    demands: in the order in which the items were handed out. wall_ns: of the measured round. apart_ns: of a rate. 1
    where each holds the interpreter's lock all the time, below where they wait for it besides; between 1 and all cores
    where some let it go. None where it makes no difference.
    """

    def takes_ns(many: float) -> float:
        return replay(demands, setting, many, costs, apart_ns).makespan_ns

    low, high = LEAST_THREAD_CORES, max(cores, 1.0)
    if takes_ns(low) <= (1 + UNCLEAR) * takes_ns(high):
        return None
    for _ in range(STEPS):
        middle = (low + high) / 2
        is_enough = takes_ns(middle) <= wall_ns
        low, high = (low, middle) if is_enough else (middle, high)
    return high


def limit_of(
    setting: Setting,
    measured: float,
    predicted: float,
    serial: "NDArray[Any]",
    parallel: "NDArray[Any]",
    doubt: float = 0.0,
) -> SpeedupLimit | None:
    """What limits a round whose measured speedup is so far below the predicted one; None where it is not.

    serial, parallel: the ledgers of its items. doubt: how much more it may fall short because others had the cores.
    """
    share = measured / predicted
    if share > 1 - SHORTFALL - doubt:
        return None
    serial_ns, parallel_ns = (float(own_ns(rows).sum()) for rows in (serial, parallel))
    working = min(setting.workers, len(serial))
    longer_ns = working * serial_ns * (1 / measured - 1 / predicted)
    inside = INSIDE if working < len(serial) else ALONE * INSIDE
    is_shared = parallel_ns - serial_ns > inside * longer_ns
    return SpeedupLimit(setting, share, is_shared, measured)


def _waits_ns(rows: "NDArray[Any]") -> "NDArray[Any]":
    waits_ns: NDArray[Any] = np.maximum(own_ns(rows) - rows["cpu_ns"], 0)
    return waits_ns


def _firsts(rows: "NDArray[Any]") -> Sequence[int]:
    """The first item of every worker."""
    by_start = np.argsort(rows["start_ns"], kind="stable")
    _, places = np.unique(rows["worker"][by_start], return_index=True)
    firsts: list[int] = by_start[places].tolist()
    return firsts
