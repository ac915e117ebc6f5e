"""Accidents: faults that strike a round from outside, while it runs; done by a thread of the measuring process."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from lightwork.faults.fault import Fault
from lightwork.ledger.table import Ledger, Row, State

LOOK_AGAIN_S = 0.005
SETTLES_S = 0.1  # between the end of the last but one item and the kill: a worker has to get idle first


class Accident:
    """What happens beside a round, once: in its first attempt.

    strike: called with the host's pid and the round's ledger, again and again, until it says that it has struck; None
    where the fault comes with an item. struck_ns: when it struck, CLOCK_MONOTONIC; None as long as it has not.
    ended_ns: when the attempt was seen to be over.
    """

    def __init__(self, ledger: Path, strike: Callable[[int, Ledger], bool] | None) -> None:
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


def accident(fault: Fault, ledger: Path) -> Accident:
    """What happens beside a round with this fault."""
    return Accident(ledger, {Fault.KILL_IDLE: kill_an_idle_worker, Fault.INTERRUPT: interrupt_half_way}.get(fault))


def interrupt_half_way(host_pid: int, ledger: Ledger) -> bool:
    """Send SIGINT to the host's group, as a terminal does, once half of the items are done and before all are."""
    if not ledger.items or not ledger.items // 2 <= _count(ledger.rows(), State.DONE) < ledger.items:
        return False
    os.killpg(host_pid, signal.SIGINT)
    return True


def kill_an_idle_worker(host_pid: int, ledger: Ledger) -> bool:
    """Kill a worker that waits, once nothing is left but the last item, and that has begun."""
    rows = ledger.rows()
    if not rows or _count(rows, State.DONE) < len(rows) - 1 or _count(rows, State.RUNNING) != 1:
        return False
    time.sleep(SETTLES_S)
    idle = idle_workers(host_pid, ledger, ledger.rows())
    for pid in idle[:1]:
        os.kill(pid, signal.SIGKILL)
    return bool(idle)


def idle_workers(host_pid: int, ledger: Ledger, rows: Sequence[Row]) -> list[int]:
    """The pids of workers that live, in a process of their own, and run no item."""
    lives = ledger.lives()
    busy = {lives[row.worker].pid for row in rows if row.state is State.RUNNING and row.worker < len(lives)}
    return [life.pid for life in lives if life.pid not in busy and not life.exit_ns and _is_process(life.pid, host_pid)]


def _is_process(pid: int, host_pid: int) -> bool:
    """Whether this is a process, not a thread, of the host's session, and not the host."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        facts = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        own = int(facts["Tgid"]) == pid and not facts["State"].startswith("Z")
        return pid != host_pid and own and os.getsid(pid) == host_pid
    except (OSError, KeyError):
        return False


def _count(rows: Sequence[Row], state: State) -> int:
    return sum(row.state is state for row in rows)
