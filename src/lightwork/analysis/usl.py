"""Laws of scaling: curves and figures for reading what was measured, never for the number; pure.

What a setting will give is the replay's to say (lightwork.replay). A law says in two parameters what kind of curve the
measured speedups make: work that stays serial, or workers that wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_COUNTS = 4  # of workers: three parameters pass through any three points
FARTHEST = 2  # times the largest measured worker count: no law is to be drawn past that
DRAWS = 200
PERCENTILES = (2.5, 97.5)
START_ALPHA, START_BETA = 0.01, 1e-4
TOLERANCE, DRAW_TOLERANCE = 1e-12, 1e-6  # of the fit itself; of a resampled one, whose spread is far wider


@dataclass(frozen=True)
class Law:
    """The universal scalability law: speedup(N) = gamma N / (1 + alpha (N - 1) + beta N (N - 1)).

    gamma: the speedup of one worker. alpha: the share that only one worker at a time can do. beta: what every pair of
    workers costs each other; with 0 it is Amdahl's law. Source: Gunther, Guerrilla Capacity Planning, 2007, chapter 4;
    Amdahl 1967.
    """

    gamma: float
    alpha: float
    beta: float = 0.0

    def at(self, workers: float) -> float:
        """The speedup of so many workers."""
        return self.gamma * workers / (1 + self.alpha * (workers - 1) + self.beta * workers * (workers - 1))

    @property
    def peak(self) -> float:
        """The worker count of the largest speedup, sqrt((1 - alpha) / beta) and at least 1; infinite without a peak."""
        if self.alpha >= 1:
            return 1.0
        return max(1.0, sqrt((1 - self.alpha) / self.beta)) if self.beta else inf


@dataclass(frozen=True)
class Fit:
    """A law fitted to speedups measured at these worker counts, in order; draws: the laws of the resampled speedups."""

    law: Law
    workers: tuple[int, ...]
    draws: tuple[Law, ...]

    @property
    def reach(self) -> float:
        """The worker count past which the law is not to be drawn: nothing near it was measured."""
        return FARTHEST * self.workers[-1]

    def band(self, workers: float) -> tuple[float, float]:
        """The middle 95 % of the resampled laws' speedups at so many workers: bootstrap percentiles.

        Simulated with speedups that vary by 3 % about three laws, 120 draws each: from 4 worker counts it encloses the
        true curve in 94 to 99 % of all cases, inside the measured range and at twice it; from 8 in 91 to 99 %.
        """
        low, high = np.percentile([one.at(workers) for one in self.draws], PERCENTILES)
        return float(low), float(high)


def fit_usl(points: Sequence[tuple[int, float]], draws: int = DRAWS, seed: int = 1) -> Fit:
    """The universal scalability law through (workers, speedup) points, by least squares with 0 <= alpha, beta <= 1.

    The same points and seed give the same fit and the same band. Raises ValueError for fewer than LEAST_COUNTS worker
    counts, for one below 1, and for a speedup that is not above 0.
    """
    return _fit(points, 3, draws, seed)


def fit_amdahl(points: Sequence[tuple[int, float]], draws: int = DRAWS, seed: int = 1) -> Fit:
    """Amdahl's law through the points: as fit_usl, with beta 0. Raises like it."""
    return _fit(points, 2, draws, seed)


def knee(cores: float, wait_s: float, cpu_s: float) -> float:
    """The worker count that keeps all cores busy while others wait: cores x (1 + wait / CPU); infinite without CPU.

    Source: Goetz, Java Concurrency in Practice, 2006, section 8.2. Raises ValueError for less than 0.
    """
    if min(cores, wait_s, cpu_s) < 0:
        raise ValueError("cores and times can't be less than 0")
    return cores * (1 + wait_s / cpu_s) if cpu_s else inf


@dataclass(frozen=True)
class Network:
    """A closed network of servers in its steady state, with so many workers going round in it.

    throughput: items per second. residence_s: at each server, waiting and being served, per item. queue: how many
    workers are at each server on average. A worker thinks (is at no server) for the rest of the time.
    """

    workers: int
    throughput: float
    residence_s: tuple[float, ...]
    queue: tuple[float, ...]


def closed_network(demands_s: Sequence[float], think_s: float, workers: int) -> tuple[Network, ...]:
    """Mean value analysis of servers that serve one at a time, for 1, 2, ... up to so many workers.

    demands_s: what an item asks of each server; think_s: what it takes elsewhere, alone. R = D (1 + Q of one worker
    less), X = n / (Z + sum R), Q = X R. Source: Reiser and Lavenberg 1980. Raises ValueError for a time below 0, for
    items that take none at all, and for less than one worker.
    """
    if workers < 1 or min([think_s, *demands_s]) < 0 or not think_s + sum(demands_s) > 0:
        raise ValueError("a network needs a worker, and items that take time")
    found: list[Network] = []
    queue = (0.0,) * len(demands_s)
    for count in range(1, workers + 1):
        residence_s = tuple(demand_s * (1 + waiting) for demand_s, waiting in zip(demands_s, queue, strict=True))
        throughput = count / (think_s + sum(residence_s))
        queue = tuple(throughput * each_s for each_s in residence_s)
        found.append(Network(count, throughput, residence_s, queue))
    return tuple(found)


def _fit(points: Sequence[tuple[int, float]], parameters: int, draws: int, seed: int) -> Fit:
    """The fit with so many of gamma, alpha and beta free."""
    counts = sorted({workers for workers, _ in points})
    if len(counts) < LEAST_COUNTS:
        raise ValueError(f"a curve needs speedups at {LEAST_COUNTS} worker counts at least: there are {len(counts)}")
    if counts[0] < 1 or min(speedup for _, speedup in points) <= 0:
        raise ValueError("a curve needs worker counts of 1 or more, and speedups above 0")
    workers, speedups = (np.array(values, float) for values in zip(*points, strict=True))
    start = (float((speedups / workers).max()), START_ALPHA, START_BETA)[:parameters]
    law = _least_squares(workers, speedups, start, TOLERANCE)
    near = (law.gamma, law.alpha, law.beta)[:parameters]
    resampled = _resampled(law, workers, speedups, parameters, draws, seed)
    return Fit(law, tuple(counts), tuple(_least_squares(workers, one, near, DRAW_TOLERANCE) for one in resampled))


def _resampled(
    law: Law, workers: "NDArray[Any]", speedups: "NDArray[Any]", parameters: int, draws: int, seed: int
) -> "NDArray[Any]":
    """Speedups as they might as well have been: the law's, each times log-normal noise of a spread by chance.

    Any spread with which the residuals agree, that is: of 4 points three parameters leave next to nothing, and a band
    made of just those residuals encloses the true curve in 67 to 87 % of all cases.
    """
    fitted = np.array([law.at(count) for count in workers])
    rng, freedom = np.random.default_rng(seed), len(workers) - parameters
    spread = np.sqrt((np.log(speedups / fitted) ** 2).sum() / rng.chisquare(freedom, (draws, 1)))
    return np.asarray(fitted * np.exp(spread.clip(max=1.0) * rng.standard_normal((draws, len(workers)))))


def _least_squares(
    workers: "NDArray[Any]", speedups: "NDArray[Any]", start: Sequence[float], tolerance: float
) -> Law:  # fmt: skip
    """The law nearest to the speedups, from these parameters on; beta is 0 where it is not among them."""
    from scipy.optimize import curve_fit

    def law(count: Any, gamma: Any, alpha: Any, beta: Any = 0.0) -> Any:
        return gamma * count / (1 + alpha * (count - 1) + beta * count * (count - 1))

    def slopes(count: Any, gamma: Any, alpha: Any, beta: Any = 0.0) -> Any:
        shared = 1 + alpha * (count - 1) + beta * count * (count - 1)
        steep = -gamma * count * (count - 1) / shared**2
        return np.stack([count / shared, steep, steep * count][: len(start)], axis=1)

    most = (inf, 1.0, 1.0)[: len(start)]
    found, _ = curve_fit(
        law, workers, speedups, p0=start, bounds=(0.0, most), jac=slopes, x_scale="jac", max_nfev=2000,
        ftol=tolerance, xtol=tolerance, gtol=tolerance,
    )  # fmt: skip
    return Law(*(float(value) for value in found))
