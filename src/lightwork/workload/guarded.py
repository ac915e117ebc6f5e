"""Guarded: a user's function with a time-out, a pace and retries, as the script of its plan has it.

    function -> Limited -> paced: each try has a turn of its own, and the wait for it does not count -> Retried

Standard library only: the host imports this module.
"""

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from lightwork.workload.coroutine import Awaited, is_coroutine_function

Pace = Callable[[Callable[..., Any]], Callable[..., Any]]  # makes a function one that waits for its turn
FIRST_PAUSE_S = 0.01  # a hundredth of the script's, or an item that always fails would spend the budget


class Limited:
    """The function, but that it raises TimeoutError after so many seconds.

    Where it runs in another thread than its process's main one, nothing can stop it.
    """

    def __init__(self, function: Callable[..., Any], timeout_s: float) -> None:
        self.function, self.timeout_s = function, timeout_s

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's result, in time."""
        if threading.current_thread() is not threading.main_thread():
            return self.function(*arguments, **keywords)
        signal.signal(signal.SIGALRM, self.stop)
        signal.setitimer(signal.ITIMER_REAL, self.timeout_s)
        try:
            return self.function(*arguments, **keywords)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    def stop(self, *_: object) -> None:
        """Raise TimeoutError."""
        raise TimeoutError(f"an item took longer than {self.timeout_s:g} s")


class CoroutineLimited(Limited):
    """The same of a coroutine function, as one."""

    async def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's result, in time."""
        import asyncio  # only those pay for it that need it

        try:
            return await asyncio.wait_for(self.function(*arguments, **keywords), self.timeout_s)
        except TimeoutError as error:
            if not error.args:
                self.stop()
            raise


class Retried:
    """The function, called again so often after it raised, each time after a longer pause."""

    def __init__(self, function: Callable[..., Any], retries: int, first_pause_s: float) -> None:
        self.function, self.retries, self.first_pause_s = function, retries, first_pause_s

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's result, or what it raises the last time."""
        for tries in range(self.retries):
            try:
                return self.function(*arguments, **keywords)
            except Exception:  # noqa: BLE001  whatever it is, it may pass
                time.sleep(self.first_pause_s * 2.0**tries)
        return self.function(*arguments, **keywords)


class CoroutineRetried(Retried):
    """The same of a coroutine function, as one."""

    async def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's result, or what it raises the last time."""
        import asyncio

        for tries in range(self.retries):
            try:
                return await self.function(*arguments, **keywords)
            except Exception:  # noqa: BLE001  as in Retried
                await asyncio.sleep(self.first_pause_s * 2.0**tries)
        return await self.function(*arguments, **keywords)


def guarded(
    function: Callable[..., Any], timeout_s: float, retries: int, pace: Pace | None = None,
    first_pause_s: float = FIRST_PAUSE_S,
) -> Callable[..., Any]:  # fmt: skip
    """The function with a time-out, 0 for none, at a pace, and with retries; a coroutine function stays one.

    first_pause_s: before an item is tried again, twice as long each further time.
    """
    if isinstance(function, Awaited):  # a signal must not end its loop
        return Awaited(guarded(function.coroutine_function, timeout_s, retries, pace, first_pause_s))
    is_coroutine = is_coroutine_function(function)
    if timeout_s:
        function = (CoroutineLimited if is_coroutine else Limited)(function, timeout_s)
    if pace:
        function = pace(function)
    if retries:
        function = (CoroutineRetried if is_coroutine else Retried)(function, retries, first_pause_s)
    return function
