"""Rates: so many items in any unit of time, also where a start is late."""

from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.rate import SLIP_S, UNITS_S, StartRate


@given(st.integers(1, 200), st.sampled_from([*UNITS_S]), st.floats(0.0, 0.99 * SLIP_S))
def test_a_late_start_makes_no_unit_of_time_hold_one_too_many(count, unit, late_s):
    """One turn more than may be in a unit spans more than the unit, though the first is late and the last on time."""
    assert count * StartRate(count, unit).kept_s - late_s > UNITS_S[unit]


def test_a_rate_reads_as_people_write_it():
    """Without decimals that nobody gave."""
    assert [str(StartRate(count, "min")) for count in (300.0, 0.5)] == ["300/min", "0.5/min"]
