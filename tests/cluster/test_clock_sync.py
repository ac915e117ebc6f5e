"""Clocks: whatever the delays and the drift, the true time lies within the uncertainty that is told."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lightwork.cluster.clock_sync import WORST_DRIFT_PPM, Alignment, RoundTrip, into, offset_of

S = 10**9
DELAYS = st.integers(0, S)
OFFSETS = st.integers(-(10**6) * S, 10**6 * S)
# Delays there and back, as unlike each other as can be.
TRIPS = st.lists(st.tuples(DELAYS, DELAYS), min_size=1, max_size=5)


class Other:
    """A clock that is off by so much at our time 0, and faster than ours by so many parts in a million."""

    def __init__(self, offset_ns, drift_ppm=0):
        self.offset_ns, self.rate = offset_ns, 1 + Fraction(drift_ppm, 10**6)

    def shows(self, here_ns):
        """What it shows at our time, in whole nanoseconds."""
        return int(here_ns * self.rate) + self.offset_ns

    def asked(self, at_ns, delays):
        """The offset that round trips with these delays tell, the first of them sent at our time `at_ns`."""
        trips = []
        for there_ns, back_ns in delays:
            trips.append(RoundTrip(at_ns, self.shows(at_ns + there_ns), at_ns + there_ns + back_ns))
            at_ns += there_ns + back_ns
        return offset_of(trips)


@given(OFFSETS, TRIPS)
def test_the_true_offset_is_within_the_uncertainty(offset_ns, delays):
    """For any delays, however differently long there and back, the clock is off by what is told, give or take."""
    found = Other(offset_ns).asked(123, delays)
    assert abs(found.offset_ns - offset_ns) <= found.uncertainty_ns


@given(TRIPS)
def test_the_shortest_round_trip_is_taken(delays):
    """The uncertainty is half of the shortest round trip, rounded up."""
    found = Other(0).asked(0, delays)
    assert found.uncertainty_ns == -(-min(there + back for there, back in delays) // 2)


def test_no_round_trip_tells_nothing():
    """Without a round trip there is no offset."""
    with pytest.raises(ValueError, match="empty"):
        offset_of([])


@given(OFFSETS, st.integers(-1000, 1000), TRIPS, TRIPS, st.integers(0, 3600 * S), st.fractions(0, 1))
def test_times_are_aligned_within_the_uncertainty(offset_ns, drift_ppm, before, after, round_ns, part):
    """Whatever the offset and the drift, a time in the round is ours to within the uncertainty that is told."""
    other = Other(offset_ns, drift_ppm)
    first = other.asked(0, before)
    t0_ns = sum(map(sum, before))
    t1_ns = t0_ns + round_ns
    alignment = Alignment(first, other.asked(t1_ns, after))
    moment_ns = t0_ns + int(part * round_ns)
    there_ns = other.shows(moment_ns)
    # The other clock's own reading is a whole number of nanoseconds: one more of doubt.
    assert abs(alignment.here_ns(there_ns) - moment_ns) <= alignment.uncertainty_ns(there_ns) + 1


@given(OFFSETS, st.integers(-WORST_DRIFT_PPM, WORST_DRIFT_PPM), TRIPS, st.integers(0, 3600 * S))
@example(0, -WORST_DRIFT_PPM, [(0, 0)], 3600 * S)
def test_a_host_that_has_gone_makes_times_less_sure(offset_ns, drift_ppm, before, later_ns):
    """Asked before the round only, a clock within the worst drift is still told to within the uncertainty."""
    other = Other(offset_ns, drift_ppm)
    alignment = Alignment(other.asked(0, before), None)
    moment_ns = sum(map(sum, before)) + later_ns
    there_ns = other.shows(moment_ns)
    assert abs(alignment.here_ns(there_ns) - moment_ns) <= alignment.uncertainty_ns(there_ns) + 1


@given(OFFSETS, st.integers(-1000, 1000), TRIPS, TRIPS, st.lists(st.integers(0, 100 * S), min_size=2))
def test_what_was_later_there_is_not_earlier_here(offset_ns, drift_ppm, before, after, moments):
    """Aligning keeps the order of times, so that items of one worker overlap no more than they did."""
    other = Other(offset_ns, drift_ppm)
    first = other.asked(0, before)
    alignment = Alignment(first, other.asked(200 * S, after))
    aligned = [alignment.here_ns(moment_ns + first.there_ns) for moment_ns in sorted(moments)]
    assert aligned == sorted(aligned)


@pytest.mark.parametrize(
    ("moment", "settled"), [(50, 50), (98, 100), (95, 95), (203, 203), (202, 202), (201, 200), (100, 100)]
)
def test_moments_are_put_into_the_span_only_as_far_as_is_doubted(moment, settled):
    """A time up to the uncertainty outside of the round's span is put to its edge, one farther outside stays."""
    assert into(moment, 100, 200, 1 if moment > 200 else 2) == settled
