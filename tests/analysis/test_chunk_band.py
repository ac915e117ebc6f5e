"""The safe band of chunksizes: cheap to hand over, and over together; compared with all chunksizes by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.chunk_band import LITTLE, Band, least, makespan, most, safe_band, sizes

lengths = st.lists(st.floats(0.001, 10), min_size=1, max_size=60)


def bound_s(items_s, workers):
    """No hand-out of whole items ends earlier."""
    return max(sum(items_s) / workers, *items_s)


@given(lengths, st.integers(1, 8), st.integers(1, 60))
def test_greedy_hand_out_keeps_its_bounds(items_s, workers, chunksize):
    """It ends no earlier than is possible, and no later than Graham's bound over its chunks."""
    chunks = [sum(items_s[first : first + chunksize]) for first in range(0, len(items_s), chunksize)]
    found = makespan(items_s, workers, chunksize)
    assert found >= bound_s(items_s, workers) * (1 - 1e-9)
    assert found <= (sum(chunks) / workers + (1 - 1 / workers) * max(chunks)) * (1 + 1e-9)


@given(lengths, st.integers(1, 8))
def test_every_tried_chunksize_up_to_the_most_is_safe(items_s, workers):
    """Each one that was tried ends within the share of what is possible; 0 says that single items do not."""
    found = most(items_s, workers)
    tried = [size for size in sizes(len(items_s) // workers) if size <= max(found, 1)]
    in_time = [makespan(items_s, workers, size) * (1 - LITTLE) <= bound_s(items_s, workers) for size in tried]
    assert all(in_time) if found else not in_time[0]


@given(st.floats(1e-7, 1), st.floats(1e-6, 10))
def test_the_least_is_just_large_enough(hand_over_s, item_s):
    """At the least chunksize a hand-over takes at most its share of the work, and below it more."""
    found = least(hand_over_s, item_s)
    assert hand_over_s <= LITTLE * item_s * found * (1 + 1e-6)
    assert found == 1 or hand_over_s > LITTLE * item_s * (found - 1) * (1 - 1e-6)


def test_a_heavy_last_item_shortens_the_band():
    """Ninety-nine short items before a long one leave no room for chunks; equal ones do."""
    equal, heavy = [1.0] * 100, [1.0] * 99 + [30.0]
    assert most(equal, 2) > most(heavy, 2)


def test_the_longest_item_is_nobodys_fault():
    """Where one item lasts as long as the round, chunks of the others are as safe as if it were not there."""
    assert most([60.0] + [1.0] * 20, 2) > 1
    assert most([5.0] * 9, 8) == 0


def test_every_size_is_tried_up_to_eight():
    """Steps are a quarter and at least one, so that no small chunksize is passed over."""
    assert sizes(8) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert sizes(1000)[-1] == 1000
    assert all(after <= 1.25 * before + 1 for before, after in zip(sizes(1000), sizes(1000)[1:], strict=False))


def test_a_band_can_be_empty():
    """Items that take as long as a hand-over, and too few of them to make chunks, have no safe chunksize."""
    assert safe_band([1e-3] * 8, 4, 1e-3).is_empty
    assert safe_band([1e-3] * 4000, 4, 1e-3) == Band(20, most([1e-3] * 4000, 4))


def test_items_of_no_time_have_none():
    """Where nothing takes any time, the least chunksize is refused rather than infinite."""
    with pytest.raises(ValueError, match="take no time"):
        least(1e-3, 0.0)
