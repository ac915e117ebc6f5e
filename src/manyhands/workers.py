"""Workers' lives: when each was asked for, got ready, left, and with what exit code.

A worker is ready when it can take items. One that starts in a fresh interpreter can when the item function has been
loaded, which a pool's worker does as its first task arrives.

Strategies use `os.fork` or a multiprocessing context as anyone would. The host hands them a context whose
`Process` notes these moments in the ledger, and hooks `os.fork` for those that fork by themselves.
"""

import itertools
import multiprocessing.context
import os
import threading
from multiprocessing.context import BaseContext
from time import monotonic_ns, process_time_ns
from typing import Any

from manyhands import recorder
from manyhands.ledger import Ledger


class Slots:
    """Numbers the workers of a round as they are asked for, in the process that asks.

    probe: whether what is pickled is to be counted, here and in every worker.
    """

    def __init__(self, ledger: Ledger, path: str, probe: bool = False) -> None:
        self.ledger, self.path, self.owner, self.probe = ledger, path, os.getpid(), probe
        self._numbers = itertools.count()
        self._forking = threading.local()
        self.started: list[_Recorded] = []

    def request(self) -> int:
        """The next worker's slot, its request noted now."""
        slot = next(self._numbers)
        self.ledger.request(slot, monotonic_ns())
        return slot

    def hook_fork(self) -> None:
        """Note every `os.fork` of this process from now on; not those of its workers, who inherit the hook."""
        os.register_at_fork(before=self._before, after_in_child=self._in_child, after_in_parent=self._in_parent)

    def request_thread(self) -> int:
        """The next slot, for a thread of this process that is about to run its first item."""
        slot = self.request()
        self.ledger.ready(slot, os.getpid(), monotonic_ns())
        return slot

    def announce(self, slot: int) -> None:
        """Say that the fork to come is the one of `slot`, already requested."""
        self._forking.slot = slot

    def reap(self) -> None:
        """Note the exit codes of all processes that were started through a context."""
        for process in self.started:
            if process.exitcode is not None:
                self.ledger.reap(process.slot, process.exitcode)

    def _before(self) -> None:
        if os.getpid() == self.owner and self._announced() is None:
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


class _Recorded(multiprocessing.process.BaseProcess):
    """A Process that notes its request when started, and in the child its readiness and its exit."""

    slot = -1
    ledger_path = ""
    probe = False

    def start(self) -> None:
        """Start the worker, having noted that it was asked for."""
        if _slots is None or self.slot >= 0:
            raise RuntimeError("a recorded process is started once, by a host that records")
        self.slot, self.ledger_path, self.probe = _slots.request(), _slots.path, _slots.probe
        _slots.announce(self.slot)
        _slots.started.append(self)
        super().start()

    def run(self) -> None:
        """Run the target in the worker, between its readiness and its exit."""
        ledger = Ledger(self.ledger_path)
        recorder.enter(self.slot)
        if self.probe and _slots is None:  # a fork has inherited the counting
            from manyhands import traffic

            traffic.count(ledger, caller=None)
        ledger.ready(self.slot, os.getpid(), monotonic_ns())
        if _slots is None:  # a fresh interpreter, whose imports are part of its start; a fork has inherited them
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
