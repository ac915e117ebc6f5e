"""Clocks: how far the monotonic clock of another host is from ours, and what a time there is here; pure.

    round trips before the round -> Offset --+
                                             +--> Alignment: there_ns -> here_ns, to within uncertainty_ns
    round trips after it         -> Offset --+

Source: F. Cristian, "Probabilistic clock synchronization", Distributed Computing 3 (1989): a reading was taken at some
moment between sending the question and receiving the answer, so half the round trip bounds the error, however
differently long the two ways are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WORST_DRIFT_PPM = 500  # the largest correction of a clock's rate that adjtimex(2) lets a time service make


@dataclass(frozen=True)
class RoundTrip:
    """One reading of another host's clock: sent_ns and received_ns by ours, there_ns by the other."""

    sent_ns: int
    there_ns: int
    received_ns: int


@dataclass(frozen=True)
class Offset:
    """The other clock less ours, as one round trip told.

    there_ns: the other clock's reading; here_ns: what ours is taken to have shown then, right to within uncertainty_ns.
    """

    there_ns: int
    here_ns: int
    uncertainty_ns: int

    @property
    def offset_ns(self) -> int:
        """The other clock less ours."""
        return self.there_ns - self.here_ns


def offset_of(trips: Sequence[RoundTrip]) -> Offset:
    """What the shortest of these round trips tells. Raises ValueError without any."""
    best = min(trips, key=lambda trip: trip.received_ns - trip.sent_ns)
    middle_ns = (best.sent_ns + best.received_ns) // 2
    return Offset(best.there_ns, middle_ns, best.received_ns - middle_ns)  # the longer half, where they differ by one


@dataclass(frozen=True)
class Alignment:
    """What a time on another clock is on ours.

    before: its offset before the round. after: afterwards; the difference is drift, taken to be even in between. None
    where the host could not be asked again: the rates then count as equal, and the uncertainty grows by
    WORST_DRIFT_PPM of our time, which is a little more of the other clock's where that one is slow.
    """

    before: Offset
    after: Offset | None

    def here_ns(self, there_ns: int) -> int:
        """Our clock's time at this time of the other one; later there is never earlier here."""
        since_ns = there_ns - self.before.there_ns
        if self.after is None or self.after.there_ns <= self.before.there_ns:
            return self.before.here_ns + since_ns
        passed_ns = max(0, self.after.here_ns - self.before.here_ns)
        return self.before.here_ns + since_ns * passed_ns // (self.after.there_ns - self.before.there_ns)

    def uncertainty_ns(self, there_ns: int) -> int:
        """How far `here_ns` of the same time may be off; rounding is part of it."""
        if self.after is None or self.after.there_ns <= self.before.there_ns:
            since_ns = abs(there_ns - self.before.there_ns)
            return self.before.uncertainty_ns + since_ns * WORST_DRIFT_PPM // (1_000_000 - WORST_DRIFT_PPM) + 1
        return max(self.before.uncertainty_ns, self.after.uncertainty_ns) + 1


def into(moment_ns: int, first_ns: int, last_ns: int, uncertainty_ns: int) -> int:
    """The moment, put into the span from first to last where it lies outside by no more than the uncertainty.

    One that lies farther outside stays: then something is wrong, and must be seen.
    """
    nearest_ns = min(max(moment_ns, first_ns), last_ns)
    return nearest_ns if abs(nearest_ns - moment_ns) <= uncertainty_ns else moment_ns
