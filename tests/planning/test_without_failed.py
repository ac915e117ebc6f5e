"""Left out: a sample and a serial run without the items that failed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rounds import run_round

from lightwork.core.setting import Setting
from lightwork.planning.sample import draw
from lightwork.planning.without_failed import only, rows_without, without
from lightwork.storage import ledgers

WEIGHTS = st.lists(st.floats(0, 1e6), min_size=3, max_size=80)


@given(WEIGHTS, st.integers(3, 80), st.data())
def test_every_other_item_keeps_someone_to_stand_for_it(weights, size, data):
    """The kept ones of the sample stand for themselves, in order; whoever lost theirs gets one that was kept."""
    sample = draw(weights, size, 1)
    numbers = data.draw(st.sets(st.integers(0, len(sample.chosen) - 1), max_size=len(sample.chosen) - 1))
    found = without(sample, numbers, weights)
    gone = {sample.chosen[number] for number in numbers}
    left = [place for place in range(len(weights)) if place not in gone]
    assert [left[place] for place in found.chosen] == [place for place in sample.chosen if place not in gone]
    assert len(found.stands_for) == len(left)
    assert all(found.chosen[found.stands_for[place]] == place for place in found.chosen)
    assert all(0 <= number < len(found.chosen) for number in found.stands_for)


def test_the_nearest_by_weight_takes_its_place():
    """An item of 9 that was stood for by one of 10 is stood for by the next heavier, not by one of 1."""
    weights = [1.0, 9.0, 10.0, 11.0, 1.5]
    sample = draw(weights, 5, 1)
    fewer = type(sample)((0, 2, 3), (0, 1, 1, 2, 0))
    found = without(fewer, {1}, weights)
    assert (found.chosen, found.stands_for) == ((0, 2), (0, 1, 1, 0))


def test_refuses_to_leave_nobody():
    """A sample whose every item is left out stands for nothing."""
    sample = draw([1.0, 2.0], 2, 1)
    with pytest.raises(ValueError, match="every item"):
        without(sample, {0, 1}, [1.0, 2.0])


def test_a_run_without_some_rows_is_a_run_of_the_others(tmp_path):
    """Rows, counts and sums are those of the kept items; without anything to leave out it is the run itself."""
    whole = replace(run_round(tmp_path / "data", Setting("serial")), printed_bytes=7)
    rows = ledgers.table(whole.ledger)
    found = rows_without(whole, {0, 3}, tmp_path)
    kept = [number for number in range(len(rows)) if number not in {0, 3}]
    assert (ledgers.table(found.ledger) == rows[kept]).all()
    assert (found.round.items_done, found.round.items_expected) == (len(kept), len(kept))
    assert found.round.item_cpu_ns == int(rows["cpu_ns"][kept].sum())
    assert found.printed_bytes == whole.printed_bytes == 7
    assert rows_without(whole, set(), tmp_path) is whole
    assert not (tmp_path / "kept").exists()


@given(WEIGHTS, st.integers(3, 80), st.data())
def test_items_that_were_not_run_stay_in_the_plan(weights, size, data):
    """Of a sample of which only some were run, all items are still stood for, by those that were."""
    sample = draw(weights, size, 1)
    count = len(sample.chosen)
    numbers = sorted(data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=count)))
    found = only(sample, numbers, weights)
    assert found.chosen == tuple(sample.chosen[number] for number in numbers)
    assert len(found.stands_for) == len(weights)
    for place, number in enumerate(sample.stands_for):
        if number in numbers:
            assert found.chosen[found.stands_for[place]] == sample.chosen[number]


def test_none_at_all_is_refused():
    """A sample of which nothing was run stands for nothing."""
    with pytest.raises(ValueError, match="every item"):
        only(draw([1.0, 2.0], 2, 1), [], [1.0, 2.0])
