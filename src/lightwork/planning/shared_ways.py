"""Shared ways: how else workers may come by what all items have in common, beside being given it once.

    the recommended setting, given it once  |  sent with every item  |  mapped into memory    a round of each, in turn

Each way is compared with rounds of the same block, which lie within seconds. What is predicted to take too long, or
finds no time left, is predicted alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from statistics import median
from typing import Any

from lightwork.core.reasons import SharedWay, WayTried
from lightwork.core.setting import Setting
from lightwork.planning.contest import BUSY, Contest
from lightwork.planning.items import parameters_for
from lightwork.planning.job_profile import JobProfile
from lightwork.planning.measure import LONGER, PATIENCE, PATIENCE_S, ROUND_S, Measuring
from lightwork.planning.predictor import Predictor
from lightwork.planning.shared_argument import SharedArgument, is_given
from lightwork.study.run import sound

BUDGET_SHARE = 0.2  # of the budget, kept for these rounds
FEWEST_BLOCKS, MOST_BLOCKS = 2, 3
TRIES = 2  # blocks for each that is wanted: those are passed over before which others have the cores
BETTER = 1.05  # times as fast: a map is then worth its line of code


@dataclass(frozen=True)
class SharedWays:
    """What came of it.

    others: the ways beside the one that is planned with. setting: whose workers come by it so. is_mapped: whether a
    map is better.
    """

    name: str
    size_bytes: float
    others: tuple[WayTried, ...]
    setting: Setting
    is_mapped: bool = False


def compared(measuring: Measuring, contest: Contest, shared: SharedArgument) -> SharedWays | None:
    """The ways of the recommended setting, none where its workers have all items anyway.

    Where that is to stay serial, of the best one that was measured: a map may be what it lacks. None without any.
    """
    setting, name = contest.chosen or _best_measured(contest), shared.part.name
    size_bytes = shared.sent.size_bytes or getattr(shared.value, "nbytes", 0)
    if setting is None or not is_given(setting):
        return SharedWays(name, size_bytes, (), setting) if setting else None
    longer = _longer_sent(contest, shared, setting)
    ways = _Ways(measuring, contest, shared, setting, longer)
    if measuring.request.is_measured and contest.measured.blocks and contest.doubt <= BUSY:
        ways.measure()
    others = tuple(ways.tried())
    return SharedWays(name, size_bytes, others, setting, ways.is_better(SharedWay.MAPPED))


def _best_measured(contest: Contest) -> Setting | None:
    """The fastest setting that was measured whose workers must be given it."""
    rounds, speedup = contest.belief.rounds, contest.belief.speedup
    given = [setting for setting in contest.eligible if is_given(setting) and rounds.get(setting)]
    return max(given, key=lambda setting: speedup(setting).point, default=None)


def is_better(ratios: Sequence[float], before_s: float, walls_s: Sequence[float]) -> bool:
    """Whether a way is faster by more than others at the cores may pretend: in every block, and than rounds before.

    ratios: of the other way's round to its own, by block. before_s: the other way's round as the contest believes it.
    walls_s: of its own rounds.
    """
    if len(ratios) < FEWEST_BLOCKS or min(ratios) <= 1:
        return False
    return min(median(ratios), before_s / median(walls_s)) >= BETTER


def _longer_sent(contest: Contest, shared: SharedArgument, setting: Setting) -> float | None:
    """How many times as long a round is predicted to take with it in every item; None where it can't be sent."""
    if shared.sent.trouble:
        return None
    job = contest.job
    whole = replace(
        job, item_bytes=job.item_bytes + shared.sent.size_bytes * job.bundle,
        item_pickling_ns=job.item_pickling_ns + shared.sent.took_ns * job.bundle,
    )  # fmt: skip
    once, sent = (_predicted_s(contest, each, setting) for each in (job, whole))
    return sent / once


def _predicted_s(contest: Contest, job: JobProfile, setting: Setting) -> float:
    """A round of the items that are run, limits apart: they are of items that are given once."""
    traits = replace(contest.traits, item_ns=job.traits.item_ns, limits=())
    return Predictor(job.sample, job.sample_weights, job, contest.calibration, traits).of([setting])[0].wall_s


class _Ways:
    """Rounds of each way. walls_s: by block."""

    def __init__(
        self, measuring: Measuring, contest: Contest, shared: SharedArgument, setting: Setting, longer: float | None
    ) -> None:
        self.measuring, self.contest, self.shared, self.setting = measuring, contest, shared, setting
        self.longer = longer
        self.walls_s: dict[SharedWay, dict[int, float]] = {way: {} for way in self._parameters()}
        self.troubles: dict[SharedWay, str] = {}
        self.is_begun = False

    def _parameters(self) -> Mapping[SharedWay, Mapping[str, Any]]:
        """Of a round, by the way: the one that is planned with first."""
        measuring, shared = self.measuring, self.shared
        once = parameters_for(
            measuring.request, measuring.environment.workdir, measuring.serial.items, measuring.serial.run
        )
        ways: dict[SharedWay, Mapping[str, Any]] = {SharedWay.EACH_WORKER: once}
        if self.longer is not None:
            ways[SharedWay.EVERY_ITEM] = {**once, "shared": "", "shared_file": ""}
        if shared.can_be_mapped:
            ways[SharedWay.MAPPED] = {**once, **shared.mapped}
        return ways

    def measure(self) -> None:
        """A round of each in every block, in turns from the front and from the back, while there is time."""
        parameters, self.is_begun = self._parameters(), True
        if SharedWay.MAPPED in parameters:
            self.shared.write_array()
        self.measuring.environment.say(f"measuring other ways to give {self.shared.part.name} to workers")
        blocks = self.measuring.request.blocks or MOST_BLOCKS
        for block in range(1, TRIES * blocks + 1):
            if len(self.walls_s[SharedWay.EACH_WORKER]) == blocks:
                return
            if self.contest.job.doubt_beside(self.measuring.environment.busy_share()) > BUSY:
                continue
            ways = [way for way in parameters if way not in self.troubles]
            for number, way in enumerate(self._affordable(ways)[:: 1 if block % 2 else -1]):
                if number and self._needed_s(way) > self._left_s():
                    return
                self._round(way, parameters[way], block)

    def _affordable(self, ways: list[SharedWay]) -> list[SharedWay]:
        """Those for which there is time beside the way that is planned with; none where that is left alone."""
        left_s, chosen = self._left_s(), []
        for way in ways:
            if self._needed_s(way) <= left_s:
                chosen.append(way)
                left_s -= self._needed_s(way)
        return chosen if SharedWay.EACH_WORKER in chosen and len(chosen) > 1 else []

    def _left_s(self) -> float:
        return (
            inf
            if self.measuring.request.blocks
            else self.measuring.environment.left_s(self.measuring.request.budget_s) - self.measuring.closing_s
        )

    def _needed_s(self, way: SharedWay) -> float:
        """How long a round may take: as the longest so far, else as predicted."""
        once_s = self.contest.sampled.wall_s(self.setting)
        wall_s = once_s * ((self.longer or 1.0) if way is SharedWay.EVERY_ITEM else 1.0)
        wall_s = max(self.walls_s[way].values(), default=wall_s)
        return max(self.measuring.beside_s, ROUND_S) + LONGER * wall_s

    def _round(self, way: SharedWay, parameters: Mapping[str, Any], block: int) -> None:
        measuring, setting = self.measuring, self.setting
        serial_s = measuring.serial.finished.round.wall_ns / 1e9
        deadline_s = max(PATIENCE_S + PATIENCE * serial_s, PATIENCE * self._needed_s(way))
        finished = measuring.environment.run(
            measuring.request, parameters, setting, f"{way.name.lower()}-{block}-{setting.cell_id}",
            measuring.request.timeout_s or deadline_s, block=block, weights=measuring.weights,
            inner_threads=measuring.request.inner_threads,
        )  # fmt: skip
        round_ = sound(finished, setting.workers)
        if round_.ok:
            self.walls_s[way][block] = round_.wall_ns / 1e9
        else:
            self.troubles[way] = round_.reason.partition(" in item ")[0] or str(round_.outcome)

    def tried(self) -> Iterator[WayTried]:
        """What is to be said of each other way, as times as fast as the one that is planned with."""
        for way in self.walls_s:
            if way is SharedWay.EACH_WORKER:
                continue
            if ratios := self._ratios(way):
                yield WayTried(way, median(ratios), len(ratios))
            elif way in self.troubles:
                yield WayTried(way, 0.0, 0, self.troubles[way])
            elif way is SharedWay.EVERY_ITEM and self.longer:
                yield WayTried(way, 1 / self.longer, 0)
            elif self.is_begun:
                yield WayTried(way, 0.0, 0)

    def is_better(self, way: SharedWay) -> bool:
        """Whether it is worth its lines."""
        walls_s = list(self.walls_s.get(way, {}).values())
        return is_better(self._ratios(way), self.contest.sampled.wall_s(self.setting), walls_s)

    def _ratios(self, way: SharedWay) -> list[float]:
        once = self.walls_s[SharedWay.EACH_WORKER]
        return [once[block] / wall_s for block, wall_s in self.walls_s.get(way, {}).items() if block in once]
