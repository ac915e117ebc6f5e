"""Initializers: a function of the user's own that each worker calls once before its first item, as pools have them.

Whoever records items calls `initialize` in every thread that is about to run its first one: no strategy needs to know,
and what it takes is no item's time. Standard library only: the host imports this module.
"""

import inspect
import json
from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic_ns, thread_time_ns
from typing import Any

from lightwork.errors import UsageError
from lightwork.workload.api import Facts
from lightwork.workload.coroutine import is_coroutine_function

CPU_NS, WALL_NS = "initializer_cpu_ns", "initializer_wall_ns"  # facts of a round
_took: dict[str, int] = {}  # in this process, the last time


class Initialized:
    """A function of one item, and what its worker must call before the first."""

    __slots__ = ("call", "function")

    def __init__(self, function: Callable[[Any], Any], call: Callable[[], Any]) -> None:
        self.function, self.call = function, call

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as plain arguments: this travels with every task of a pool."""
        return type(self), (self.function, self.call)

    def __call__(self, item: Any) -> Any:
        """The function's result."""
        return self.function(item)

    def initialize(self) -> None:
        """Make the call, and note what it takes. Raises what it raises."""
        began_ns, cpu_ns = monotonic_ns(), thread_time_ns()
        self.call()
        _took.update({CPU_NS: thread_time_ns() - cpu_ns, WALL_NS: monotonic_ns() - began_ns})


class CoroutineInitialized(Initialized):
    """The same of a coroutine function, as one."""

    __slots__ = ()

    async def __call__(self, item: Any) -> Any:
        """The function's result."""
        return await self.function(item)


def initialized(function: Callable[[Any], Any], call: Callable[[], Any]) -> Initialized:
    """The function with this call before its first item."""
    return (CoroutineInitialized if is_coroutine_function(function) else Initialized)(function, call)


def facts() -> Facts:
    """What the initializer took in this process; nothing where none was called."""
    return dict(_took)


def arguments_of(words: str) -> list[Any]:
    """The arguments that a JSON list holds; [] for "". Raises UsageError for anything else."""
    try:
        values = json.loads(words or "[]")
    except ValueError:
        values = None
    if not isinstance(values, list):
        raise UsageError(f"initargs can't be {words!r}: give a JSON list of arguments, such as '[\"model.bin\", 3]'")
    return values


def checked(reference: str, function: Callable[..., Any], values: Sequence[Any]) -> Callable[[], Any]:
    """The call of the initializer. Raises UsageError where it can't take these arguments."""
    try:
        inspect.signature(function).bind(*values)
    except TypeError as error:
        raise UsageError(
            f"{reference} can't be called with {len(values)} arguments ({error}): give them by --initargs, a JSON list"
        ) from None
    except ValueError:  # a built-in without a signature
        pass
    return partial(function, *values)
