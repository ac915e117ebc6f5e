"""What came of an accident: how the round ended, and what the state is worth afterwards; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lightwork.faults.outcome import Ending


class Worth(StrEnum):
    """What the state is worth after the round."""

    WHOLE = "whole"  # it holds every update of the items that were done
    HALF = "half-written"  # an update is in it in part
    LOST = "updates lost"  # some of items that were done are missing
    GONE = "gone"  # with the process that had it
    NOTHING = "nothing shared"  # results alone would have carried it
    UNKNOWN = "unknown"  # the round hung, and was ended with all that it had


@dataclass(frozen=True)
class SharedCase:
    """One method under one accident, by their names, and under which strategy.

    error: what was raised, one line. knew_s: seconds from the accident until the caller knew; None where it never did.
    unfinished: updates in the state of items that were not done: running these again would count them twice.
    left_behind: processes that outlived the caller. blocks_left: what then was still there in shared memory.
    """

    method: str
    accident: str
    strategy: str
    workers: int
    ending: Ending
    worth: Worth = Worth.UNKNOWN
    error: str = ""
    knew_s: float | None = None
    unfinished: int = 0
    left_behind: int = 0
    blocks_left: int = 0
    deadline_s: float = 0.0


def worth_of(counts: Sequence[Sequence[int]] | None, sent: int) -> tuple[Worth, int]:
    """What the counts are worth, and how many updates are in them beyond those of the items that were done.

    counts: each key's, in which every whole update added one to every field; None where they can't be had. sent: the
    updates of items that were done.
    """
    if counts is None:
        return Worth.GONE, 0
    there = sum(min(fields) for fields in counts)
    if any(min(fields) != max(fields) for fields in counts):
        return Worth.HALF, max(0, there - sent)
    return (Worth.LOST, 0) if there < sent else (Worth.WHOLE, there - sent)
