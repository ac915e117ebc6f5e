"""A footprint: what items leave behind that others meet, or that only the process which ran them has.

    watched(function) | items, one after the other | facts() -> evidence of the round -> footprint_in(evidence)

A serial run shows it, though all is well there. Standard library only: the host imports this module.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from lightwork.core.footprint import NO_FOOTPRINT, Footprint, Gate, LockUse, ManagerUse, SharedFile, StateChange
from lightwork.workload.api import Facts
from lightwork.workload.item_acts import ActWatch
from lightwork.workload.kept_state import ITEM, StateWatch, is_a, picture, user_modules
from lightwork.workload.lock_watch import LockWatch

FOOTPRINT = "footprint"  # a fact of a round
CACHE = "cache"
CACHED = type(cache(len))
CONNECTION = ("cursor", "commit", "rollback", "close")  # what a connection to a database has (PEP 249)


class Watched:
    """A function of one item, watched."""

    def __init__(self, function: Callable[[Any], Any], users: Callable[..., Any], clock: str = "") -> None:
        """users: the function as the user wrote it. clock: see ActWatch."""
        self.function = function
        self.connections, self.gates = tuple(_connections(users)), tuple(_gates(users))
        self.caches = dict(_caches(users))
        self.cache_before = {name: cached.cache_info() for name, cached in self.caches.items()}
        self.state, self.acts = StateWatch(users), ActWatch(clock)
        self.locks = LockWatch(_globals(users))
        self.changed_items: list[StateChange] = []  # of the first one: others need not pay for it

    def __call__(self, item: Any) -> Any:
        """The function's result."""
        acts = self.acts
        if acts.item == 1:
            self.state.first_is_done()
        before = picture(item) if acts.item == 0 else None
        acts.begin()
        self.locks.begin()
        try:
            return self.function(item)
        finally:
            self.locks.end()
            acts.end()
            if before is not None and picture(item) != before:
                self.changed_items.append(StateChange(ITEM, type(item).__name__))

    def footprint(self) -> Footprint:
        """What was seen so far."""
        return Footprint(
            changes=(*self.changed_items, *self.state.changes()),
            files=tuple(self.acts.files()),
            connections=self.connections,
            gates=self.gates,
            caches=tuple(self._filled()),
            locks=tuple(self.locks.locks()),
            manager=self.locks.manager(),
            moves=self.acts.moves,
            sets_environment=self.acts.sets_environment,
        )

    def _filled(self) -> Iterator[StateChange]:
        """The caches that were asked for something new, and for something that was there."""
        for name, before in self.cache_before.items():
            after = self.caches[name].cache_info()
            if after.misses > before.misses and after.hits > before.hits:
                yield StateChange(name, CACHE, before.misses, after.misses)


_watched: list[Watched] = []


def watched(function: Callable[[Any], Any], users: Callable[..., Any], clock: str = "") -> Watched:
    """The function such that `facts` tells what its items do. users: the function as the user wrote it.

    clock: the file by which items start, "" for none.
    """
    _watched.append(Watched(function, users, clock))
    return _watched[-1]


def facts() -> Facts:
    """The footprint in this process; nothing where nobody watched."""
    return {FOOTPRINT: json.dumps(asdict(_watched[-1].footprint()))} if _watched else {}


def footprint_in(evidence: Mapping[str, Any]) -> Footprint:
    """What a round's evidence tells; an empty one where nobody watched."""
    values: dict[str, Any] = json.loads(evidence.get(FOOTPRINT, "{}"))
    if not values:
        return NO_FOOTPRINT
    return Footprint(
        changes=tuple(StateChange(**each) for each in values["changes"]),
        files=tuple(SharedFile(**each) for each in values["files"]),
        connections=tuple(values["connections"]),
        gates=tuple(Gate(**each) for each in values["gates"]),
        caches=tuple(StateChange(**each) for each in values["caches"]),
        locks=tuple(LockUse(**each) for each in values["locks"]),
        manager=ManagerUse(**values["manager"]) if values["manager"] else None,
        moves=values["moves"],
        sets_environment=values["sets_environment"],
    )


def _connections(users: Callable[..., Any]) -> Iterator[str]:
    """The names of connections that the user's modules hold."""
    for name, value in _globals(users):
        if not is_a(value, type) and all(callable(getattr(type(value), each, None)) for each in CONNECTION):
            yield name


def _gates(users: Callable[..., Any]) -> Iterator[Gate]:
    """The semaphores of one process that the user's modules hold, unless they are held at the moment."""
    kinds = [getattr(sys.modules.get(name), "Semaphore", None) for name in ("threading", "asyncio")]
    for name, value in _globals(users):
        if is_a(value, *filter(None, kinds)) and value._value > 0:  # noqa: SLF001  nothing else tells
            yield Gate(name, value._value)  # noqa: SLF001


def _caches(users: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """Functions of the user's modules and classes that functools.lru_cache or cache made."""
    for name, value in _globals(users):
        held = {f"{name}.{key}": each for key, each in vars(value).items()} if is_a(value, type) else {}
        for key, function in {name: value, **held}.items():
            if is_a(function, CACHED):
                yield key, function


def _globals(users: Callable[..., Any]) -> Iterator[tuple[str, Any]]:
    """What the user's modules hold, by name; behind its module's where that is not the function's own."""
    for number, module in enumerate(user_modules(users)):
        for name, value in list(vars(module).items()):
            yield f"{module.__name__}.{name}" if number else name, value
