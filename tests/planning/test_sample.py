"""A sample: few items that stand for all of them."""

import random

import pytest
from contests import waits
from hypothesis import given
from hypothesis import strategies as st

from lightwork.planning.sample import CERTAIN, Sample, draw, heaviest_in, rows_of_all

WEIGHTS = st.lists(st.floats(0, 1e9), min_size=1, max_size=200)


@given(WEIGHTS, st.integers(1, 250), st.integers(0, 9))
def test_every_item_is_stood_for_by_a_sampled_one(weights, size, seed):
    """Sampled items are distinct and stand for themselves, and each other item has one that stands for it."""
    found = draw(weights, size, seed)
    assert len(found.stands_for) == len(weights)
    assert list(found.chosen) == sorted(set(found.chosen))
    assert all(found.chosen[found.stands_for[place]] == place for place in found.chosen)
    assert all(0 <= number < len(found.chosen) for number in found.stands_for)
    assert len(found.chosen) <= max(size, 1)


@given(WEIGHTS, st.integers(0, 9))
def test_the_heaviest_items_are_always_in(weights, seed):
    """The longest item bounds every speedup: it is never left to chance."""
    size = max(1, len(weights) // 3)
    heaviest = sorted(range(len(weights)), key=lambda place: (weights[place], place))
    assert set(heaviest[-heaviest_in(size) :]) <= set(draw(weights, size, seed).chosen)
    assert heaviest_in(100) == CERTAIN


def test_as_many_as_there_are_is_all_of_them():
    """A sample as large as the list is the list."""
    assert draw([1.0, 2.0], 2, 1).is_all
    assert not draw([1.0, 2.0, 3.0], 2, 1).is_all


def test_the_same_seed_draws_the_same_sample():
    """Chance is seeded, so that a plan can be made again."""
    weights = [random.Random(3).random() for _ in range(100)]
    assert draw(weights, 20, 1) == draw(weights, 20, 1) != draw(weights, 20, 2)


def test_a_sample_tells_the_total():
    """Of 10,000 log-normal items, the sampled ones' weights, each as often as it stands in, come to the total."""
    chance = random.Random(5)
    weights = [chance.lognormvariate(0, 1) for _ in range(10_000)]
    found = draw(weights, 200, 1)
    total = sum(weights[found.chosen[number]] for number in found.stands_for)
    assert total == pytest.approx(sum(weights), rel=0.1)


def test_refuses_to_draw_nothing():
    """No items, or a size of none."""
    with pytest.raises(ValueError, match="at least one"):
        draw([], 3, 1)
    with pytest.raises(ValueError, match="at least one"):
        draw([1.0], 0, 1)


@given(WEIGHTS, st.integers(1, 100))
def test_each_item_has_the_row_that_stands_for_it(weights, size):
    """The rows of all items are those of the sampled ones, each as often as it stands in."""
    sample = draw(weights, size, 1)
    rows = waits(*[10 + place % 7 for place in range(len(sample.chosen))])
    assert (rows_of_all(rows, sample) == rows[list(sample.stands_for)]).all()


def test_a_first_item_that_paid_for_what_is_done_once_stands_for_no_other():
    """It took a hundred times as long as the others: its own place has that row, others have the median one."""
    rows, sample = waits(1000, 10, 10, 11, 12), Sample((0, 2, 4, 6, 8), (0, 0, 1, 1, 2, 0, 3, 3, 4, 0))
    every = rows_of_all(rows, sample)
    walls_ms = ((every["end_ns"] - every["start_ns"]) / 1e6).tolist()
    assert walls_ms == [1000, 11, 10, 10, 10, 11, 11, 11, 12, 11]
    few = Sample((0, 1, 2, 3, 4), (0, 1, 2, 3, 4))
    assert (rows_of_all(rows, few) == rows).all()
