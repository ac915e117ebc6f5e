"""Speed: a serial ledger at another CPU speed, and which speed is the usual one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serial_ledgers import ledger

from lightwork.replay.cpu_speed import at_speed, spin_ns, unrest, usual_speed, usual_spin_ns
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


def computing(cpu_us, spin_us=0):
    """A serial ledger of 20 items."""
    return ledger(*[(cpu_us, 50, 0, spin_us, 0)] * 20)


def test_the_usual_speed_is_the_median_of_the_serial_rounds():
    """One round of a slow moment does not decide, whichever of them it is."""
    fast, usual, slow = computing(900), computing(1000), computing(2000)
    assert usual_speed(fast, [fast, usual, slow]) == pytest.approx(1000 / 900)
    assert usual_speed(slow, [slow, fast, usual]) == pytest.approx(1 / 2)


def test_what_does_not_compute_has_no_speed():
    """Items that only wait are left as they are."""
    assert usual_speed(computing(0), [computing(0), computing(10)]) == 1.0


def test_the_usual_spin_is_known_only_where_every_round_has_one():
    """The median of the rounds' mean spins; of a round without enough spins nothing is concluded."""
    assert usual_spin_ns([computing(900, 9), computing(900, 11), computing(900, 30)]) == 11_000
    assert usual_spin_ns([computing(900, 9), computing(900)]) is None
    assert spin_ns(computing(900)) == 0.0


def test_refuses_rounds_of_other_items():
    """A speed is told from the same items only."""
    with pytest.raises(ValueError, match="of the same items"):
        usual_speed(computing(900), [computing(900)[:5]])


def test_unrest_is_how_far_rounds_that_should_be_alike_differ():
    """Serial rounds by their wall time, others by the fixed spin; the larger of the two, and nothing of one alone."""
    short, long = (ledger(*[(1000, wait, 0, 9, 0)] * 12) for wait in (0, 200))
    slow = ledger(*[(5000, 0, 0, 12, 0)] * 12)
    for rows in (short, long, slow):
        rows["spins"] = 1
    assert unrest([short, long, short]) == pytest.approx(0.2)
    assert unrest([short, short], [slow]) == pytest.approx(1 / 3)
    assert unrest([short, long], [slow]) == pytest.approx(1 / 3)
    assert unrest([short]) == unrest([]) == 0
    slow["spins"] = 0
    assert unrest([short, long], [slow]) == pytest.approx(0.2)
