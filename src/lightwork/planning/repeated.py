"""Repeated runs: whether they do what the first one did, and the line that says so where they do not.

A plan runs the function on the same items again and again. One that skips what is there already does nothing from the
second run on, and one that inserts the same row twice fails: neither tells how long the work takes.
"""

from typing import TYPE_CHECKING, Any

from lightwork.core.round import Round
from lightwork.errors import WorkError
from lightwork.ledger.table import State
from lightwork.planning.outside_limits import EXAMPLE, says_too_fast
from lightwork.replay.demands import own_ns
from lightwork.text.notes import TO_REPEAT
from lightwork.text.quantities import duration

if TYPE_CHECKING:
    from numpy.typing import NDArray

LESS = 1 / 3  # of what the first run took: neither a cold page cache nor a slower core makes so much of a difference
LEAST_NS = 5_000_000  # less does not tell


def does_less(first: "NDArray[Any]", later: "NDArray[Any]", *, writes_less: bool) -> bool:
    """Whether a later run of the same items computed far less than the first one.

    Or, where it also wrote far less, took far less: one that only waits less may have found its files in memory.
    """
    if (later["state"] != State.DONE).any():
        return False
    is_less = _is_less(float(first["cpu_ns"].sum()), float(later["cpu_ns"].sum()))
    return is_less or (writes_less and _is_less(float(own_ns(first).sum()), float(own_ns(later).sum())))


def writes_less(first: Round, later: Round) -> bool:
    """Whether a later round wrote far fewer bytes than the first one."""
    before, now = ((round_.usage.write_call_bytes or 0) if round_.usage else 0 for round_ in (first, later))
    return now < LESS * before


def _is_less(first_ns: float, later_ns: float) -> bool:
    return first_ns > LEAST_NS and later_ns < LESS * first_ns


def nothing_to_do(name: str, first: "NDArray[Any]", later: "NDArray[Any]") -> WorkError:
    """The error for work that only the first run did."""
    took, takes = (duration(float(own_ns(rows).sum()) / 1e9) for rows in (first, later))
    return WorkError(
        f"{name} did its work in the first run only: the same items took {took}, then {takes}, so it seems to skip "
        f"what is done already, and later runs show nothing; {TO_REPEAT}"
    )


def fails_again(name: str, which: str, reason: str) -> WorkError:
    """The error for an item that a first run did and a later one could not. which: the item, in words."""
    if says_too_fast(reason):
        return WorkError(
            f"{name} worked in its first run and fails when it runs again: {which} raised {reason}; the service allows "
            f"no more within that time: keep to its limit with {EXAMPLE}"
        )
    return WorkError(
        f"{name} worked in its first run and fails when it runs again: {which} raised {reason}; what the first run "
        f"stored seems to be in its way: {TO_REPEAT}"
    )
