"""Warming: a strategy's pool is made and used once before the round's clock starts, as a long-lived service has it.

    the pool is made --> a no-op in every worker --> t0 --> items --> t1 --> the pool is closed

Warm means: every worker is up, has loaded the item function with all that its module imports, and has run one no-op
that came and went as items do. A no-op holds its worker until all of them have one, so that none gets two.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lightwork.ledger.recorder import Detail, Recorder, loaded
from lightwork.strategies import Opened

NO_OP = (None, None)  # in the place of an (index, item) pair
UP_WITHIN_S = 30.0
LOOK_AGAIN_S = 0.001
Submit = Callable[[Sequence[Any], Any], Iterable[Any]]


class Warmed(Recorder):
    """A Recorder that takes no-ops as well: one each for so many workers, who wait for one another in it."""

    __slots__ = ("workers",)

    def __init__(self, function: Callable[[Any], Any], path: str, detail: Detail, workers: int) -> None:
        super().__init__(function, path, detail)
        self.workers = workers

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as plain arguments, as a Recorder does."""
        return _warmed, (self.function, self.path, self.detail.runqueue, self.detail.spin, self.workers)

    def __call__(self, numbered: Any) -> Any:
        """Run one item as a Recorder does, or one no-op, which raises TimeoutError where the others don't come."""
        if numbered != NO_OP:
            return super().__call__(numbered)
        self.get_ready()
        _meet(roll_of(self.path), self.workers)
        return NO_OP


def roll_of(path: str) -> Path:
    """The file in which the workers of the round with the ledger at `path` say that they are up."""
    return Path(f"{path}.up")


@contextmanager
def warm(opened: Opened, function: Warmed, context: Any) -> Iterator[Submit]:
    """What runs items in the pool, once that is warm; closes it on leaving."""
    roll = roll_of(function.path)
    roll.touch()
    try:
        with opened(function, function.workers, context) as submit:
            came_back = list(submit([NO_OP] * function.workers, 1))
            if came_back != [NO_OP] * function.workers:
                raise RuntimeError(f"of {function.workers} no-ops {len(came_back)} came back from the pool")
            yield submit
    finally:
        roll.unlink(missing_ok=True)


def _meet(roll: Path, workers: int) -> None:
    """Wait until so many workers, this one among them, have called; a thread is a worker of its own."""
    with roll.open("a") as file:
        file.write(f"{os.getpid()}/{threading.get_ident()}\n")
    give_up_s = time.monotonic() + UP_WITHIN_S
    while (up := len(set(roll.read_text().split()))) < workers:
        if time.monotonic() > give_up_s:
            raise TimeoutError(f"{up} of the pool's {workers} workers had started after {UP_WITHIN_S:g} s")
        time.sleep(LOOK_AGAIN_S)


def _warmed(function: Callable[[Any], Any], path: str, runqueue: bool, spin: bool, workers: int) -> Warmed:
    loaded()
    return Warmed(function, path, Detail(runqueue, spin), workers)
