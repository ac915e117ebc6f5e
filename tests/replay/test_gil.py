"""Whether threads computed one at a time, as their own ledger shows it."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.replay.gil import computed_on, took_turns
from lightwork.storage.ledgers import ROW


def ledger(*items):
    """Rows of items: start, end and CPU time, in ns."""
    rows = np.zeros(len(items), ROW)
    for row, (start_ns, end_ns, cpu_ns) in zip(rows, items, strict=True):
        row["start_ns"], row["end_ns"], row["cpu_ns"] = start_ns, end_ns, cpu_ns
    return rows


@pytest.mark.parametrize(
    ("cpu_ns", "cores", "turns"), [(50, 1.0, True), (100, 2.0, False), (70, 1.4, False), (54, 1.08, True)]
)
def test_the_cpu_time_of_items_that_run_beside_each_other_tells(cpu_ns, cores, turns):
    """Two items that run for 100 ns beside each other, each on the CPU for half of it, had one core between them."""
    rows = ledger((1_000, 1_100, cpu_ns), (1_000, 1_100, cpu_ns))
    assert computed_on(rows) == pytest.approx(cores)
    assert took_turns(rows) is turns


def test_an_item_that_runs_alone_tells_nothing():
    """Items one after the other, or one that outlasts all others, do not count where they are alone."""
    assert computed_on(ledger((0, 100, 100), (100, 200, 100))) == inf
    assert not took_turns(ledger((0, 100, 100)))
    alone_at_the_end = ledger((0, 1_000, 1_000), (0, 100, 100))
    assert computed_on(alone_at_the_end) == pytest.approx(2.0)


@given(st.lists(st.tuples(st.integers(0, 1_000), st.integers(1, 1_000), st.floats(0, 1)), min_size=1, max_size=20))
def test_never_more_cores_than_items_at_a_time(items):
    """However items overlap, they compute on no more cores than there are items running at once."""
    rows = ledger(*((start, start + wall, int(wall * share)) for start, wall, share in items))
    most = max(sum(row["start_ns"] <= at < row["end_ns"] for row in rows) for at in rows["start_ns"])
    cores = computed_on(rows)
    assert cores == inf or 0 <= cores <= most + 1e-9
