"""Accidents: faults that strike a round from outside, while it runs; done by a thread of the measuring process."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from lightwork.faults.fault import Strike
from lightwork.ledger.table import Ledger

LOOK_AGAIN_S = 0.005


class Accident:
    """What happens beside a round, once: in its first attempt.

    strike: see Fault; None where an item suffers the fault. struck_ns: when it struck, CLOCK_MONOTONIC; None as long as
    it has not. ended_ns: when the attempt was seen to be over.
    """

    def __init__(self, ledger: Path, strike: Strike | None) -> None:
        self.struck_ns: int | None = None
        self.ended_ns: int | None = None
        self._ledger, self._strike, self._over = ledger, strike, threading.Event()

    @contextmanager
    def beside(self, host_pid: int) -> Iterator[None]:
        """Let it happen beside the round of this host."""
        if self.ended_ns is not None:
            yield
            return
        thread = threading.Thread(target=self._watch, args=(host_pid,))
        thread.start()
        try:
            yield
        finally:
            self.ended_ns = time.monotonic_ns()
            self._over.set()
            thread.join()

    def _watch(self, host_pid: int) -> None:
        if self._strike is None:
            return
        while not self._over.wait(LOOK_AGAIN_S):
            with suppress(OSError, ValueError):  # the ledger is not there yet
                if self._strike(host_pid, Ledger(str(self._ledger))):
                    self.struck_ns = time.monotonic_ns()
                    return
