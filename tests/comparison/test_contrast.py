"""Ratios between runs that share no block: intervals that hold together, and false alarms no more often than said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import in_matrix

from lightwork.comparison import contrast
from lightwork.comparison.contrast import critical_value, inverse, ratio, twin_floor
from lightwork.core.estimate import Estimate

NAN = float("nan")


def noise(rng, kind, shape):
    """Logs of walls: quiet, skewed, or on cores of two speeds."""
    if kind == "normal":
        return rng.normal(0, 0.03, shape)
    if kind == "exponential":
        return rng.exponential(0.03, shape)
    return np.log(np.where(rng.random(shape) < 0.5, 1.4, 1.0)) + rng.normal(0, 0.01, shape)


@pytest.fixture
def few_deals(monkeypatch):
    """A thousand deals in place of five thousand, for simulations."""
    monkeypatch.setattr(contrast, "DEALS", 999)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("kind", "base_blocks", "new_blocks"),
    [
        ("two speeds", 5, 8),
        *in_matrix(
            ("normal", 10, 10), ("exponential", 10, 10), ("two speeds", 10, 10), ("normal", 5, 8), ("exponential", 5, 8)
        ),
    ],
)
def test_equal_runs_are_told_apart_in_one_of_twenty(few_deals, kind, base_blocks, new_blocks):
    """Of 12 figures of equal runs, all with one reference in common, any is told apart in 5 % of 200 comparisons."""
    rng = np.random.default_rng(20261)
    alarms = 0
    for draw in range(200):
        base, new = (
            noise(rng, kind, (blocks, 1)) - noise(rng, kind, (blocks, 12)) for blocks in (base_blocks, new_blocks)
        )
        critical = critical_value([(base, new)], draw)
        found = [ratio(base[:, place], new[:, place], critical) for place in range(12)]
        alarms += any(not one.low <= 1 <= one.high for one in found)
    assert 1 <= alarms <= 21  # 10 are expected; more in one of a thousand seeds


@pytest.mark.matrix
def test_studies_of_many_and_few_blocks_share_the_risk(few_deals):
    """Where one study has 4 blocks and the other 20, the short one doesn't take all the false alarms, nor the room."""
    rng = np.random.default_rng(3)
    short, long = 0, 0
    for draw in range(200):
        studies = [(rng.normal(0, 1, (blocks, 3)), rng.normal(0, 1, (blocks, 3))) for blocks in (4, 20)]
        critical = critical_value(studies, draw)
        for place, (base, new) in enumerate(studies):
            found = [ratio(base[:, one], new[:, one], critical) for one in range(3)]
            alarm = any(not one.low <= 1 <= one.high for one in found)
            short, long = short + (alarm and place == 0), long + (alarm and place == 1)
    assert short + long <= 21
    assert long >= 1
    for one in (studies, studies[::-1]):
        assert critical_value(one, 1) > critical_value(one[:1], 1)


@pytest.mark.matrix
def test_one_figure_is_a_permutation_test(stats):
    """With one figure, the interval excludes 1 where scipy's permutation test of Welch's statistic says p < 5 %."""
    rng = np.random.default_rng(8)

    def statistic(base, new, axis):
        return np.abs(stats.ttest_ind(new, base, axis=axis, equal_var=False).statistic)

    checked = 0
    for draw in range(40):
        base, new = rng.normal(0, 1, 9), rng.normal(0.9, 1.3, 7)
        oracle = stats.permutation_test(
            (base, new), statistic, n_resamples=4_999, alternative="greater", rng=np.random.default_rng(draw)
        )
        found = ratio(base, new, critical_value([(base[:, None], new[:, None])], draw))
        if not 0.02 < oracle.pvalue < 0.065:  # both are random there, and Satterthwaite's freedom takes a little
            checked += 1
            assert (not found.low <= 1 <= found.high) == (oracle.pvalue < 0.05)
    assert checked > 25


@pytest.mark.matrix
def test_a_noisier_run_raises_few_false_alarms(few_deals):
    """Blocks of a run that is twice as noisy are not like the other's: of 200 comparisons few more fail than may."""
    rng = np.random.default_rng(12)
    alarms = 0
    for draw in range(200):
        base, new = rng.normal(0, 0.03, (10, 8)), rng.normal(0, 0.06, (10, 8))
        critical = critical_value([(base, new)], draw)
        found = [ratio(base[:, place], new[:, place], critical) for place in range(8)]
        alarms += any(not one.low <= 1 <= one.high for one in found)
    assert alarms <= 21


def test_figures_that_move_together_cost_less():
    """What all figures have in common counts once: a hundred copies of a figure have the interval of one."""
    rng = np.random.default_rng(4)
    base, new = rng.normal(0, 1, (10, 1)), rng.normal(0, 1, (10, 1))
    alone = critical_value([(base, new)], 1)
    assert critical_value([(np.tile(base, 100), np.tile(new, 100))], 1) == pytest.approx(alone)
    others = [np.hstack([one, rng.normal(0, 1, (10, 99))]) for one in (base, new)]
    assert critical_value([tuple(others)], 1) > 1.5 * alone


values = st.lists(st.floats(-3, 3).map(lambda value: round(value, 3)), min_size=4, max_size=12).map(np.array)


@given(values, values, st.floats(-2, 2), st.floats(1, 6))
def test_the_other_way_round_is_the_inverse(base, new, moved, critical):
    """BASE over NEW is one over NEW over BASE, ends swapped; and what both runs are multiplied by cancels."""
    found = ratio(base, new, critical)
    same_twice = inverse(ratio(new, base, critical)), ratio(base + moved, new + moved, critical)
    if found.low is None:  # wider than anything that is told
        assert [one.low for one in same_twice] == [None, None]
        return
    for same in same_twice:
        assert (same.point, same.low, same.high) == pytest.approx((found.point, found.low, found.high))
    assert found.low <= found.point <= found.high


def test_the_same_runs_have_the_same_intervals():
    """Nothing is left to chance but the seed."""
    rng = np.random.default_rng(4)
    studies = [(rng.normal(0, 1, (6, 3)), rng.normal(0, 1, (7, 3)))]
    assert critical_value(studies, 1) == critical_value(studies, 1)
    assert critical_value(studies, 1) != critical_value(studies, 2)


def test_a_block_without_a_figure_says_nothing_of_it():
    """A figure that some blocks lack has the ratio of the others; its neighbours keep theirs."""
    base = np.array([[0.0, 1.0], [0.1, NAN], [0.2, 1.2], [0.1, 1.1], [0.0, 1.0]])
    new = base + np.array([0.0, 0.5])
    critical = critical_value([(base, new)], 1)
    found = ratio(base[:, 1], new[:, 1], critical)
    assert found.point == pytest.approx(np.exp(0.5))
    assert found.n == 4
    assert found.low > 1


@pytest.mark.parametrize("blocks", [1, 2, 3])
def test_too_few_blocks_have_no_interval(blocks):
    """Three blocks and three can't carry an interval, whatever the critical value; the point is told."""
    found = ratio(np.zeros(blocks), np.ones(9), 2.0)
    assert found == Estimate(pytest.approx(np.e), None, None, blocks, "too few blocks for an interval")
    assert ratio(np.full(4, NAN), np.ones(9), 2.0) is None


def test_no_critical_value_is_no_interval():
    """Where the same few deals come up again and again, all intervals are endless, and none is made up."""
    base, new = np.array([[0.0], [0.1], [0.2]]), np.array([[9.0], [9.1], [9.2]])
    critical = critical_value([(base, new)], 1)
    assert not ratio(base[:, 0], new[:, 0], critical).low
    assert critical_value([(np.empty((0, 0)), np.empty((0, 0)))], 1) < 0
    assert critical_value([], 1) < 0
    assert ratio(np.ones(5), np.ones(5), -np.inf).low is None


@pytest.mark.parametrize(
    ("studies", "blocks", "told"),
    [
        (1, (4, 4), True),
        (2, (4, 4), False),
        (5, (4, 5), True),
        (5, (5, 5), True),
        (7, (5, 5), False),
        (25, (6, 6), False),
    ],
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_studies_dealt_too_often_as_measured_have_no_interval(studies, blocks, told, seed):
    """Where more than 5 % of deals are as measured in some study, a change is its own measure: nothing is told."""
    rng = np.random.default_rng(seed)
    tables = [tuple(rng.normal(0, 0.03, (count, 3)) for count in blocks) for _ in range(studies)]
    slower = [(base, new - np.log(3)) for base, new in tables]
    critical = critical_value(slower, seed)
    assert np.isfinite(critical) == told
    found = ratio(slower[0][0][:, 0], slower[0][1][:, 0], critical)
    assert found.point == pytest.approx(1 / 3, rel=0.1)
    assert (found.high is not None and found.high < 1) == told


def test_figures_of_few_values_each_come_together_too_often():
    """Ten blocks, of which each figure has four others: some figure is as measured in more than 5 % of deals."""
    rng = np.random.default_rng(2)
    tables = []
    for moved in (0.0, -np.log(3)):
        table = rng.normal(moved, 0.03, (10, 12))
        for place in range(12):
            table[rng.permutation(10)[4:], place] = NAN
        tables.append(table)
    assert critical_value([tuple(tables)], 1) == np.inf
    assert np.isfinite(critical_value([tuple(one[:, :2] for one in tables)], 1))


def test_an_interval_too_wide_for_numbers_is_none():
    """Four noisy blocks at a far critical value: no end is made up, and none overflows."""
    noisy = np.array([0.0, 3.0, -3.0, 1.0])
    for critical in (6.0, 8.0):
        found = ratio(noisy, noisy + 1, critical)
        assert (found.point, found.low, found.high) == (pytest.approx(np.e), None, None)


@pytest.mark.parametrize("blocks", [(10, 10), (4, 12), (5, 7)])
def test_one_figure_at_the_usual_quantile_has_welchs_interval(stats, blocks):
    """At a critical value of 1.96 the interval is scipy's own of Welch's test, degrees of freedom and all."""
    rng = np.random.default_rng(6)
    base, new = rng.normal(0, 0.03, blocks[0]), rng.normal(0.1, 0.12, blocks[1])
    expected = stats.ttest_ind(new, base, equal_var=False).confidence_interval(0.95)
    found = ratio(base, new, stats.norm.isf(0.025))
    assert (found.low, found.high) == pytest.approx((np.exp(expected.low), np.exp(expected.high)))


def test_walls_without_any_noise_are_told_apart():
    """Made-up walls that never vary: what differs is told, what does not is not."""
    base, new = np.zeros((10, 2)), np.zeros((10, 2)) + np.array([0.0, 0.1])
    critical = critical_value([(base, new)], 1)
    same, changed = (ratio(base[:, place], new[:, place], critical) for place in (0, 1))
    assert (same.low, same.high) == (1, 1)
    assert changed.low == changed.high == pytest.approx(np.exp(0.1))


def test_the_twins_floor_is_the_far_end_of_students_interval(stats):
    """The floor against scipy's own interval of a mean; one block has none."""
    logs = np.array([0.01, -0.03, 0.02, 0.05, -0.01, NAN])
    known = logs[:5]
    low, high = stats.t.interval(0.95, 4, known.mean(), stats.sem(known))
    assert twin_floor(logs) == pytest.approx(max(abs(np.exp(low) - 1), abs(np.exp(high) - 1)))
    assert twin_floor(logs[:1]) == np.inf
