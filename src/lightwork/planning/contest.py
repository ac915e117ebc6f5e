"""A contest: what is believed of every setting after some rounds, which is preferred, what to measure next; pure.

    forecast (with traits learned from the rounds) + walls -> belief -> the preferred setting -> the next block:
        itself, what could be better, the next smaller and the next larger worker count, serial while it is not sure

The first block has the preferred setting of every kind of worker that might be near the best.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import hypot, log
from statistics import fmean, median

from lightwork.analysis.belief import Belief, Expectation, PriorSpread, Wall, believe
from lightwork.analysis.preference import AS_GOOD, BelievedSpeedup, gains_enough, preferred
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL
from lightwork.planning.axes import Axes
from lightwork.planning.bracket import Bracket, brackets_of
from lightwork.planning.failed_setting import FailedSetting
from lightwork.planning.forecast import Forecast, forecast
from lightwork.planning.job_profile import MOST_WORKERS, JobProfile
from lightwork.planning.learning import LEAST_COMPUTING, Seen, traits_of
from lightwork.replay.calibration import Calibration
from lightwork.replay.prediction import Prediction
from lightwork.replay.traits import Traits, are_alike, kind_of, made_of
from lightwork.strategies import is_executor

SERIAL_SETTING = Setting("serial")
MIGHT_BE_NEAR = 0.3  # of the best predicted speedup: such kinds of workers are looked at first
BETTER, DOUBT = 0.05, 0.05  # a challenger that is so much faster with more than this probability is measured
SMALLER_AS_GOOD = 0.1  # the probability from which on fewer workers might be as good
FEWEST_ROUNDS, MOST_BLOCKS = 3, 9
SERIAL_ROUNDS = 2  # of the serial run at least, the first one apart
CHALLENGERS = 2  # a block
FEWEST_WORKERS = 2  # where these fail, it is not their number
NARROW = 0.1  # half the interval of a speedup, over the point: known well enough
BUSY = 0.2  # of the cores' time: where others took more, what was measured tells of them, and predictions answer
LIMITED = PriorSpread(common=0.2, single=0.05)  # of settings that are predicted by a limit found in others


@dataclass(frozen=True, eq=False)
class Measurements:
    """All rounds so far.

    walls: at equal CPU speed, the serial setting's among them; seen: those on several workers, with their ledgers.
    serial_ns: the last serial round. blocks: how many were measured beside the first serial run. busy_share: of the
    machine's CPU time that others took, looked at before each block: the median.
    """

    walls: tuple[Wall, ...]
    seen: tuple[Seen, ...]
    failed: tuple[FailedSetting, ...]
    serial_ns: float
    blocks: int
    busy_share: float = 0.0


@dataclass(frozen=True, eq=False)
class Contest:
    """The state after some rounds.

    fits: whether a setting may be used at all, its memory within the limit. earlier: speedups as they were predicted
    for settings before they were measured.
    """

    job: JobProfile
    axes: Axes
    calibration: Calibration
    fits: Callable[[Setting], bool]
    measured: Measurements
    earlier: Mapping[Setting, float] = field(default_factory=dict)

    @cached_property
    def traits(self) -> Traits:
        """What the rounds showed of the job."""
        if not self.measured.seen:
            return self.job.traits
        serial_ns = self.job.longer * self.measured.serial_ns
        return traits_of(self.job, self.measured.seen, self.calibration, serial_ns, self.doubt)

    @cached_property
    def forecast(self) -> Forecast:
        """The settings that fit the job, those that were measured among them."""
        return self._forecast(self.traits)

    def _forecast(self, traits: Traits) -> Forecast:
        also = [*(each.setting for each in self.measured.seen), *self._between()]
        return forecast(self.job, self.axes, self.calibration, traits, also).only(self.fits)

    @cached_property
    def predicted(self) -> Mapping[Setting, float]:
        """Speedups as they were predicted before a setting was measured."""
        return {**{each.setting: each.speedup.point for each in self.forecast.whole}, **self.earlier}

    @cached_property
    def sampled(self) -> Belief:
        """What is believed of the items that were run."""
        serial_s = self.forecast.serial_s or self.job.serial_s
        expected = [
            Expectation(each.setting, kind_of(each.setting), each.wall_s, self._spread(each.setting))
            for each in self.forecast.sample
        ]
        walls = [
            wall if wall.setting == SERIAL_SETTING else replace(wall, doubt=self.doubt) for wall in self.measured.walls
        ]
        return believe(Expectation(SERIAL_SETTING, SERIAL, serial_s), expected, walls)

    @property
    def doubt(self) -> float:
        """How far rounds on several workers may be off because others had the cores."""
        return self.job.doubt_beside(self.measured.busy_share)

    @cached_property
    def belief(self) -> Belief:
        """What is believed of all items: as predicted for them, and off as for the sample.

        Where the sample is slower than predicted, by as many times; where it is faster, by as many seconds: what it was
        spared, a start that is cheaper than believed, is paid once however many items there are.
        """
        if self.forecast.whole is self.forecast.sample:
            return self.sampled
        sample = {each.setting: each.wall_s for each in self.forecast.sample}
        times = [self._times(each, sample[each.setting]) for each in self.forecast.whole]
        return self.sampled.carried([self.job.serial_s / (self.forecast.serial_s or self.job.serial_s), *times])

    def _times(self, whole: Prediction, sample_s: float) -> float:
        """How many times as long as the sample all items take, of which the sample is predicted to take so long."""
        believed_s = self.sampled.wall_s(whole.setting)
        if believed_s >= sample_s:
            return whole.wall_s / sample_s
        return (whole.wall_s - (sample_s - believed_s)) / believed_s

    def _spread(self, setting: Setting) -> PriorSpread:
        """How far off its prediction may be: farther where others of its kind were."""
        is_limited = any(limit.meets(setting) for limit in self.traits.limits)
        usual = LIMITED if is_limited else PriorSpread()
        return replace(usual, common=hypot(usual.common, self._surprises.get(kind_of(setting), 0.0)))

    @cached_property
    def _surprises(self) -> Mapping[str, float]:
        """By kind of worker, how far predicted speedups are off those measured, as the mean of log ratios."""
        predicted = {each.setting: each.speedup.point for each in self.forecast.sample}
        by_kind: dict[str, list[float]] = {}
        for each in self.measured.seen:
            if each.setting in predicted:
                off = log(self.measured.serial_ns / each.wall_ns / predicted[each.setting])
                by_kind.setdefault(kind_of(each.setting), []).append(off)
        return {kind: max(abs(fmean(offs)) - self.doubt, 0.0) for kind, offs in by_kind.items()}

    @cached_property
    def working(self) -> list[Setting]:
        """The settings that may work: none that failed rules them out, nor a limit outside that some kind has met."""
        settings = [each.setting for each in self.forecast.whole]
        able = [setting for setting in settings if not any(each.rules_out(setting) for each in self.measured.failed)]
        most = min((bracket.fails for bracket in self._brackets.values() if bracket.is_limit), default=MOST_WORKERS + 1)
        return [setting for setting in able if setting.workers < most or self._rounds(setting)]

    @cached_property
    def _brackets(self) -> Mapping[tuple[str, str], Bracket]:
        return brackets_of(self.measured.failed, [each.setting for each in self.measured.seen])

    def _between(self) -> Iterator[Setting]:
        """Of each kind of workers that a limit breaks, the count that halves what is not known of it.

        Where counts are for us to choose, and the largest that may work would gain something.
        """
        if self.axes.workers is not None:
            return
        for each in self.measured.failed:
            bracket = self._brackets.get(made_of(each.setting))
            is_least = bracket is not None and bracket.is_limit and each.setting.workers == bracket.fails
            if bracket and is_least and bracket.fails - 1 > (1 + BETTER) * bracket.works:
                yield replace(each.setting, workers=round(bracket.middle))

    def _search(self, leader: Setting) -> list[Setting]:
        """The setting that halves what is not known of the largest count that works; none where that is known.

        A preferred setting of a kind of which more workers failed is no more than a guess until it was measured.
        """
        for made in dict.fromkeys([made_of(leader), *self._brackets]):
            if bracket := self._brackets.get(made):
                alike = [each for each in self.working if made_of(each) == made]
                between = [each for each in alike if bracket.works < each.workers < bracket.fails]
                if between:
                    return [min(between, key=lambda each: abs(log(each.workers / bracket.middle)))]
        return []

    @cached_property
    def eligible(self) -> list[Setting]:
        """Those that may work and be recommended: where a limit breaks many workers, no more than did the work.

        Where it is not known yet whether fewer of them would, fewer than failed, of other kinds as well.
        """
        brackets = self._brackets.values()
        most = max((bracket.works for bracket in brackets if bracket.is_limit), default=MOST_WORKERS)
        open_ends = [bracket.fails - 1 for bracket in brackets if bracket.works == 1 and bracket.fails > FEWEST_WORKERS]
        most = min([most, *open_ends])
        return [setting for setting in self.working if setting.workers <= most or self._rounds(setting)]

    @cached_property
    def leader(self) -> Setting | None:
        """The setting that is preferred by what is believed; None where that is to stay serial."""
        return preferred(self._judged, self.job.load, self._serial_s)

    @cached_property
    def chosen(self) -> Setting | None:
        """The setting to use, None to stay serial: the leader, or one that was measured and is about as good."""
        leader, load = self.leader, self.job.load
        if leader is None or self._rounds(leader):
            return leader
        least = (1 - AS_GOOD) * self.belief.speedup(leader).point
        excess = load.oversubscribed(leader.workers)
        measured = [
            each
            for each in self._judged
            if each.speedup >= least and self._rounds(each.setting)
            and load.oversubscribed(each.setting.workers) <= excess
        ]  # fmt: skip
        return preferred(measured, load, self._serial_s) or leader

    @cached_property
    def _judged(self) -> list[BelievedSpeedup]:
        believed = {setting: self.belief.speedup(setting) for setting in self.eligible}
        return [BelievedSpeedup(setting, speedup.point, speedup.high or 0.0) for setting, speedup in believed.items()]

    @property
    def _serial_s(self) -> float:
        """The time of the serial run of all items, by the median round: where rounds scatter, one may be far off."""
        walls_s = [wall.seconds for wall in self.measured.walls if wall.setting == SERIAL_SETTING]
        times = self.belief.wall_s(SERIAL_SETTING) / self.sampled.wall_s(SERIAL_SETTING)
        return median(walls_s) * times if walls_s else self.belief.wall_s(SERIAL_SETTING)

    def wanted(self) -> list[Setting]:
        """The settings of the next block, those that matter most first; none where nothing could change the answer."""
        if not self.measured.blocks:
            return [*self._of_every_kind(), SERIAL_SETTING]
        leader = self.leader or min(self.working, key=self.belief.wall_s, default=None)
        if leader is None:
            return []
        rivals = self._rivals(leader) if self.leader else []
        if search := self._search(leader):
            return search
        is_sure = self._is_sure(leader)
        if is_sure and not rivals:
            return []
        needs_serial = not is_sure or self._rounds(SERIAL_SETTING) <= SERIAL_ROUNDS
        return [leader, *rivals, *([SERIAL_SETTING] if needs_serial else [])]

    @cached_property
    def hopes(self) -> Forecast:
        """The forecast were threads to compute on all cores, which nothing has shown yet."""
        if self.job.load.cpu_share < LEAST_COMPUTING:
            return self.forecast
        return self._forecast(replace(self.traits, thread_cores=self.job.cores))

    def _of_every_kind(self) -> list[Setting]:
        """The preferred setting of each kind of worker that might be near the best, if its threads share no lock.

        Where several start methods were asked for, of processes of each: some work under one of them only. Of each
        executor of the user's own, too: it was asked for to be compared.
        """
        speedups = {each.setting: each.speedup.point for each in self.hopes.whole}
        best, chosen = max(speedups.values(), default=0.0), list[Setting]()
        for example in speedups:
            if any(are_alike(example, each) for each in chosen):
                continue
            judged = [BelievedSpeedup(each, point) for each, point in speedups.items() if are_alike(each, example)]
            fastest = max(judged, key=lambda each: each.speedup).setting
            chosen.append(preferred(judged, self.job.load, self.job.serial_s) or fastest)
        is_asked = len(self.axes.start_methods) > 1
        return [
            each
            for each in chosen
            if speedups[each] >= (1 - MIGHT_BE_NEAR) * best
            or (is_asked and kind_of(each) == "processes")
            or is_executor(each.strategy)
        ]

    def _rivals(self, leader: Setting) -> list[Setting]:
        """Settings that could still change the answer, the likeliest first."""
        able = [each for each in self.working if each != leader and self._rounds(each) < MOST_BLOCKS // 2]
        faster = {setting: self.belief.chance_faster(setting, leader, BETTER) for setting in able}
        rivals = sorted((setting for setting in able if faster[setting] > DOUBT), key=lambda each: -faster[each])
        rivals = rivals[:CHALLENGERS]
        beside = [each for each in self._next_to(leader, able) if each not in rivals]
        return [*rivals, *(each for each in beside if self._is_open(each, leader))]

    def _next_to(self, leader: Setting, able: Sequence[Setting]) -> list[Setting]:
        """The same with the next smaller and the next larger number of workers."""
        alike = [each for each in able if replace(each, workers=leader.workers, chunksize=leader.chunksize) == leader]
        smaller = [each for each in alike if each.workers < leader.workers]
        larger = [each for each in alike if each.workers > leader.workers]
        ends = [max(smaller, key=lambda each: each.workers, default=None)]
        ends += [min(larger, key=lambda each: each.workers, default=None)]
        return [each for each in ends if each is not None]

    def _is_open(self, other: Setting, leader: Setting) -> bool:
        """Whether a neighbour, measured once at most, might be as good with fewer workers or better with more."""
        if self._rounds(other) > 1:
            return False
        if other.workers > leader.workers:
            return self.belief.chance_faster(other, leader, BETTER) > DOUBT / 2
        return 1 - self.belief.chance_faster(leader, other, BETTER) > SMALLER_AS_GOOD

    def _is_sure(self, leader: Setting) -> bool:
        """Whether its speedup is known well enough; that serial is as good, by whether it surely gains too little."""
        count, speedup = self._rounds(leader), self.belief.speedup(leader)
        low, high = speedup.low or 0.0, speedup.high or 0.0
        too_little = not gains_enough(high, self._serial_s)
        if self.leader is None:
            return count >= FEWEST_ROUNDS and (too_little or self.doubt > 0 or count >= MOST_BLOCKS // 2)
        is_narrow = (high - low) / 2 <= NARROW * speedup.point or self.doubt > 0
        is_clear = too_little or gains_enough(low, self._serial_s) or self.doubt > 0
        return count >= FEWEST_ROUNDS and is_narrow and is_clear

    def _rounds(self, setting: Setting) -> int:
        return sum(wall.setting == setting for wall in self.measured.walls)
