"""Locks of the user's module: how long items hold what workers in all processes wait for, and what a Manager takes.

    a Lock or RLock of multiprocessing, that of a Value or an Array, a Manager's lock  ->  held_ns by name
    every call of a Manager's proxy                                                    ->  calls, took_ns

Each is timed where it is taken and given back, in a serial run. Standard library only: the host imports this module.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from statistics import median
from time import perf_counter_ns
from typing import Any

from lightwork.core.footprint import LockUse, ManagerUse

TAKES, GIVES = "acquire", "release"


class Hold:
    """How long one lock was held; who holds it already and takes it again holds it once."""

    def __init__(self, name: str) -> None:
        self.name, self.depth, self.since_ns, self.held_ns, self.times = name, 0, 0, 0, 0

    def taken(self) -> None:
        """It was taken."""
        if not self.depth:
            self.since_ns = perf_counter_ns()
        self.depth += 1

    def given(self) -> None:
        """It is about to be given back."""
        self.depth -= 1
        if not self.depth:
            self.held_ns += perf_counter_ns() - self.since_ns
            self.times += 1


class LockWatch:
    """Watches from now on, in this process: `begin` and `end` stand around every item."""

    def __init__(self, named: Iterable[tuple[str, Any]]) -> None:
        """named: what the user's modules hold."""
        self.items, self.items_ns, self.since_ns = 0, 0, 0
        self.is_within = False
        self.calls, self.calls_ns = 0, 0
        self.call_shares: list[float] = []  # of each item's time: the first one connects
        self.holds: dict[int, Hold] = {}  # by the identity of the lock
        self._watch_locks(named)

    def begin(self) -> None:
        """An item begins."""
        self.items += 1
        self.is_within = True
        self.calls_ns = 0
        self.since_ns = perf_counter_ns()

    def end(self) -> None:
        """It has ended."""
        item_ns = perf_counter_ns() - self.since_ns
        self.items_ns += item_ns
        self.call_shares.append(self.calls_ns / max(item_ns, 1))
        self.is_within = False

    def locks(self) -> Iterator[LockUse]:
        """The locks that items held."""
        for hold in self.holds.values():
            if hold.times and self.items_ns:
                yield LockUse(hold.name, hold.times / self.items, hold.held_ns / self.items_ns)

    def manager(self) -> ManagerUse | None:
        """What items asked of a Manager; None where they asked nothing."""
        return ManagerUse(self.calls / self.items, median(self.call_shares)) if self.calls else None

    def _watch_locks(self, named: Iterable[tuple[str, Any]]) -> None:
        """Time the locks among these; where none of their modules was imported, there are none."""
        synchronize, managers = (sys.modules.get(f"multiprocessing.{name}") for name in ("synchronize", "managers"))
        if synchronize is None and managers is None:
            return
        for name, value in named:
            lock = getattr(value, "_lock", None) if _is_synchronized(value) else value
            if synchronize and isinstance(lock, synchronize.Lock | synchronize.RLock) and id(lock) not in self.holds:
                hold = self.holds[id(lock)] = Hold(name)
                _time_calls({id(owner): owner for owner in (lock, value)}.values(), hold)
            elif managers and isinstance(value, managers.AcquirerProxy):
                self.holds[id(value)] = Hold(name)
        if synchronize:
            self._time_blocks(synchronize.SemLock)
        if managers:
            self._time_proxies(managers.BaseProxy)

    def _time_blocks(self, kind: Any) -> None:
        """Time `with lock:`, which asks the lock's class and not the lock itself."""
        entered, left, holds = kind.__enter__, kind.__exit__, self.holds

        def enter(lock: Any) -> Any:
            answer = entered(lock)
            if hold := holds.get(id(lock)):
                hold.taken()
            return answer

        def leave(lock: Any, *error: Any) -> Any:
            if hold := holds.get(id(lock)):
                hold.given()
            return left(lock, *error)

        kind.__enter__, kind.__exit__ = enter, leave

    def _time_proxies(self, kind: Any) -> None:
        """Time every call that goes to a Manager's process."""
        called = kind._callmethod  # noqa: SLF001  all methods of all proxies go through it

        def call(proxy: Any, method: str, *arguments: Any) -> Any:
            hold = self.holds.get(id(proxy))
            if hold and method == GIVES:
                hold.given()
            began_ns = perf_counter_ns()
            answer = called(proxy, method, *arguments)
            if self.is_within:
                self.calls += 1
                self.calls_ns += perf_counter_ns() - began_ns
            if hold and method == TAKES and answer:
                hold.taken()
            return answer

        kind._callmethod = call  # noqa: SLF001


def _is_synchronized(value: Any) -> bool:
    """Whether it is a Value or an Array of multiprocessing, which has a lock of its own."""
    shared = sys.modules.get("multiprocessing.sharedctypes")
    return shared is not None and isinstance(value, shared.SynchronizedBase)


def _time_calls(owners: Iterable[Any], hold: Hold) -> None:
    """Time acquire() and release() of a lock, which each of its owners keeps as attributes of its own."""
    for owner in owners:
        owner.acquire, owner.release = _taking(owner.acquire, hold), _giving(owner.release, hold)


def _taking(acquire: Callable[..., Any], hold: Hold) -> Callable[..., Any]:
    def timed(*arguments: Any, **keywords: Any) -> Any:
        answer = acquire(*arguments, **keywords)
        if answer:
            hold.taken()
        return answer

    return timed


def _giving(release: Callable[..., Any], hold: Hold) -> Callable[..., Any]:
    def timed() -> Any:
        hold.given()
        return release()

    return timed
