"""A trial: a user's function on its first items, where one that raises is noted and the others still run.

    function(item) raises -> ItemFailure in the result's place -> what failed or can't travel, as facts of the round

Nothing else runs differently, so that the ledger of a trial is as good as any.
"""

import json
import pickle
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf
from multiprocessing.reduction import ForkingPickler
from time import monotonic, thread_time_ns
from typing import Any, NamedTuple

from lightwork.errors import text_of
from lightwork.workload import memory_looks
from lightwork.workload.api import Facts

FAILED, TRACEBACK, STUCK, LEFT = "failed", "traceback", "stuck", "left"
BYTES, PICKLING_NS = "result_bytes", "result_pickling_ns"
WRONG_TYPE, UNSENDABLE = "wrong_type", "unsendable_error"
FEWEST, MOST_LIMITS = 2, 4.0
STUCK_NAMED = 3
OURS = __file__.removesuffix(__name__.rpartition(".")[2] + ".py")  # the folder of what wraps a function
LONGEST_REASON = 300  # characters


@dataclass(frozen=True)
class ItemFailure:
    """What stands in the place of the result of an item that raised: the exception in a line, and its traceback.

    wrong_type: whether it says that a value's type is wrong, as of a text in a number's place. unsendable: why a
    worker's caller could not unpickle it, "" where it can.
    """

    reason: str
    detail: str
    wrong_type: bool = False
    unsendable: str = ""


@dataclass(frozen=True)
class ItemLeft:
    """What stands in the place of the result of an item that was not run, because time was up."""


class _Limited:
    """A function that is not called any more when its time is up.

    limit_s: after so long no further item is run; inf for no limit. At least FEWEST are, unless that takes MOST_LIMITS
    times as long. What the first item took more than the second, to load a model for all, does not count.
    """

    def __init__(self, function: Callable[[Any], Any], limit_s: float = inf) -> None:
        self.function, self.limit_s = function, limit_s
        self.done, self.began_s, self.second_s = 0, 0.0, 0.0

    def is_over(self) -> bool:
        """Whether time is up; if not, one more item is begun."""
        now_s = monotonic()
        self.began_s = self.began_s or now_s
        memory_looks.take(self.done, now_s)
        if self.done == 1:
            self.second_s = now_s
        elif self.done == FEWEST:
            self.began_s = max(self.began_s, self.second_s - (now_s - self.second_s))
        limit_s = self.limit_s if self.done >= FEWEST else MOST_LIMITS * self.limit_s
        self.done += 1
        return now_s - self.began_s > limit_s


class Trial(_Limited):
    """The function, but that what it raises is returned as an ItemFailure, and an ItemLeft once time is up."""

    def __call__(self, item: Any) -> Any:
        """The function's result, or what stands in its place."""
        if self.is_over():
            return ItemLeft()
        try:
            return self.function(item)
        except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it is, it is told
            return _failure(error)


class CoroutineTrial(_Limited):
    """The same of a coroutine function, as one."""

    async def __call__(self, item: Any) -> Any:
        """The function's result, or what stands in its place."""
        if self.is_over():
            return ItemLeft()
        try:
            return await self.function(item)
        except (Exception, SystemExit) as error:  # noqa: BLE001  as in a Trial
            return _failure(error)


def _failure(error: BaseException) -> ItemFailure:
    is_of_text = isinstance(error, AttributeError) and isinstance(error.obj, str)
    is_wrong_type = isinstance(error, TypeError) or is_of_text
    return ItemFailure(_one_line(error), _traceback(error), is_wrong_type, _why_unsendable(error))


def facts_of(results: Sequence[Any]) -> Facts:
    """Which results, by their place, are failures, and which can't be sent from a worker to its caller.

    failed: JSON, [[place, reason], ...]; traceback, wrong_type: of the first. unsendable_error: JSON, [kind, reason] of
    the first exception that can't be unpickled. stuck: JSON, the first few [[place,
    reason], ...]. left: JSON, the places of those that were not run. result_bytes: of a pickled result, the mean;
    result_pickling_ns: what it takes.
    """
    failures = [(place, result) for place, result in enumerate(results) if isinstance(result, ItemFailure)]
    sent = [pickled(result) for result in results]
    stuck = [(place, each.trouble) for place, each in enumerate(sent) if each.trouble]
    return {
        FAILED: json.dumps([(place, result.reason) for place, result in failures]),
        TRACEBACK: failures[0][1].detail if failures else "",
        WRONG_TYPE: bool(failures and failures[0][1].wrong_type),
        UNSENDABLE: json.dumps(_unsendable([failure for _, failure in failures])),
        STUCK: json.dumps(stuck[:STUCK_NAMED]),
        LEFT: json.dumps([place for place, result in enumerate(results) if isinstance(result, ItemLeft)]),
        BYTES: sum(each.size_bytes for each in sent) // max(len(sent), 1),
        PICKLING_NS: sum(each.took_ns for each in sent) // max(len(sent), 1),
    }


def failed_in(evidence: Mapping[str, Any]) -> dict[int, str]:
    """Why each item of a trial failed, by its place among those that were run."""
    return dict(json.loads(evidence.get(FAILED, "[]")))


def left_in(evidence: Mapping[str, Any]) -> list[int]:
    """Which items of a trial were not run, by their places."""
    return list(json.loads(evidence.get(LEFT, "[]")))


def bytes_in(evidence: Mapping[str, Any]) -> float:
    """The mean size of a trial's pickled results; 0 where it was none."""
    return float(evidence.get(BYTES, 0))


def pickling_ns_in(evidence: Mapping[str, Any]) -> float:
    """What pickling a trial's result takes, the mean; 0 where it was none."""
    return float(evidence.get(PICKLING_NS, 0))


def stuck_in(evidence: Mapping[str, Any]) -> dict[int, str]:
    """Why the first few results that can't be pickled can't, by their items' places."""
    return dict(json.loads(evidence.get(STUCK, "[]")))


def why_stuck(thing: Any) -> str:
    """Why an item or a result can't be sent between processes; "" for one that can."""
    return pickled(thing).trouble


class Pickled(NamedTuple):
    """How large a thing is when it is sent, and what pickling it takes beyond what a number does.

    trouble: why it can't be pickled; "" where it can.
    """

    size_bytes: int
    took_ns: int
    trouble: str = ""


def pickled(thing: Any) -> Pickled:
    """The thing as it would be sent to another process."""
    try:
        size_bytes, took_ns = _dumped(thing)
    except Exception as error:  # noqa: BLE001  an object's own pickling may raise anything
        return Pickled(0, 0, _one_line(error))
    return Pickled(size_bytes, max(took_ns - _number_ns(), 0))


@cache
def _number_ns() -> int:
    """What pickling a number takes: the median of some, once in this process."""
    return sorted(took_ns for _, took_ns in map(_dumped, range(9)))[4]


def _dumped(thing: Any) -> tuple[int, int]:
    """How many bytes it pickles to, and how many nanoseconds of CPU time that takes."""
    began_ns = thread_time_ns()
    size_bytes = len(ForkingPickler.dumps(thing))
    return size_bytes, thread_time_ns() - began_ns


def unsendable_error_in(evidence: Mapping[str, Any]) -> tuple[str, str] | None:
    """The kind of the first exception that a worker's caller can't unpickle, and why; None without one."""
    words = json.loads(evidence.get(UNSENDABLE, "null"))
    return tuple(words) if words else None


def _unsendable(failures: Sequence[ItemFailure]) -> tuple[str, str] | None:
    return next(((each.reason.partition(":")[0], each.unsendable) for each in failures if each.unsendable), None)


def _why_unsendable(error: BaseException) -> str:
    """Why an exception can't be unpickled; "" where it can, and where it can't be pickled, which pools notice."""
    try:
        pickled = ForkingPickler.dumps(error)
    except Exception:  # noqa: BLE001  an object's own pickling may raise anything
        return ""
    try:
        pickle.loads(pickled)
    except Exception as reason:  # noqa: BLE001  so may its unpickling
        return _one_line(reason)
    return ""


def _traceback(error: BaseException) -> str:
    """From the user's function on: the frames before it are ours."""
    frame = error.__traceback__
    while frame and frame.tb_next and frame.tb_frame.f_code.co_filename.startswith(OURS):
        frame = frame.tb_next
    return "".join(traceback.format_exception(type(error), error, frame))


def _one_line(error: BaseException) -> str:
    return " ".join(text_of(error).split())[:LONGEST_REASON]
