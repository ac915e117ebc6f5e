"""Workers' lives: when each was requested, got ready, left, and with what exit code.

A worker is a process, or a thread of the caller if the strategy uses threads. It is ready when it can take items: in a
fresh interpreter, once the item function is loaded, which a pool's worker does when its first task arrives.

Strategies use `os.fork` or a multiprocessing context as usual. The host hands them a context whose `Process` notes
these moments in the ledger, and hooks `os.fork` and `Thread`. Process classes of libraries are noted when they start,
and get their slot sent along; their exit is not seen. A worker that nobody announced takes a slot for itself
(`lightwork.ledger.recorder`).
"""

import multiprocessing.context
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from time import monotonic_ns, process_time_ns, thread_time_ns
from typing import Any

from lightwork.ledger import recorder, stack_dump
from lightwork.ledger.table import Ledger


class Slots:
    """Numbers the workers of a round as they are asked for, in the process that asks.

    probe: whether what is pickled is to be counted, here and in every worker. given: what travels with each process,
    None for nothing.
    """

    def __init__(self, ledger: Ledger, path: str, probe: bool = False) -> None:
        self.ledger, self.path, self.owner, self.probe = ledger, path, os.getpid(), probe
        self._forking, self._thread = threading.local(), threading.local()
        self.started: dict[int, BaseProcess] = {}
        self.is_over = False  # the round is: what is started from now on is no worker
        self.given: Any = None

    def request(self) -> int:
        """The next worker's slot, its request noted now."""
        return self.ledger.claim(0, monotonic_ns())

    def hook_fork(self) -> None:
        """Note every `os.fork` of this process from now on; not those of its workers, who inherit the hook."""
        os.register_at_fork(before=self._before, after_in_child=self._in_child, after_in_parent=self._in_parent)

    def hook_start(self) -> None:
        """Note every process that this one starts through a `Process` class that is not one of ours."""
        process: Any = BaseProcess
        start = process.start

        def noted_start(new: Any) -> None:
            if isinstance(new, _Recorded) or self.is_over or os.getpid() != self.owner:
                start(new)
                return
            slot = self.request()
            self.started[slot] = new
            setattr(new, recorder.ANNOUNCED, (slot, self.probe))  # goes with it where a process is pickled to start
            with self.announced(slot):
                start(new)

        process.start = noted_start

    def request_thread(self) -> int:
        """This thread's slot, the next one where it has none, when it is about to run its first item."""
        slot: int | None = getattr(self._thread, "slot", None)
        if slot is None:
            slot = self._thread.slot = self.request()
            self.ledger.ready(slot, threading.get_native_id(), monotonic_ns())
        return slot

    def hook_threads(self) -> None:
        """Note every thread that the main thread starts from now on as a worker: its request, readiness and exit."""
        thread: Any = threading.Thread
        start, run = thread.start, thread.run
        requested: dict[Any, int] = {}

        def noted_start(new: Any) -> None:
            if threading.current_thread() is threading.main_thread():  # an item's own threads are no workers
                requested[new] = self.request()
            start(new)

        def noted_run(new: Any) -> None:
            if new in requested:
                self._live(requested.pop(new), lambda: run(new))
            else:
                run(new)

        thread.start, thread.run = noted_start, noted_run

    def _live(self, slot: int, run: Callable[[], None]) -> None:
        """Run a thread's work between its readiness and its exit."""
        self._thread.slot = slot
        self.ledger.ready(slot, threading.get_native_id(), monotonic_ns())
        try:
            run()
        finally:
            self.ledger.exit(slot, monotonic_ns(), thread_time_ns())

    @contextmanager
    def announced(self, slot: int) -> Iterator[None]:
        """Say that the fork that may come within is the one of `slot`, already requested."""
        self._forking.slot = slot
        try:
            yield
        finally:
            self._forking.slot = None

    def reap(self) -> None:
        """Note the exit codes of all processes that were started through a `Process` class; the last are here now."""
        self.is_over = True
        for slot, process in self.started.items():
            with suppress(ValueError):  # its strategy has closed it: the exit code is gone
                if process.exitcode is not None:
                    self.ledger.reap(slot, process.exitcode)

    def _before(self) -> None:
        if os.getpid() == self.owner and not self.is_over and self._announced() is None:
            self._forking.slot = self.request()

    def _announced(self) -> int | None:
        slot: int | None = getattr(self._forking, "slot", None)
        return slot

    def _in_parent(self) -> None:
        self._forking.slot = None

    def _in_child(self) -> None:
        slot = self._announced()
        if slot is not None:
            recorder.enter(slot)
            self.ledger.ready(slot, os.getpid(), monotonic_ns())
            self._forking.slot = None


_slots: Slots | None = None  # of the host, for the Process classes, which strategies make without arguments of ours


class _Recorded(BaseProcess):
    """A Process that notes its request when started, and in the child its readiness and its exit."""

    slot = -1
    ledger_path = ""
    probe = False
    given: Any = None  # travels with it where it is pickled

    def start(self) -> None:
        """Start the worker, having noted that it was asked for."""
        if _slots is None or self.slot >= 0:
            raise RuntimeError("a recorded process is started once, by a host that records")
        self.slot, self.ledger_path, self.probe = _slots.request(), _slots.path, _slots.probe
        self.given = _slots.given
        _slots.started[self.slot] = self
        with _slots.announced(self.slot):
            super().start()

    def run(self) -> None:
        """Run the target in the worker, between its readiness and its exit."""
        ledger = Ledger(self.ledger_path)
        recorder.enter(self.slot)
        if self.probe and _slots is None:  # a fork has inherited the counting
            from lightwork.ledger import pickled_bytes

            pickled_bytes.count(ledger, caller=None)
        ledger.ready(self.slot, os.getpid(), monotonic_ns())
        if _slots is None:  # a fresh interpreter, whose imports are part of its start; a fork has inherited them
            stack_dump.show_on_signal()
            recorder.when_loaded(lambda: ledger.ready(self.slot, os.getpid(), monotonic_ns()))
        try:
            super().run()
        finally:
            ledger.exit(self.slot, monotonic_ns(), process_time_ns())


class ForkWorker(_Recorded, multiprocessing.context.ForkProcess):
    """A recorded worker started by fork."""


class SpawnWorker(_Recorded, multiprocessing.context.SpawnProcess):
    """A recorded worker started by spawn."""


class ForkServerWorker(_Recorded, multiprocessing.context.ForkServerProcess):
    """A recorded worker started by the fork server."""


class _Fork(multiprocessing.context.ForkContext):
    Process = ForkWorker


class _Spawn(multiprocessing.context.SpawnContext):
    Process = SpawnWorker


class _ForkServer(multiprocessing.context.ForkServerContext):
    Process = ForkServerWorker


_CONTEXTS: dict[str, type[BaseContext]] = {"fork": _Fork, "spawn": _Spawn, "forkserver": _ForkServer}


def recording_context(start_method: str, slots: Slots) -> Any:
    """A multiprocessing context of this start method whose processes are noted in the slots' ledger."""
    global _slots  # noqa: PLW0603  a host runs one round
    _slots = slots
    return _CONTEXTS[start_method]()
