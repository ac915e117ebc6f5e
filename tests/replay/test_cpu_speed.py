"""Speed: a serial ledger at another CPU speed."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from serial_ledgers import ledger

from lightwork.replay.cpu_speed import at_speed
from lightwork.replay.demands import demands_of

ITEM = st.tuples(*(st.integers(0, 5_000) for _ in range(5)))


@given(st.lists(ITEM, min_size=1, max_size=12), st.floats(0.2, 5), st.randoms())
def test_a_slower_ledger_asks_for_what_slower_work_does(items, factor, chance):
    """Scaling a ledger and scaling what is read off it are the same, in whatever order its rows stand."""
    rows = ledger(*items)[chance.sample(range(len(items)), len(items))]
    scaled, wanted = demands_of(at_speed(rows, factor)), demands_of(rows).at_speed(factor)
    for name in ("cpu_ns", "wait_ns", "spin_ns"):
        assert np.abs(getattr(scaled, name) - getattr(wanted, name)).max() <= 1, name


def test_gaps_between_items_are_computing():
    """What the loop takes between two items is slower by the factor, too."""
    rows = ledger(*[(900, 100, 0, 20, 30)] * 6)
    gaps = demands_of(rows).gap_ns, demands_of(at_speed(rows, 1.5)).gap_ns
    assert np.allclose(gaps[1], 1.5 * gaps[0], atol=2)
