"""Contention: what items cost each other when they run at once, from rounds that show it; pure.

    serial rounds, two or more -> what the same items take anyway, and how much that varies
    rounds on several workers  -> waiting beyond it: a lock that all share  -> the share of an item spent under it,
                                                                               by how many workers come to it
                               -> CPU time beyond it: caches, memory, siblings -> a factor on computing

A serial ledger shows neither: alone, an item gets every lock at once and has the caches to itself.

The lock's share is found by turning the replay round: it is the one at which the replayed probe waits for as long as
the measured one did. Waiting is wall - CPU - run-queue wait, item by item, so that start-up and CPU speed stay out of
it. How CPU time grows with the cores that are busy is an assumption (see `inflation`): a probe has one figure.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.setting import Setting
from lightwork.ledger.table import ABSENT, State
from lightwork.replay.costs import NO_COSTS, Costs
from lightwork.replay.cpu_speed import spin_ns
from lightwork.replay.demands import Demands, demands_of
from lightwork.replay.engine import replay

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Amounts = Sequence[NDArray[Any]]  # a round each, with one entry per item

CERTAIN = 3.0  # standard errors, beside the serial rounds' own difference, beyond which waiting is believed
CONFIDENT = 0.9  # one-sided: dearer computing is believed that chance alone would show in one of ten studies
LEAST_SHARE = 0.02  # of the items' time: less matters little, and timers alone can cause it
LEAST_INFLATION = 0.1  # of the CPU time: less is within what cores' speed varies from round to round
FEWEST, FEWEST_SERIAL = 4, 2  # items, and serial rounds, from which a spread can be told
DRAWN = 1_000  # items, in as many replays of one probe as it takes: which of few items meet at the lock is chance
CLOSE = 1e-3  # of the waiting
MOST_SHARE = 1.25  # of an item, held for longer than it takes: more would rest on the waiting of one probe alone
PAIR = 2  # workers: with one waiter at most, how long the lock lies idle is chance
STEPS = 12  # of bisection: the share to 1 in 4,096


@dataclass(frozen=True, eq=False)
class Probe:
    """A round of the serial ledger's items with two workers or more: how it was handed out, and its ledger."""

    setting: Setting
    items: "NDArray[Any]"


@dataclass(frozen=True)
class Evidence:
    """What a finding rests on: an effect, and the noise that it has to exceed; both shares of the serial time.

    effect: more than serially, in the mean probe. noise: as much would come of nothing. Of waiting, by how much the
    serial rounds differ, and CERTAIN standard errors of that difference over the items beside it; of computing, what
    Student's t allows two groups of rounds that vary so much.
    """

    effect: float
    noise: float

    def exceeds(self, least: float) -> bool:
        """Whether the effect is there: beyond the noise, and large enough to matter."""
        return self.effect > max(self.noise, least)


NO_EVIDENCE = Evidence(0.0, 0.0)


@dataclass(frozen=True)
class Contention:
    """What items cost each other.

    exclusive_share: of the items' wall time, spent under the one lock that all share; 0 where none was found. Where
    waiters poll, the time in which the lock lies idle until they look again counts as held, so that it may be above 1.
    shares: the same by the number of workers, for each that was probed, ascending; the last is exclusive_share.
    cpu_inflation: factor on CPU time when one other core is busy; 1 where none was found. workers: of the probes, the
    most that ran at once. waiting, computing: what the two rest on.
    """

    exclusive_share: float = 0.0
    cpu_inflation: float = 1.0
    workers: int = 1
    waiting: Evidence = NO_EVIDENCE
    computing: Evidence = NO_EVIDENCE
    shares: tuple[tuple[int, float], ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether there is any."""
        return self.exclusive_share > 0 or self.cpu_inflation > 1

    def share_at(self, workers: int) -> float:
        """The share when so many workers run: a straight line between those that were probed, level beyond them."""
        if not self.shares:
            return self.exclusive_share
        counts, shares = zip(*self.shares, strict=True)
        return float(np.interp(workers, counts, shares))

    def is_far(self, workers: int, cores: float) -> bool:
        """Whether what was found is carried on beyond the probes: to more at the lock, or to more busy cores."""
        more_at_lock = self.exclusive_share > 0 and workers > self.workers
        return more_at_lock or (self.cpu_inflation > 1 and min(workers, cores) > self.workers)


NO_CONTENTION = Contention()


def probe_setting(workers: int = 2, start_method: str = "fork") -> Setting:
    """The round that shows contention: few workers, items one by one, each taken when the last is done.

    Two show what one more costs. They can miss a lock held for less than half of the time, where items are so equal
    that two march in step and never meet; four can't.
    """
    return Setting("pipe", workers, start_method=start_method)


def contention_of(
    serial: "Sequence[NDArray[Any]]",
    probes: Sequence[Probe],
    cores: float,
    costs: Costs = NO_COSTS,
) -> Contention:
    """What the probes show beyond the serial rounds.

    Of a lock those with the most workers tell: each of them must show waiting of its own, as one alone may have been
    held up. Of CPU time all do.

    serial: ledgers of the same items run serially, twice at least, best before and after the probes, so that a drift of
    the machine is noise; the first is the one that is replayed. probes: in the given order of items. cores: that a
    round may use. costs: of the probes' strategy, so that the replay begins and hands over as they did.
    Raises ValueError without a probe, with one serial round, and for ledgers of different items.
    """
    if not probes:
        raise ValueError("contention is seen where items run at once: give it one probe at least")
    if len(serial) < FEWEST_SERIAL:
        raise ValueError(f"how much serial rounds vary can't be told from fewer than {FEWEST_SERIAL}")
    if len({len(items) for items in (*serial, *(probe.items for probe in probes))}) > 1:
        raise ValueError("the serial ledgers and the probes must be of the same items")
    most = max(probe.setting.workers for probe in probes)
    crowded = [probe for probe in probes if probe.setting.workers == most]
    alone = [_Seen(serial, [probe]).waiting() for probe in crowded]
    queued = _Seen(serial, crowded)
    waiting = queued.waiting()
    locked = all(evidence.exceeds(LEAST_SHARE) for evidence in alone)
    shares = _shares(serial, probes, cores, costs) if locked else ()
    share = shares[-1][1] if shares else 0.0
    seen = _Seen(serial, probes)
    computing = seen.computing()
    others = float(np.mean([_others_busy(probe.setting.workers, cores) for probe in probes]))
    inflates = computing.exceeds(LEAST_INFLATION) and computing.effect * seen.cpu_share > LEAST_SHARE
    factor = 1.0 + computing.effect / others if others and inflates else 1.0
    return Contention(share, factor, most, waiting, computing, shares)


def with_contention(demands: Demands, contention: Contention, workers: int, cores: float) -> Demands:
    """What the items ask for when so many workers run at once on so many cores.

    With each further core that is busy computing takes as much longer as with the first, and no longer beyond the
    cores: a straight line through what the probe saw, which is an assumption. Memory bandwidth can run out later, and
    then costs more; caches of their own can keep it from costing anything.
    """
    if not contention.is_any:
        return demands
    factor = 1.0 + (contention.cpu_inflation - 1.0) * _others_busy(workers, cores)
    inflated = replace(demands, cpu_ns=np.rint(demands.cpu_ns * factor).astype(np.int64))
    locked = _locked(inflated, contention.share_at(workers), seed=0)
    own_ns = np.minimum(demands.exclusive_ns, inflated.wall_ns)
    return replace(locked, exclusive_ns=np.maximum(own_ns, locked.exclusive_ns))


def _locked(demands: Demands, share: float, seed: int) -> Demands:
    """The items with this share of their time under the lock; above 1 they hold it for longer than they take."""
    idle_ns = np.rint(max(share - 1.0, 0.0) * demands.wall_ns).astype(np.int64)
    exclusive_ns = _uneven_ns(demands, min(share, 1.0), seed) + idle_ns
    return replace(demands, wait_ns=demands.wait_ns + idle_ns, exclusive_ns=exclusive_ns)


def _uneven_ns(demands: Demands, share: float, seed: int) -> "NDArray[Any]":
    """Time under the lock, item by item: the share, and evenly between as much more and less where there is room.

    Nothing tells which items hold the lock for longer. Were they all alike, equal items would march in step and never
    meet at a lock that is free half of the time: two workers would wait for nothing, as no real ones do. An item
    longer than the mean differs by no more than the mean one, so that it can't decide the round.
    """
    walls_ns = demands.wall_ns
    lot = (np.random.default_rng(seed).permutation(len(demands)) + 0.5) / len(demands)
    room_ns = min(share, 1.0 - share) * np.minimum(walls_ns, walls_ns.mean())
    exclusive_ns: NDArray[Any] = np.rint(walls_ns * share + (2.0 * lot - 1.0) * room_ns).astype(np.int64)
    return exclusive_ns


def _others_busy(workers: int, cores: float) -> float:
    return max(min(workers, cores) - 1.0, 0.0)


class _Seen:
    """The rounds as amounts per item, of those that were done in all of them.

    Of computing, those are left out that a worker ran first: they pay for what it does once. Of waiting they are not:
    a worker that is locked out from the beginning may run no other.
    """

    def __init__(self, serial: "Sequence[NDArray[Any]]", probes: Sequence[Probe]) -> None:
        self.serial, self.probes = serial, probes
        self.rounds = [probe.items for probe in probes]
        everything = [*self.serial, *self.rounds]
        self.done = np.all([rows["state"] == State.DONE for rows in everything], axis=0)
        self.later = self.done.copy()
        self.later[np.concatenate([_firsts(rows) for rows in everything])] = False

    def waiting(self) -> Evidence:
        """How much longer items waited, as a share of what they took serially."""
        serial, probes = ([_waits_ns(rows) for rows in some] for some in (self.serial, self.rounds))
        return _evidence(serial, probes, self.walls_ns, self.done)

    def computing(self) -> Evidence:
        """How much longer they computed, as a share of what they did serially.

        As the rounds were: over enough of them a core that is slower for a while evens out. Where they tell too little,
        at equal CPU speed, which varies less; but work that waits for memory does not follow the core's speed, and
        rounds can slow their own cores down (two that are one core's threads), so no more than as they were.
        """
        plain = self._computing(lambda _: 1.0)
        if plain.exceeds(LEAST_INFLATION) or not all(map(spin_ns, (*self.serial, *self.rounds))):
            return plain
        return min(plain, self._computing(spin_ns), key=lambda evidence: evidence.effect)

    def _computing(self, speed_of: "Callable[[NDArray[Any]], float]") -> Evidence:
        serial, probes = (
            np.array([float(rows["cpu_ns"][self.later].sum()) / speed_of(rows) for rows in some])
            for some in (self.serial, self.rounds)
        )
        if self.later.sum() < FEWEST or not serial.any():
            return NO_EVIDENCE
        return Evidence(float(probes.mean() / serial.mean() - 1), _by_chance(serial, probes) / float(serial.mean()))

    @property
    def walls_ns(self) -> "Amounts":
        """What the items took serially."""
        return [rows["end_ns"] - rows["start_ns"] for rows in self.serial]

    @property
    def cpu_share(self) -> float:
        """Of the serial items' time."""
        return float(np.sum([rows["cpu_ns"] for rows in self.serial]) / max(np.sum(self.walls_ns), 1))

    def waited_ns(self, items: "NDArray[Any]") -> float:
        """The waiting of a replayed round, counted as it was in the measured ones."""
        rows = items[self.done]
        if (self.serial[0]["runqueue_ns"] == ABSENT).any():
            rows["runqueue_ns"] = ABSENT
        return float(_waits_ns(rows).sum())


def _by_chance(some: "NDArray[Any]", others: "NDArray[Any]") -> float:
    """How far apart the means of two groups lie by chance at most: Student's t on the pooled variance."""
    from scipy.special import stdtrit  # takes longer to import than all else that a refused plan needs

    freedom = len(some) + len(others) - 2
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in (some, others))
    error = math.sqrt(squares / freedom * (1 / len(some) + 1 / len(others)))
    return float(stdtrit(freedom, CONFIDENT)) * error


def _evidence(serial: "Amounts", probes: "Amounts", whole: "Amounts", counted: "NDArray[Any]") -> Evidence:
    """How much more the mean probe's items took than the mean serial round's, over the whole of it."""
    usual, seen, all_of_it = (np.mean(amounts, axis=0)[counted] for amounts in (serial, probes, whole))
    if len(usual) < FEWEST or not all_of_it.any():
        return NO_EVIDENCE
    drift = (serial[-1] - serial[0])[counted]
    sums = [float(amounts[counted].sum()) for amounts in serial]
    noise = max(sums) - min(sums) + CERTAIN * float(drift.std(ddof=1)) * math.sqrt(len(drift))
    return Evidence(float((seen - usual).sum() / all_of_it.sum()), float(noise / all_of_it.sum()))


def _shares(
    serial: "Sequence[NDArray[Any]]", probes: Sequence[Probe], cores: float, costs: Costs
) -> tuple[tuple[int, float], ...]:
    shares = []
    for count in sorted({probe.setting.workers for probe in probes}):
        seen = _Seen(serial, [probe for probe in probes if probe.setting.workers == count])
        most = MOST_SHARE if count > PAIR else 1.0
        shares.append((count, _exclusive_share(seen, seen.waiting().effect, cores, costs, most)))
    return tuple(shares)


def _exclusive_share(seen: _Seen, effect: float, cores: float, costs: Costs, most: float = 1.0) -> float:
    """The least share under the lock with which the replayed probes wait for as long as the measured: by bisection.

    Without a lock they may wait for as long already, where the wait for a core is not told from other waiting.
    """
    alone = demands_of(seen.serial[0])
    draws = -(-DRAWN // len(alone))
    wanted_ns = effect * float(np.mean(seen.walls_ns, axis=0)[seen.done].sum())

    def waited_ns(share: float) -> float:
        """By how much the mean replayed probe waits longer than the serial round."""
        locked = [_locked(alone, share, seed) for seed in range(draws)]
        rounds = [replay(work, probe.setting, cores, costs) for probe in seen.probes for work in locked]
        return float(np.mean([seen.waited_ns(replayed.items) for replayed in rounds])) - float(
            alone.wait_ns[seen.done].sum()
        )

    def is_enough(share: float) -> bool:
        return waited_ns(share) >= (1 - CLOSE) * wanted_ns

    if is_enough(0.0):
        return 0.0
    low, high = 0.0, most
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


def _waits_ns(items: "NDArray[Any]") -> "NDArray[Any]":
    return demands_of(items).wait_ns


def _firsts(items: "NDArray[Any]") -> "NDArray[Any]":
    by_start = np.argsort(items["start_ns"], kind="stable")
    return by_start[np.unique(items["worker"][by_start], return_index=True)[1]]
