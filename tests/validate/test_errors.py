"""Errors: their spread, their groups, and the noise floor beside them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validations import MAP, foretold, held, serial, trial

from lightwork.validate.comparison import PredictedWall, Tried
from lightwork.validate.errors import accuracy_of, grouped, noise_floor, seen_in, spread_of

SIGNED = st.lists(st.floats(-2, 2), min_size=1, max_size=60)


@given(SIGNED)
def test_a_spread_covers_what_it_says(errors):
    """The median and the 90th percentile are reached by no fewer than half and nine tenths of all errors."""
    found = spread_of(errors)
    sizes = [abs(error) for error in errors]
    assert sum(size <= found.far for size in sizes) >= 0.9 * len(sizes)
    assert sum(size < found.far for size in sizes) < 0.9 * len(sizes)
    assert sum(size <= found.median + 1e-12 for size in sizes) >= 0.5 * len(sizes)
    assert (found.n, found.far in sizes) == (len(errors), True)
    assert min(errors) <= found.bias <= max(errors)


def test_no_errors_have_no_spread():
    """Nothing measured gives nothing, not zero."""
    assert spread_of([]) is None
    assert accuracy_of([]) == accuracy_of(seen_in([held(cells=(Tried(MAP, 4, (), ("hung",)),))]))
    assert accuracy_of([]).learned_in_band is None


@given(st.floats(0.01, 10), st.floats(0.01, 10))
def test_an_error_is_relative_to_what_was_measured(predicted_s, measured_s):
    """Too long is positive, too short negative, as a share of the measured time."""
    error = PredictedWall(predicted_s, 0.0, 0.0).error(measured_s)
    assert measured_s * (1 + error) == pytest.approx(predicted_s)


def test_each_prediction_has_its_own_errors():
    """Plain errors come from what a plan says at first, learned and conditional ones from what it says later."""
    cells = tuple(
        replace(cell, trials=tuple(replace(trial, learned=foretold(2 * trial.wall_s)) for trial in cell.trials))
        for cell in held().cells
    )
    found = accuracy_of(seen_in([held(cells=cells)]))
    assert (found.plain.n, found.learned.n, found.conditional.n) == (6, 6, 6)
    assert found.plain.median == pytest.approx((0.10 + 0.25) / 2)
    assert found.learned.median == pytest.approx(1.0)
    assert found.conditional.far == pytest.approx(0.025)
    assert found.plain.bias == pytest.approx((0.10 - 0.25) / 2)


def test_plans_are_held_against_the_median_makespan():
    """A band holds the setting's median, whatever its own block's round took; rounds lie in bands of their own."""
    cell = Tried(MAP, 4, (trial(0, 0.5, 0.5, 0.5), trial(1, 0.9, 0.5, 0.5), trial(2, 0.5, 0.9, 0.5)))
    found = accuracy_of(seen_in([held(cells=(cell,))]))
    assert found.learned_in_band == pytest.approx(2 / 3)
    assert found.conditional_in_band == pytest.approx(2 / 3)


@given(st.floats(0.1, 2), st.floats(0.1, 2))
def test_the_noise_floor_is_the_serial_round_against_itself(first_s, again_s):
    """Pairs of one block are compared; a block without a twin is none."""
    studies = [held(runs=(serial(0, first_s, again_s), serial(1, 1.0)))]
    found = noise_floor(studies)
    assert (found.n, found.median) == (1, pytest.approx(abs(again_s / first_s - 1)))
    assert noise_floor(studies, level=True) is None


@given(st.lists(st.sampled_from("abc"), max_size=6))
def test_groups_hold_every_trial_once(names):
    """Grouping neither loses nor repeats a trial."""
    seen = seen_in([held(name) for name in names])
    groups = grouped(seen, lambda study, cell: (study.name, cell.setting.strategy))
    assert sum(map(len, groups.values())) == len(seen) == 6 * len(names)
    assert len(groups) == 2 * len(set(names))
