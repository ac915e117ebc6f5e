"""Coroutine functions, `async def function(item)`, as functions that every strategy can call.

A strategy that awaits is handed the coroutine function itself. In every other one an item is awaited to its end where
it runs, in one event loop a thread, so that what items keep (a client, a session) stays with its loop.
"""

import atexit
import inspect
import os
import threading
from collections.abc import Callable
from typing import Any


def is_coroutine_function(function: Any) -> bool:
    """Whether calling it makes a coroutine; for an object, whether its `__call__` does."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(type(function).__call__)


def plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as one that returns a result: itself, or Awaited where it is a coroutine function."""
    return Awaited(function) if is_coroutine_function(function) else function


class Awaited:
    """A coroutine function as a plain function: runs what it makes to its end, in this thread's event loop."""

    __slots__ = ("coroutine_function",)

    def __init__(self, coroutine_function: Callable[..., Any]) -> None:
        self.coroutine_function = coroutine_function

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as one plain argument: this travels with every task of a pool."""
        return Awaited, (self.coroutine_function,)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The result, or whatever is raised."""
        if _here.loop is None:
            _here.loop = _Loop()
        return _here.loop.run(self.coroutine_function(*arguments, **keywords))


class _Loop:
    """An event loop that is closed with its thread."""

    def __init__(self) -> None:
        import asyncio  # only those pay for it that need it

        runner = asyncio.Runner()
        self.run, self.close = runner.run, runner.close
        if threading.current_thread() is threading.main_thread():
            atexit.register(self.close)

    def __del__(self) -> None:
        self.close()


class _Here(threading.local):
    """This thread's event loop, from its first coroutine on."""

    loop: _Loop | None = None


_here = _Here()
_inherited: list[_Loop] = []


def _forget_loop() -> None:
    """Leave a parent's loop alone in a fork: whatever is done to it, closing included, is done to the parent's."""
    if _here.loop is not None:
        atexit.unregister(_here.loop.close)
        _inherited.append(_here.loop)
        _here.loop = None


os.register_at_fork(after_in_child=_forget_loop)
