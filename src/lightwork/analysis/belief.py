"""Belief: how long each setting takes, by its prediction and by measured blocks together; pure.

    log wall of setting i in block b = level_i + block_b + noise

    level ~ Normal(log predicted wall, prior)      what replay says, as far off as it was found to be
    posterior = prior conditioned on every round   a normal prior with normal noise: linear algebra

A prediction errs for all settings of one kind alike, the more alike the nearer their worker counts are, and a little
for each alone. So a measured setting tells of its neighbours, and the luckiest of many is not taken at its word: its
level is drawn towards the others'. Source: hierarchical normal models, Gelman et al., Bayesian Data Analysis, 3rd
edition, chapter 5; the conditioning is that of a Gaussian process.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, log, sqrt
from statistics import NormalDist, fmean
from typing import TYPE_CHECKING, Any

from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting

if TYPE_CHECKING:
    from numpy.typing import NDArray

NORMAL_975 = 1.959964
BLOCK = 0.2  # standard deviation of a block's own speed, which all its rounds share: it cancels in ratios
NOISE, NOISE_ROUNDS = 0.03, 4.0  # of a round, in logs: what is taken for it at first, and as how many rounds it counts
DOUBLINGS = 2.0  # of the worker count, over which the common error of predictions is forgotten to 1/e


@dataclass(frozen=True)
class PriorSpread:
    """How far predictions are off, as standard deviations of log walls: `lightwork validate` measures them.

    common: of all settings of one kind and worker count together. single: of each setting beside that. serial: of the
    serial run, which is predicted from its own ledger.
    """

    common: float = 0.05
    single: float = 0.03
    serial: float = 0.02


@dataclass(frozen=True)
class Wall:
    """A round's wall time: of which setting, in which block. seconds are at equal CPU speed where that is known.

    doubt: the standard deviation of its log that all rounds of the setting share, where others had the cores meanwhile:
    that slows a setting of many cores more than one of few.
    """

    setting: Setting
    block: int
    seconds: float
    doubt: float = 0.0


@dataclass(frozen=True)
class Expectation:
    """What is predicted of a setting. kind: of its workers. wall_s: its round. spread: how far off it may be."""

    setting: Setting
    kind: str
    wall_s: float
    spread: PriorSpread = PriorSpread()


@dataclass(frozen=True, eq=False)
class Belief:
    """A joint normal distribution of the log walls of all settings, the serial one first.

    means: (settings,); covariance: (settings, settings). rounds: how many were measured of each.
    """

    settings: tuple[Setting, ...]
    means: "NDArray[Any]"
    covariance: "NDArray[Any]"
    rounds: Mapping[Setting, int]

    def speedup(self, setting: Setting) -> Estimate:
        """Over the serial run, with its 95 % interval; n: the rounds behind it."""
        point, error = self._log_ratio(self.settings[0], setting)
        half = NORMAL_975 * error
        count = self.rounds.get(setting, 0)
        return Estimate(exp(point), exp(point - half), exp(point + half), count, "belief")

    def wall_s(self, setting: Setting) -> float:
        """The believed wall time."""
        return exp(float(self.means[self._place(setting)]))

    def chance_faster(self, setting: Setting, than: Setting, by: float = 0.0) -> float:
        """The probability that a setting is faster than another by more than this share, 0.05 for 5 %."""
        point, error = self._log_ratio(than, setting)
        return _normal_above((log(1 + by) - point) / error) if error > 0 else float(point > log(1 + by))

    def carried(self, times: Sequence[float]) -> "Belief":
        """The same of more items, with which each setting takes so many times as long, in the order of the settings."""
        return replace(self, means=self.means + [log(ratio) for ratio in times])

    def _log_ratio(self, slow: Setting, fast: Setting) -> tuple[float, float]:
        """The log of how many times as fast the second is, and its standard error."""
        slower, faster = self._place(slow), self._place(fast)
        matrix = self.covariance
        variance = matrix[slower, slower] + matrix[faster, faster] - 2 * matrix[slower, faster]
        return float(self.means[slower] - self.means[faster]), sqrt(max(float(variance), 0.0))

    def _place(self, setting: Setting) -> int:
        return self.settings.index(setting)


def believe(serial: Expectation, expected: Sequence[Expectation], walls: Iterable[Wall]) -> Belief:
    """What is believed of the serial run and of every setting, once these rounds were measured.

    Rounds of a setting of which nothing is expected are passed over.
    """
    import numpy as np  # only where something is believed: a report of one setting needs none of it

    everything = [serial, *expected]
    settings = tuple(each.setting for each in everything)
    place = {setting: number for number, setting in enumerate(settings)}
    seen_walls = [wall for wall in walls if wall.setting in place]
    means, prior = np.log([each.wall_s for each in everything]), _prior(everything)
    at = [place[wall.setting] for wall in seen_walls]
    noise = _noise(seen_walls)
    if seen_walls:
        blocks = np.array([wall.block for wall in seen_walls])
        doubts = np.array([wall.doubt for wall in seen_walls])
        errors = BLOCK**2 * (blocks[:, None] == blocks[None, :]) + noise**2 * np.eye(len(at))
        errors += doubts[:, None] * doubts[None, :] * (np.array(at)[:, None] == np.array(at)[None, :])
        gain = np.linalg.solve(prior[np.ix_(at, at)] + errors, prior[at]).T
        surprise = np.log([wall.seconds for wall in seen_walls]) - means[at]
        means, prior = means + gain @ surprise, prior - gain @ prior[at]
    rounds = {setting: at.count(number) for setting, number in place.items()}
    return Belief(settings, means, prior, rounds)


def _prior(expected: Sequence[Expectation]) -> "NDArray[Any]":
    """The covariance of predictions' errors; the serial run's, the first, has nothing in common with the others'."""
    import numpy as np

    doublings = np.log2([each.setting.workers for each in expected])
    common = np.array([0.0, *(each.spread.common for each in expected[1:])])
    kinds = np.array([each.kind for each in expected])
    nearness = np.exp(-np.abs(doublings[:, None] - doublings[None, :]) / DOUBLINGS)
    alike = kinds[:, None] == kinds[None, :]
    single = np.array([expected[0].spread.serial, *(each.spread.single for each in expected[1:])])
    shared: NDArray[Any] = common[:, None] * common[None, :] * nearness * alike
    return shared + np.diag(single**2)


def _noise(walls: Sequence[Wall]) -> float:
    """The standard deviation of a round's log wall: within settings, drawn towards NOISE."""
    squares, freedom = NOISE_ROUNDS * NOISE**2, NOISE_ROUNDS
    for setting in {wall.setting for wall in walls}:
        logs = [log(wall.seconds) for wall in walls if wall.setting == setting]
        squares += sum((value - fmean(logs)) ** 2 for value in logs)
        freedom += len(logs) - 1
    return sqrt(squares / freedom)


def _normal_above(value: float) -> float:
    """The chance that a standard normal variable is above this."""
    return 1.0 - NormalDist().cdf(value)
