"""What came of a fault is read from the round and its ledger: exact, without a process."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.round import Outcome, Round
from lightwork.faults.fault import Fault, find
from lightwork.faults.outcome import ENDINGS, Ending, counted_in, ending_of, items_in, knew_s, spread, struck_at_ns
from lightwork.ledger.table import State
from lightwork.storage.ledgers import ROW


def rows(*states, start_ns=1_000):
    """A ledger's rows in these states."""
    made = np.zeros(len(states), ROW)
    made["state"] = states
    made["start_ns"] = [0 if state == State.NEVER_STARTED else start_ns for state in states]
    return made


@given(st.lists(st.sampled_from(list(State)), max_size=30))
def test_every_item_has_one_state(states):
    """Done, running, raised and never started together are all items, each once."""
    found = [items_in(rows(*states), state) for state in State]
    assert sorted(sum(found, ())) == list(range(len(states)))


def test_items_begun_or_done_twice_are_counted_by_the_ledger():
    """An item that was done before it was begun again is told apart from one that had broken off."""
    made = rows(*[State.DONE] * 4)
    made["again"], made["redone"] = [0, 1, 2, 0], [0, 0, 1, 0]
    assert counted_in(made, "again") == (1, 2)
    assert counted_in(made, "redone") == (2,)


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.RECOVERED])
def test_every_outcome_of_a_round_is_an_ending(outcome):
    """No outcome is left without a word."""
    assert ending_of(find("kill"), Round("map", 0, 0, outcome), None) is ENDINGS[outcome]


def test_a_fault_that_never_struck_is_no_ending():
    """A round that went well because nobody was idle says nothing of idle workers."""
    found = Round("static", 0, 0, Outcome.OK)
    assert ending_of(find("kill-idle"), found, None) is Ending.NEVER
    assert ending_of(find("kill-idle"), found, 5) is Ending.COMPLETES


def test_the_fault_strikes_half_way_through_its_item():
    """Its moment follows from the item's start; an item that was never begun was never struck."""
    made = rows(State.DONE, State.RUNNING, State.NEVER_STARTED)
    assert struck_at_ns(made, 1, 0.01) == 1_000 + 10_000_000
    assert struck_at_ns(made, 2, 0.01) is None


def test_the_caller_knew_when_it_raised():
    """From the fault to t1; where the caller died, to its end; where it hung or lost items, never."""
    found = Round("map", 0, 0, Outcome.RAISED, t0_ns=0, t1_ns=3_000_000_000)
    assert knew_s(found, Ending.RAISES, 1_000_000_000, 9_000_000_000) == 2.0
    assert knew_s(found, Ending.DIES, 1_000_000_000, 9_000_000_000) == 8.0
    assert knew_s(found, Ending.HANGS, 1_000_000_000, 9_000_000_000) is None
    assert knew_s(found, Ending.LOSES, 1_000_000_000, 9_000_000_000) is None
    assert knew_s(found, Ending.RAISES, None, 9_000_000_000) is None


@given(st.sets(st.integers(0, 60)))
def test_indices_in_words_are_the_indices(indices):
    """What `spread` tells, read back, is what went in."""
    told = spread(sorted(indices))
    parts = [part.split("-") for part in told.split(", ")] if told else []
    assert {index for low, *high in parts for index in range(int(low), int(high[0] if high else low) + 1)} == indices


def test_a_fault_strikes_in_an_item_or_from_outside():
    """One that does neither, or both, is refused where it is defined."""
    for how in ({}, {"suffer": abs, "strike": max}):
        with pytest.raises(ValueError, match="either suffer or strike"):
            Fault("flood", "flood", "water", **how)
