"""Choosing: regret against the best of the grid, and how much of it is the best one's luck."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validations import MAP, QUEUE, held, planned, serial, trial

from lightwork.core.setting import Setting
from lightwork.validate.choosing import best_of, regret_of, regrets_of
from lightwork.validate.comparison import Tried

WALLS = st.lists(st.floats(0.1, 5), min_size=2, max_size=5)


def grid(*walls, choice):
    """A workload whose settings took so long in each block; serial took 100 s."""
    cells = tuple(
        Tried(Setting("map", 2, size), size, tuple(trial(block, wall_s, 1.0, 1.0) for block, wall_s in enumerate(own)))
        for size, own in enumerate(walls, 1)
    )
    return held(cells=cells, runs=tuple(serial(block, 100.0) for block in range(len(walls[0]))), choice=choice)


@given(st.integers(2, 4).flatmap(lambda blocks: st.lists(
    st.lists(st.floats(0.1, 5), min_size=blocks, max_size=blocks), min_size=1, max_size=6
)))  # fmt: skip
def test_the_best_has_no_regret_and_no_other_a_negative_one(walls):
    """By medians, the recommended setting is as slow as it is against the fastest."""
    best = min(range(len(walls)), key=lambda place: median(walls[place]))
    for place, own in enumerate(walls):
        found = regret_of(grid(*walls, choice=planned(Setting("map", 2, place + 1))))
        assert found.raw == pytest.approx(median(own) / median(walls[best]) - 1)
        assert found.raw >= 0 or place == best
    assert best_of(grid(*walls, choice=None))[1] == median(walls[best])


def test_the_luck_of_the_best_is_gone_where_it_is_held_out():
    """Of settings that are equal but for noise, the best seems better; met in another block it is not."""
    lucky = ([1.0, 1.0, 1.2], [1.2, 1.0, 0.9], [0.9, 1.2, 1.0])
    found = regret_of(grid(*lucky, [1.02, 1.02, 1.02], choice=planned(Setting("map", 2, 4))))
    assert found.raw == pytest.approx(0.02)
    assert found.held_out < 0


def test_to_stay_serial_is_a_choice():
    """No recommendation means the serial time."""
    found = regret_of(held(choice=planned(None)))
    assert found.raw == pytest.approx(1.0 / 0.4 - 1)


def test_what_failed_is_no_setting_to_regret():
    """A setting with a failed round is not the best, and has no regret of its own."""
    cells = (
        Tried(MAP, 4, (trial(0, 0.1, 0.1),), ("lost items",)),
        Tried(QUEUE, 1, (trial(0, 0.4, 0.3),)),
    )
    assert regret_of(held(cells=cells, choice=planned(QUEUE))).raw == 0
    assert regret_of(held(cells=cells, choice=planned(MAP))).raw is None


@given(st.lists(st.floats(0.2, 3), min_size=1, max_size=30))
def test_regrets_are_told_of_all_plans_together(walls):
    """The median, one that nine of ten don't exceed, and the worst; a workload that was not planned has none."""
    studies = [grid([1.0, 1.0], [wall_s] * 2, choice=planned(Setting("map", 2, 2))) for wall_s in walls]
    found, expected = regrets_of([*studies, held()]), sorted(wall_s / min(wall_s, 1.0) - 1 for wall_s in walls)
    assert (found.n, found.worst) == (
        len(walls),
        pytest.approx(max(walls) / min(1.0, max(walls)) - 1 if max(walls) > 1 else 0.0),
    )
    assert sum(regret <= found.far + 1e-9 for regret in expected) >= 0.9 * len(walls)
    assert found.median == pytest.approx(median(expected))


def test_one_block_can_not_be_held_out():
    """With one block there is no other to find the best in."""
    found = regret_of(grid([1.0], [2.0], choice=planned(Setting("map", 2, 2))))
    assert (found.raw, found.held_out) == (pytest.approx(1.0), None)
