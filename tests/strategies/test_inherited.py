"""Strategy inherited: what can't be pickled, or would take long, is never sent."""

import multiprocessing

import pytest

from lightwork.strategies.inherited import job, run

FORK = multiprocessing.get_context("fork")


class Unsendable:
    """An item that must not be pickled."""

    def __init__(self, number):
        self.number = number

    def __reduce__(self):
        raise AssertionError("an item was pickled")


def test_neither_items_nor_function_are_sent():
    """Items that raise when they are pickled, and a lambda, reach the workers; results come in the items' order."""
    items = [Unsendable(number) for number in range(7)]
    assert run(lambda item: item.number**2, items, 2, 2, FORK) == [0, 1, 4, 9, 16, 25, 36]


def test_nothing_is_kept_after_the_round():
    """The caller holds no items once they are done, also where one raises."""
    with pytest.raises(ZeroDivisionError):
        run(lambda item: 1 // item, [1, 0], 2, 1, FORK)
    assert job == []
