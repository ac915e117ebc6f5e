"""What a round would take without other programs at the cores, from what its items waited for one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.planning.rivals import share_without

ROWS = np.dtype([("worker", "i4"), ("runqueue_ns", "i8")])


def rows(*queued_ns):
    """A ledger's part of interest: an item for each worker, that stood so long in the run queue."""
    return np.array(list(enumerate(queued_ns)), ROWS)


def test_what_workers_wait_for_a_rivals_core_is_not_theirs():
    """Two workers that compute, beside one rival on two cores, get two thirds of what they could use."""
    assert share_without(900, rows(300, 300), 2, 1.0, cores=2, rivals=1) == pytest.approx(2 / 3)


def test_workers_that_wait_for_each_other_have_no_rival():
    """Four workers on two cores wait half the time, whoever else is there or not."""
    assert share_without(1000, rows(*[500] * 4), 4, 1.0, cores=2, rivals=0) == 1


def test_of_workers_that_are_too_many_only_what_the_rival_adds_counts():
    """Four workers beside one rival on two cores wait 3/5 of the time, of which 1/2 would be each other's."""
    found = share_without(1000, rows(*[600] * 4), 4, 1.0, cores=2, rivals=1)
    assert found == pytest.approx(1 - (1 - (1 / 2) / (3 / 5)) * 0.6)


def test_workers_that_seldom_compute_meet_by_chance():
    """Eight that compute a fifth of their time need less than two cores, and yet wait for each other at times."""
    alone, beside = (share_without(1000, rows(*[100] * 8), 8, 0.2, cores=2, rivals=rivals) for rivals in (0, 1))
    assert alone == 1
    assert 0.92 < beside < 0.97


def test_a_kernel_that_does_not_tell_changes_nothing():
    """Rows without a run queue hold -1."""
    assert share_without(1000, rows(-1, -1), 2, 1.0, cores=2, rivals=1) == 1


@given(
    st.lists(st.integers(0, 2_000), min_size=1, max_size=9), st.integers(1, 5_000), st.floats(0, 1), st.floats(1, 4),
    st.floats(0, 1),
)  # fmt: skip
def test_rivals_take_no_more_than_the_cores_they_had(queued_ns, workers, cpu_share, cores, busy):
    """Whatever was waited for, a round is never called faster than all cores would make it."""
    found = share_without(1000, rows(*queued_ns), workers, cpu_share, cores, busy * cores)
    assert 1 - busy - 1e-9 <= found <= 1
