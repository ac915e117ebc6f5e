"""A trial: a user's function on its first items, where one that raises is noted and the others still run.

    function(item) raises -> ItemFailure in the result's place -> what failed or can't travel, as facts of the round

Nothing else runs differently, so that the ledger of a trial is as good as any. Standard library only: the host imports
this module.
"""

import json
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.reduction import ForkingPickler
from typing import Any

from lightwork.workload.api import Facts

FAILED, TRACEBACK, STUCK = "failed", "traceback", "stuck"
STUCK_NAMED = 3
LONGEST_REASON = 300  # characters


@dataclass(frozen=True)
class ItemFailure:
    """What stands in the place of the result of an item that raised: the exception in a line, and its traceback."""

    reason: str
    detail: str


class Trial:
    """The function, but that what it raises is returned as an ItemFailure."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, item: Any) -> Any:
        """The function's result, or the ItemFailure in its place."""
        try:
            return self.function(item)
        except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it is, it is told
            return _failure(error)


class CoroutineTrial:
    """The same of a coroutine function, as one."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    async def __call__(self, item: Any) -> Any:
        """The function's result, or the ItemFailure in its place."""
        try:
            return await self.function(item)
        except (Exception, SystemExit) as error:  # noqa: BLE001  as in a Trial
            return _failure(error)


def _failure(error: BaseException) -> ItemFailure:
    return ItemFailure(_one_line(error), _traceback(error))


def facts_of(results: Sequence[Any]) -> Facts:
    """Which results, by their place, are failures, and which can't be sent from a worker to its caller.

    failed: JSON, [[place, reason], ...]; traceback: of the first; stuck: JSON, the first few [[place, reason], ...].
    """
    failures = [(place, result) for place, result in enumerate(results) if isinstance(result, ItemFailure)]
    stuck = [(place, reason) for place, result in enumerate(results) if (reason := why_stuck(result))]
    return {
        FAILED: json.dumps([(place, result.reason) for place, result in failures]),
        TRACEBACK: failures[0][1].detail if failures else "",
        STUCK: json.dumps(stuck[:STUCK_NAMED]),
    }


def failed_in(evidence: Mapping[str, Any]) -> dict[int, str]:
    """Why each item of a trial failed, by its place among those that were run."""
    return dict(json.loads(evidence.get(FAILED, "[]")))


def stuck_in(evidence: Mapping[str, Any]) -> dict[int, str]:
    """Why the first few results that can't be pickled can't, by their items' places."""
    return dict(json.loads(evidence.get(STUCK, "[]")))


def why_stuck(thing: Any) -> str:
    """Why an item or a result can't be sent between processes; "" for one that can."""
    try:
        ForkingPickler.dumps(thing)
    except Exception as error:  # noqa: BLE001  an object's own pickling may raise anything
        return _one_line(error)
    return ""


def _traceback(error: BaseException) -> str:
    from_function = error.__traceback__.tb_next if error.__traceback__ else None
    return "".join(traceback.format_exception(type(error), error, from_function))


def _one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST_REASON]
