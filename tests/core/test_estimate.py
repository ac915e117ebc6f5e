"""The interval of a median covers the truth as often as it says: few blocks, flipping cores."""

from collections.abc import Callable
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.estimate import STUDENT_T_975, median_interval

DRAWS = 1000
Noise = Callable[[np.random.Generator, tuple[int, int]], Any]


def normal(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Ratios that vary by 5 %."""
    return np.exp(rng.normal(0, 0.05, shape))


def heavy_tailed(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Ratios that are far off once in a while."""
    return np.exp(0.03 * rng.standard_t(2, shape))


def two_speeds(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """Both rounds of a block run, each by chance, on a core that is 1.0 or 1.4 times as fast."""
    speeds = np.where(rng.random((2, *shape)) < 0.5, 1.4, 1.0)
    return speeds[0] / speeds[1] * np.exp(rng.normal(0, 0.01, shape))


def two_speeds_within_a_round(rng: np.random.Generator, shape: tuple[int, int]) -> Any:
    """The same, but the speed flips within the round: its wall time averages over four stretches."""
    walls = 1 + 0.4 * rng.binomial(4, 0.5, (2, *shape)) / 4
    return walls[0] / walls[1] * np.exp(rng.normal(0, 0.01, shape))


@pytest.mark.parametrize("noise", [normal, heavy_tailed, two_speeds, two_speeds_within_a_round])
@pytest.mark.parametrize("blocks", [3, 4, 5, 6, 7, 8, 12, 20, 40])
def test_interval_covers_the_median(noise: Noise, blocks: int) -> None:
    """At every number of blocks, at least 92 % of the intervals of 1000 studies hold the true ratio of 1."""
    rng = np.random.default_rng([blocks, 20261])
    covered = 0
    for ratios in noise(rng, (DRAWS, blocks)).tolist():
        found = median_interval(ratios)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 1 <= found.high
    assert covered / DRAWS >= 0.92


def test_interval_narrows_with_blocks() -> None:
    """One more block never widens the interval of the same noise: order statistics are interpolated."""
    rng = np.random.default_rng(5)
    widths = []
    for blocks in (3, 4, 5, 6, 7, 8, 10, 14, 20):
        found = [median_interval(ratios) for ratios in normal(rng, (DRAWS, blocks)).tolist()]
        widths.append(median((one.high or 0) - (one.low or 0) for one in found))
    assert widths == sorted(widths, reverse=True)


@pytest.mark.parametrize("blocks", range(6, 60))
def test_interval_lies_beside_the_exact_order_statistic(stats: ModuleType, blocks: int) -> None:
    """Each end is between the exact rank (scipy's binomial quantile) and the next one inwards."""
    found = median_interval([float(rank) for rank in range(1, blocks + 1)])
    exact_rank = int(stats.binom.ppf(0.025, blocks, 0.5))
    assert found.low is not None
    assert exact_rank <= found.low < exact_rank + 1
    assert found.high == pytest.approx(blocks + 1 - found.low)


def test_five_blocks_are_their_whole_range() -> None:
    """Five values can't do better than their range, which holds the median in 15 of 16 studies."""
    found = median_interval([1.3, 1.0, 1.4, 1.1, 1.2])
    assert (found.low, found.point, found.high) == (1.0, 1.2, 1.4)


def test_interpolation_is_hettmansperger_and_sheather() -> None:
    """Six values: coverage 31/32 at the range, 25/32 one rank inwards, 0.95 in between (worked by hand)."""
    found = median_interval([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    excess = (31 / 32 - 0.95) / (31 / 32 - 25 / 32)
    assert found.low == pytest.approx(1 + 5 * excess / (1 + 4 * excess))
    assert found.method == "order statistics, 6 blocks"


@pytest.mark.parametrize("blocks", [3, 4])
def test_few_blocks_are_student_t_on_logarithms(stats: ModuleType, blocks: int) -> None:
    """The interval of three and four values is scipy's t interval of their logarithms."""
    values = [1.1, 1.3, 1.15, 1.7][:blocks]
    logs = np.log(values)
    low, high = np.exp(stats.t.interval(0.95, blocks - 1, logs.mean(), stats.sem(logs)))
    found = median_interval(values)
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.method == f"Student t on logarithms, {blocks} blocks"
    assert STUDENT_T_975[blocks] == pytest.approx(stats.t.ppf(0.975, blocks - 1))


@pytest.mark.parametrize(("values", "n"), [([2.0], "1 block"), ([2.0, 2.2], "2 blocks")])
def test_two_blocks_carry_no_interval(values: list[float], n: str) -> None:
    """Two values that agree may both be wrong: there is a point and no interval, and the method says why."""
    found = median_interval(values)
    assert (found.point, found.low, found.high) == (median(values), None, None)
    assert found.method == f"{n}: too few for an interval"


@given(st.lists(st.floats(1e-6, 1e6), min_size=3, max_size=40))
def test_interval_contains_its_point(values: list[float]) -> None:
    """The median lies between low and high for any values, equal ones too."""
    found = median_interval(values)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= found.point == median(values) <= found.high
    assert found.n == len(values)


@given(st.lists(st.floats(0.01, 100), min_size=3, max_size=20), st.randoms(use_true_random=False))
def test_interval_does_not_depend_on_the_order(values: list[float], random: Any) -> None:
    """Blocks may come in any order: nothing is resampled, so nothing depends on a seed."""
    shuffled = random.sample(values, len(values))
    one, other = median_interval(values), median_interval(shuffled)
    assert (one.low, one.high) == (pytest.approx(other.low), pytest.approx(other.high))


@pytest.mark.parametrize("values", [[], [1.0, 0.0], [1.0, -2.0, 3.0]])
def test_refuses_values_that_are_no_ratios(values: list[float]) -> None:
    """No values, or one that is not above 0, is a caller's mistake and not an interval."""
    with pytest.raises(ValueError, match="above 0"):
        median_interval(values)
