"""Blocks: every cell once, in an order that nobody chose and anybody can repeat."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lightwork.study.block_order import order_of

CELLS = ["serial", "serial-again", "map-w2", "queue-w2"]


@given(st.lists(st.text(), unique=True), st.integers(0, 100), st.integers(0, 100))
def test_a_block_holds_every_cell_once(cells, block, seed):
    """A block runs each cell exactly once, and in the same order whenever it is asked for."""
    order = order_of(cells, block, seed)
    assert sorted(order) == sorted(cells)
    assert order_of(cells, block, seed) == order


def test_no_cell_has_a_place_of_its_own():
    """Over many blocks every cell comes as often in every place: none is always the first or the warmest."""
    places = Counter((place, cell) for block in range(4000) for place, cell in enumerate(order_of(CELLS, block, 1)))
    assert len(places) == len(CELLS) ** 2
    assert all(900 < count < 1100 for count in places.values())


def test_another_seed_gives_other_orders():
    """The seed decides: two seeds give two sequences of orders."""
    first, second = ([order_of(CELLS, block, seed) for block in range(20)] for seed in (1, 2))
    assert first != second
