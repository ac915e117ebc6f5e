"""What came of a fault: read from the round and its ledger, not from what the strategy says of itself; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lightwork.core.round import Outcome, Round
from lightwork.faults.fault import Fault
from lightwork.ledger.table import State


class Ending(StrEnum):
    """How a strategy takes a fault. The caller knows in all cases but HANGS and LOSES."""

    COMPLETES = "completes"  # every item is done, and the caller has every result
    RAISES = "raises"
    HANGS = "hangs"  # the deadline ended it
    LOSES = "loses items"  # it returns as if all were well
    DIES = "dies"  # the caller ends with the worker
    NEVER = "never"  # the fault can't strike: no worker of this strategy is ever idle


@dataclass(frozen=True)
class Case:
    """One strategy under one fault, by their names.

    error: what was raised, one line. knew_s: seconds from the fault until the caller knew: until the strategy raised
    or returned, or the caller was gone; None where it never did. done, running, never, raised: indices of the items by
    their last state in the ledger; again: of those that were begun twice; redone: done twice.
    left_behind: processes that outlived the caller. recovered: whether going on with it brought all of the work, None
    where that was not tried; run_again: the items that were run for it.
    """

    strategy: str
    fault: str
    workers: int
    chunksize: int | None
    ending: Ending
    error: str = ""
    knew_s: float | None = None
    done: tuple[int, ...] = ()
    running: tuple[int, ...] = ()
    never: tuple[int, ...] = ()
    raised: tuple[int, ...] = ()
    again: tuple[int, ...] = ()
    redone: tuple[int, ...] = ()
    left_behind: int = 0
    recovered: bool | None = None
    run_again: tuple[int, ...] = ()
    deadline_s: float = 0.0


ENDINGS = {
    Outcome.OK: Ending.COMPLETES,
    Outcome.LEFTOVER: Ending.COMPLETES,
    Outcome.RAISED: Ending.RAISES,
    Outcome.LOST: Ending.LOSES,
    Outcome.WRONG: Ending.LOSES,
    Outcome.UNSOUND: Ending.COMPLETES,
    Outcome.HUNG: Ending.HANGS,
    Outcome.DIED: Ending.DIES,
}


def ending_of(fault: Fault, round_: Round, struck_ns: int | None) -> Ending:
    """How the first attempt ended."""
    if fault.strike is not None and struck_ns is None:
        return Ending.NEVER
    return ENDINGS[round_.attempts[0].outcome if round_.attempts else round_.outcome]


def items_in(rows: Any, state: State) -> tuple[int, ...]:
    """The indices of the items in this state. rows: a ledger's (lightwork.storage.ledgers.table)."""
    return tuple(index for index, value in enumerate(rows["state"]) if value == state)


def counted_in(rows: Any, column: str) -> tuple[int, ...]:
    """The indices of the items of which the ledger counts something: "again" begun twice, "redone" done twice."""
    return tuple(index for index, count in enumerate(rows[column]) if count)


def struck_at_ns(rows: Any, victim: int, half_s: float) -> int | None:
    """When an item's own fault struck: half-way through its wait; None where it was never begun."""
    started_ns = int(rows["start_ns"][victim])
    return started_ns + int(half_s * 1e9) if started_ns else None


def knew_s(round_: Round, ending: Ending, struck_ns: int | None, ended_ns: int) -> float | None:
    """Seconds from the fault until the caller knew. ended_ns: when the host was seen to have ended."""
    if struck_ns is None or ending in (Ending.HANGS, Ending.LOSES, Ending.NEVER):
        return None
    knew_ns = round_.t1_ns if ending is not Ending.DIES and round_.t1_ns is not None else ended_ns
    return max(0.0, (knew_ns - struck_ns) / 1e9)


def spread(indices: Sequence[int]) -> str:
    """Indices in words, as "3, 7-9"."""
    runs: list[list[int]] = []
    for index in indices:
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
