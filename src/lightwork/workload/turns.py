"""Turns: items start at a rate, whoever runs them, by one clock for all processes, threads, tasks and rounds of a plan.

    item -> take the next turn: apart_s after the last one, or now -> sleep until then -> function

The clock is a file, so that workers of every start method find it. What an item waits for its turn lies inside of its
time. Standard library only: the host imports this module.
"""

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from mmap import mmap
from time import monotonic, sleep
from typing import Any

from lightwork.workload.coroutine import is_coroutine_function

TURN = struct.Struct("d")


@dataclass(frozen=True)
class Turns:
    """path: of the clock's file, which is made when it is not there. apart_s: from one turn to the next, at least."""

    path: str
    apart_s: float

    def take_s(self) -> float:
        """Take the next turn; in how many seconds it comes, 0 for now."""
        with self._clock() as clock:
            now_s = monotonic()
            turn_s = max(_last_s(clock) + self.apart_s, now_s)
            TURN.pack_into(clock, 0, turn_s)
        return turn_s - now_s

    def left_s(self) -> float:
        """In how many seconds the next turn comes, which is left to who takes it."""
        with self._clock() as clock:
            return max(_last_s(clock) + self.apart_s - monotonic(), 0.0)

    @contextmanager
    def _clock(self) -> Iterator[mmap]:
        """The file, for nobody else meanwhile. Mapped, as what is written by a call would count as the items' output.

        Unlocked by name: a fork in another thread has it open as well.
        """
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            os.ftruncate(file, TURN.size)
            with mmap(file, TURN.size) as clock:
                yield clock
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
            os.close(file)


def paced(function: Callable[..., Any], path: str, apart_s: float) -> "Paced":
    """The function such that it is called by turns."""
    return (CoroutinePaced if is_coroutine_function(function) else Paced)(function, Turns(path, apart_s))


def wait(path: str, apart_s: float) -> None:
    """Wait for the next turn without taking it: what ran before is then no matter to what comes."""
    sleep(Turns(path, apart_s).left_s())


def _last_s(clock: mmap) -> float:
    """The last turn that was taken; long ago where none was."""
    (last_s,) = TURN.unpack_from(clock)
    return last_s or -inf


class Paced:
    """A function that is called when it is the item's turn."""

    __slots__ = ("function", "turns")

    def __init__(self, function: Callable[..., Any], turns: Turns) -> None:
        self.function, self.turns = function, turns

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as plain arguments: this travels with every task of a pool."""
        return type(self), (self.function, self.turns)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's result."""
        sleep(self.turns.take_s())
        return self.function(*arguments, **keywords)


class CoroutinePaced(Paced):
    """The same of a coroutine function, as one: other tasks run while an item waits."""

    __slots__ = ()

    async def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The function's result."""
        import asyncio  # only those pay for it that need it

        await asyncio.sleep(self.turns.take_s())
        return await self.function(*arguments, **keywords)
