"""Called: a function as a strategy calls it when a job is run, with its errors told by their items.

Standard library only: workers import this module.
"""

import itertools
import os
import pickle
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lightwork.errors import text_of
from lightwork.workload import item_text

_worker, _runs = threading.local(), itertools.count(1)


@dataclass(frozen=True)
class ItemError:
    """What stands in the place of a result where an item raised and errors are collected.

    item: the item. error: its type and message. traceback: as text; the exception itself may not pickle.
    """

    item: Any
    error: str
    traceback: str


class Begun:
    """The function, but that each worker makes a call before its first item of this run."""

    def __init__(self, function: Callable[..., Any], call: Callable[[], Any]) -> None:
        self.function, self.call, self.run = function, call, f"{os.getpid()}-{next(_runs)}"

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's result, or its coroutine."""
        if getattr(_worker, "run", None) != self.run:
            self.call()
            _worker.run = self.run
        return self.function(*arguments, **keywords)


class CoroutineBegun(Begun):
    """The same of a coroutine function, as one."""

    async def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's result."""
        return await super().__call__(*arguments, **keywords)


class Called:
    """The function of one item as the strategy calls it: an error names its item, or stands in its result's place."""

    __slots__ = ("collects", "function")

    def __init__(self, function: Callable[[Any], Any], collects: bool) -> None:
        self.function, self.collects = function, collects

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as plain arguments: this travels with every task of a pool."""
        return type(self), (self.function, self.collects)

    def __call__(self, item: Any) -> Any:
        """The function's result."""
        try:
            return self.function(item)
        except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it is, it is told
            return self.failed(item, error)

    def failed(self, item: Any, error: BaseException) -> ItemError:
        """What stands in the result's place. Raises the item's error, its item noted, where none is to stand there.

        As a RuntimeError where it ends a worker or can't be sent to the caller: a pool would wait for ever.
        """
        if self.collects:
            return ItemError(item, text_of(error), traceback.format_exc())
        error = error if isinstance(error, Exception) and _can_travel(error) else RuntimeError(text_of(error))
        error.add_note(f"in item {item_text.short(item)}")
        raise error


class CoroutineCalled(Called):
    """The same of a coroutine function, as one."""

    __slots__ = ()

    async def __call__(self, item: Any) -> Any:
        """The function's result."""
        try:
            return await self.function(item)
        except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it is, it is told
            return self.failed(item, error)


class Numbered(Called):
    """The same of a number and an item, for strategies whose results come in any order."""

    __slots__ = ()

    def __call__(self, item: Any) -> Any:
        """The number and the function's result."""
        return item[0], super().__call__(item[1])


class CoroutineNumbered(CoroutineCalled):
    """The same of a coroutine function, as one."""

    __slots__ = ()

    async def __call__(self, item: Any) -> Any:
        """The number and the function's result."""
        return item[0], await super().__call__(item[1])


def _can_travel(error: Exception) -> bool:
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001  whatever its own code raises
        return False
    return True
