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
PARAMETERS = 3  # of the law
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
        low, high = np.percentile([law.at(workers) for law in self.draws], PERCENTILES)
        return float(low), float(high)


def fit_usl(points: Sequence[tuple[int, float]], draws: int = DRAWS, seed: int = 1) -> Fit:
    """The universal scalability law through (workers, speedup) points, by least squares with 0 <= alpha, beta <= 1.

    The same points and seed give the same fit and the same band. Raises ValueError for fewer than LEAST_COUNTS worker
    counts, for one below 1, and for a speedup that is not above 0.
    """
    counts = sorted({workers for workers, _ in points})
    if len(counts) < LEAST_COUNTS:
        raise ValueError(f"a curve needs speedups at {LEAST_COUNTS} worker counts at least: there are {len(counts)}")
    if counts[0] < 1 or min(speedup for _, speedup in points) <= 0:
        raise ValueError("a curve needs worker counts of 1 or more, and speedups above 0")
    workers, speedups = (np.array(values, float) for values in zip(*points, strict=True))
    start = Law(float((speedups / workers).max()), START_ALPHA, START_BETA)
    law = _least_squares(workers, speedups, start, TOLERANCE)
    resampled = _resampled(law, workers, speedups, draws, seed)
    return Fit(law, tuple(counts), tuple(_least_squares(workers, drawn, law, DRAW_TOLERANCE) for drawn in resampled))


def _resampled(law: Law, workers: "NDArray[Any]", speedups: "NDArray[Any]", draws: int, seed: int) -> "NDArray[Any]":
    """Speedups as they might as well have been: the law's, each times log-normal noise of a spread by chance.

    Any spread with which the residuals agree, that is: of 4 points three parameters leave next to nothing, and a band
    made of just those residuals encloses the true curve in 67 to 87 % of all cases.
    """
    fitted = np.array([law.at(count) for count in workers])
    rng, freedom = np.random.default_rng(seed), len(workers) - PARAMETERS
    spread = np.sqrt((np.log(speedups / fitted) ** 2).sum() / rng.chisquare(freedom, (draws, 1)))
    return np.asarray(fitted * np.exp(spread.clip(max=1.0) * rng.standard_normal((draws, len(workers)))))


def _least_squares(workers: "NDArray[Any]", speedups: "NDArray[Any]", start: Law, tolerance: float) -> Law:
    """The law nearest to the speedups, searched from `start` on."""
    from scipy.optimize import curve_fit

    def law(count: Any, gamma: Any, alpha: Any, beta: Any) -> Any:
        return gamma * count / (1 + alpha * (count - 1) + beta * count * (count - 1))

    def slopes(count: Any, gamma: Any, alpha: Any, beta: Any) -> Any:
        shared = 1 + alpha * (count - 1) + beta * count * (count - 1)
        steep = -gamma * count * (count - 1) / shared**2
        return np.stack([count / shared, steep, steep * count], axis=1)

    fitted, _ = curve_fit(
        law, workers, speedups, p0=(start.gamma, start.alpha, start.beta), bounds=(0.0, (inf, 1.0, 1.0)), jac=slopes,
        x_scale="jac", max_nfev=2000, ftol=tolerance, xtol=tolerance, gtol=tolerance,
    )  # fmt: skip
    return Law(*(float(value) for value in fitted))
