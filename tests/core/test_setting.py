"""Settings: what can't be is refused, what differs has another name, and orders are what they say."""

import re

import pytest
from any_results import SETTINGS
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.setting import ORDERS, Setting, arrange
from lightwork.errors import UsageError


@given(SETTINGS, SETTINGS)
def test_different_settings_have_different_names(one, other):
    """Two settings have the same cell_id only if they are the same, and every one can be a file's name."""
    assert (one.cell_id == other.cell_id) == (one == other)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", one.cell_id)


def test_names_a_cell_in_short():
    """What is left to its default is left out of the name."""
    assert Setting("map", 4).cell_id == "map-w4-fork-given"
    assert Setting("map", 4, 16, "spawn", "shuffled", 2).cell_id == "map-w4-c16-spawn-shuffled-cores2"


@pytest.mark.parametrize("what", ["workers", "chunksize", "cores"])
@pytest.mark.parametrize("number", [0, -1])
def test_refuses_less_than_one(what, number):
    """No setting has no worker, an empty chunk or no core."""
    with pytest.raises(UsageError, match=f"{what} can't be {number}: it must be at least 1"):
        Setting("map", **{what: number})


def test_refuses_an_unknown_order():
    """An unknown order is refused together with the known ones."""
    with pytest.raises(UsageError, match="unknown order 'biggest': choose from given, shuffled"):
        Setting("map", order="biggest")


def test_refuses_an_unknown_start_method():
    """An unknown start method is refused together with the known ones."""
    with pytest.raises(UsageError, match="unknown start method 'thread': choose from fork, spawn, forkserver"):
        Setting("map", start_method="thread")


@given(st.lists(st.integers()), st.sampled_from(ORDERS), st.integers(0, 99))
def test_every_order_keeps_every_item(items, order, seed):
    """Whatever the order, the same items are handed out, and in the same order each time."""
    arranged = arrange(items, order, lambda item: item, seed)
    assert sorted(arranged) == sorted(items)
    assert arrange(items, order, lambda item: item, seed) == arranged


@given(st.lists(st.integers()))
def test_orders_are_what_they_say(items):
    """Given order is as it came, largest-first falls, largest-last rises."""
    assert arrange(items, "given", lambda item: item, 1) == items
    assert arrange(items, "largest-first", lambda item: item, 1) == sorted(items, reverse=True)
    assert arrange(items, "largest-last", lambda item: item, 1) == sorted(items)


@pytest.mark.parametrize("order", ["largest-first", "largest-last"])
def test_equally_heavy_items_stay_as_given(order):
    """Between items of one weight the given order decides, so that a repeated run hands out the same."""
    assert arrange("cab", order, lambda item: 1.0, 1) == ["c", "a", "b"]


def test_the_seed_fixes_the_shuffle():
    """Two seeds shuffle differently."""
    items = list(range(50))
    assert arrange(items, "shuffled", float, 1) != arrange(items, "shuffled", float, 2)
    assert arrange(items, "shuffled", float, 1) != items
