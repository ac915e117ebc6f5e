"""Limits outside: what a service or a file lets through, as the user knows it: so many items at once, so many a second.

--max-in-flight 8   caps the worker counts of every strategy
--rate 20/s         a clock by which the items of all rounds start (lightwork.workload.turns), and of the script
"""

import re
from collections.abc import Mapping, Sequence
from math import ceil
from pathlib import Path
from typing import Any

from lightwork import strategies
from lightwork.core.rate import StartRate
from lightwork.errors import UsageError
from lightwork.planning.axes import AWAITED
from lightwork.study import option_values
from lightwork.text.quantities import duration

FEWEST_IN_FLIGHT = 2
TOO_FAST = re.compile(r"\b429\b|too many requests|rate.?limit|throttl|quota|slow.?down", re.IGNORECASE)
EXAMPLE = "--rate, such as 20/s"
FEWEST_STARTS = 2  # within a budget
PACED = (*AWAITED, "apply_async")  # named to who asks for another under a rate


def most_in_flight(word: str | None) -> int | None:
    """How many items may run at once; None for any number. Raises UsageError for fewer than two."""
    if not word:
        return None
    most = option_values.whole_number("max-in-flight", word)
    if most < FEWEST_IN_FLIGHT:
        raise UsageError(f"max-in-flight can't be {most}: one item at a time is the serial run; give at least 2")
    return most


def counts(words: str, most: int | None) -> tuple[int, ...]:
    """The worker counts that were asked for. Raises UsageError for one that runs more items at once than may be."""
    workers = option_values.counts("workers", words)
    if most and max(workers) > most:
        raise UsageError(
            f"--workers {max(workers)} and --max-in-flight {most} contradict each other: a worker runs one item at a "
            "time; leave one of them out"
        )
    return workers


def rate(word: str | None, budget_s: float | None = None) -> StartRate | None:
    """The rate; None for any. Raises UsageError for one that starts too few items within a budget, where one is given.

    Half of the budget must see two: the rest is for what they show.
    """
    if not word:
        return None
    asked = option_values.rate("rate", word)
    if budget_s and FEWEST_STARTS * asked.apart_s > budget_s:
        raise UsageError(
            f"--rate {asked} starts an item every {duration(asked.apart_s)}, too few for a budget of "
            f"{duration(budget_s)}: give --budget {ceil(2 * FEWEST_STARTS * asked.apart_s)}s or more"
        )
    return asked


def turns(asked: StartRate | None, folder: Path) -> Mapping[str, Any]:
    """The parameters of a target whose items start at this rate. folder: for the clock."""
    return {"turns": str(folder / "turns"), "apart_s": asked.kept_s} if asked else {}


def paced(names: Sequence[str], *, are_named: bool) -> list[str]:
    """The strategies whose scripts can keep a rate. Raises UsageError for another that was asked for by name."""
    able = [name for name in names if strategies.find(name).can_be_paced]
    if are_named and len(able) < len(names):
        other = next(name for name in names if name not in able)
        raise UsageError(f"{other} has no clock for --rate that its workers share: choose from {', '.join(PACED)}")
    return able


def says_too_fast(reason: str) -> bool:
    """Whether an error says that requests come too fast. reason: what was raised, in a line, the item named at its end.

    Services say so by the status 429, and in words of their own.
    """
    return bool(TOO_FAST.search(reason.partition(" in item ")[0]))


def slower(asked: StartRate | None) -> str:
    """What to write so that items start more slowly."""
    return f"a lower rate than --rate {asked}" if asked else EXAMPLE
