"""Ways for many workers to update one state: one file for each, one protocol for all.

    make(): in the caller, before there are workers -> reach(): in a worker, the state that it inherited or finds
        -> add() for each update, finish() at an item's end -> total(): in the caller, after the round -> remove()

Locks, queues and pipes of multiprocessing are inherited: a worker that was not forked from the caller can't have them
from its items.
"""

import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from .method import Counts, Method, SharedCounts, added, no_state

_made: dict[Path, SharedCounts] = {}  # by the round's directory; forked workers and threads find it here


def method_of(name: str) -> Method:
    """The method of this name: METHOD in the file that is called like it."""
    method: Method = importlib.import_module(f"{__name__}.{name}").METHOD
    return method


def make(name: str, round_dir: Path) -> None:
    """Make the round's state, all counts 0."""
    _made[round_dir] = method_of(name).make(round_dir)


def reach(name: str, round_dir: Path) -> SharedCounts:
    """The round's state, in a worker. Raises WorkError where it would have to be inherited, and was not."""
    method = method_of(name)
    if method.reach:
        return method.reach(round_dir)
    state = inherited(round_dir)
    if state is None:
        raise no_state(round_dir)
    return state


def inherited(round_dir: Path) -> SharedCounts | None:
    """What was made in this process, or in one that it was forked from; None in any other."""
    return _made.get(round_dir)


def total(round_dir: Path, parts: Iterable[Sequence[Counts]]) -> list[Counts]:
    """Each key's counts: those in the state and those in the parts that items returned."""
    counts = list(_made[round_dir].counts())
    for part in parts:
        counts = [added(count, more) for count, more in zip(counts, part, strict=True)] if part else counts
    return counts


def remove(name: str, round_dir: Path) -> None:
    """Remove the round's state, be it whole, half made, or of a process that was killed."""
    state = _made.pop(round_dir, None)
    try:
        if state:
            state.remove()
    finally:
        method_of(name).clear(round_dir)
