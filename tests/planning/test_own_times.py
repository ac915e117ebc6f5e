"""Own times: what items took without the wait for their turns, from when they started and how far apart they may."""

import numpy as np
from contests import MS, spread_over, waits
from hypothesis import given
from hypothesis import strategies as st

from lightwork.planning.own_times import back_to_back, turns_of
from lightwork.replay.demands import gaps_after

lengths = st.lists(st.integers(1, 80), min_size=1, max_size=30)


def acted(workers, lengths_ms, apart_ms):
    """The ledger of a round whose items wait for their turns, and how long each waited."""
    rows = spread_over(1, waits(*lengths_ms))
    waited_ns = np.zeros(len(rows), np.int64)
    free_ns, turn_ns = [0] * workers, -apart_ms * MS
    for place, length_ms in enumerate(lengths_ms):
        worker = free_ns.index(min(free_ns))
        start_ns = free_ns[worker]
        turn_ns = max(turn_ns + apart_ms * MS, start_ns)
        waited_ns[place] = turn_ns - start_ns
        rows["start_ns"][place], rows["end_ns"][place] = start_ns, turn_ns + length_ms * MS
        free_ns[worker] = turn_ns + length_ms * MS
    return rows, waited_ns


@given(st.integers(1, 6), lengths, st.integers(1, 60))
def test_turns_follow_from_the_starts(workers, lengths_ms, apart_ms):
    """Of any workers, the wait for a turn is found exactly, from the starts of all items and the rate alone."""
    rows, waited_ns = acted(workers, lengths_ms, apart_ms)
    assert (turns_of(rows, apart_ms * MS) - rows["start_ns"]).tolist() == waited_ns.tolist()


@given(lengths, st.integers(1, 60), st.randoms())
def test_back_to_back_keeps_the_order_and_every_items_time(lengths_ms, apart_ms, luck):
    """Whatever lay between items has gone, nothing else, also where rows do not stand in the order of the run."""
    rows, waited_ns = acted(1, lengths_ms, apart_ms)
    rows["start_ns"] += waited_ns
    places = list(range(len(rows)))
    luck.shuffle(places)
    moved = back_to_back(rows[places])
    assert (moved["end_ns"] - moved["start_ns"]).tolist() == [lengths_ms[place] * MS for place in places]
    assert np.argsort(moved["start_ns"]).tolist() == np.argsort(rows[places]["start_ns"]).tolist()
    assert not gaps_after(moved).any()
