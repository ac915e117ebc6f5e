"""The recorder: calls the item function inside the worker and writes the item's row.

    strategy --(index, item)--> Recorder --item--> item function
                                   |
                                   +-- start; end, CPU, run-queue wait --> ledger

A strategy is handed a Recorder in the item function's place and `(index, item)` pairs in the items' place;
it can't tell the difference.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic_ns, thread_time_ns
from typing import Any

from manyhands.ledger import ABSENT, END, ROW_BYTES, START, STATE_OFFSET, Ledger, State

RUNNING, DONE, RAISED = int(State.RUNNING), int(State.DONE), int(State.RAISED)  # an enum packs at half the speed

SPIN_LOOPS = 500  # a fixed piece of work, about 10 to 20 us: only its duration may change
SPIN_EVERY_NS = 2_000_000  # of item CPU time: a duty of about 1 %
MAX_SPINS = 25  # after one item, so that a long item is sampled without holding up the next
SAME_INSTANT_NS = 2_000  # an item that follows so soon begins with the CPU reading that ended the last one
SCHEDSTAT = "/proc/thread-self/schedstat"


@dataclass(frozen=True)
class Detail:
    """What a record holds beyond start, end and CPU time.

    runqueue: time spent waiting for a core, from the kernel. spin: the fixed spin between items.
    """

    runqueue: bool = True
    spin: bool = True


class Pen:
    """What one thread of one process needs to write rows: its ledger, its slot, its open schedstat file."""

    __slots__ = (
        "cpu_ns", "end_ns", "first", "ledger", "memory", "path", "retries", "schedstat", "slot", "unspun_ns",
    )  # fmt: skip

    def __init__(self, path: str, slot: int, runqueue: bool) -> None:
        self.path, self.slot, self.ledger = path, slot, Ledger(path)
        self.memory, self.first = self.ledger.memory, self.ledger.offset_of(0)
        self.schedstat = _open_schedstat() if runqueue else ABSENT
        self.end_ns = self.cpu_ns = self.unspun_ns = self.retries = 0

    def runqueue_ns(self) -> int:
        """Nanoseconds this thread has waited for a core so far, from the kernel."""
        return int(os.pread(self.schedstat, 64, 0).split()[1])

    def close(self) -> None:
        """Give the schedstat file back; the ledger's memory goes with its last user."""
        if self.schedstat != ABSENT:
            os.close(self.schedstat)


class _Here(threading.local):
    """This thread's pen."""

    pen: Pen | None = None


_here = _Here()
_pens: list[Pen] = []  # all threads'
_slot = 0  # one process is one worker, but for the threads that a caller runs items in
_thread_slot: Callable[[], int] | None = None
_on_load: list[Callable[[], None]] = []  # called once, when the item function has been loaded


def enter(new_slot: int) -> None:
    """Say that this process is the worker of this slot from now on; forget what a fork carried over."""
    global _slot, _thread_slot
    _slot, _thread_slot = new_slot, None
    _here.pen = None
    while _pens:
        _pens.pop().close()


def number_threads(new_slot: Callable[[], int]) -> None:
    """Make each thread of this process, its main one apart, a worker of its own, with a slot when it needs one."""
    global _thread_slot  # noqa: PLW0603  a fact of the process
    _thread_slot = new_slot


def when_loaded(call: Callable[[], None]) -> None:
    """Call this when an item function arrives in this process for the first time, its module imported by then."""
    _on_load.append(call)


def slot() -> int:
    """The slot whose worker this process is."""
    return _slot


def count_retry() -> None:
    """Count, in the running item's row, that its function had to try something again (a locked database)."""
    pen = _here.pen
    if pen is not None:
        pen.retries += 1


class Recorder:
    """`function`, measured: takes `(index, item)`, returns `(index, result)` and writes row `index`.

    Whatever the function raises goes on to the caller, with a note that names the item.
    """

    __slots__ = ("detail", "function", "path")

    def __init__(self, function: Callable[[Any], Any], path: str, detail: Detail) -> None:
        self.function, self.path, self.detail = function, path, detail

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as three plain arguments: this travels with every task of a pool."""
        return _recorder, (self.function, self.path, self.detail.runqueue, self.detail.spin)

    def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any]:
        """Run one item and write its row; returns `(index, result)`, raises what the function raises."""
        # Flat, with plain local names: every call and attribute here is paid for by every item.
        index, item = numbered
        pen = _here.pen
        if pen is None or pen.path != self.path:
            pen = _take_pen(self.path, self.detail.runqueue)
        memory, offset = pen.memory, pen.first + index * ROW_BYTES
        if memory[offset + STATE_OFFSET]:
            pen.ledger.count_again(offset)
        pen.retries = spins = spin_ns = 0
        state = RAISED
        waits = pen.schedstat != ABSENT
        wait_ns = pen.runqueue_ns() if waits else ABSENT
        start_ns = monotonic_ns()
        cpu_ns = pen.cpu_ns if start_ns - pen.end_ns < SAME_INSTANT_NS else thread_time_ns()
        START.pack_into(memory, offset, start_ns, pen.slot, RUNNING)
        try:
            result = self.function(item)
            state = DONE
        except BaseException as error:
            error.add_note(f"in item {index}: {str(item)[:200]}")
            raise
        finally:
            pen.cpu_ns = thread_cpu_ns = thread_time_ns()
            pen.end_ns = end_ns = monotonic_ns()
            cpu_ns = thread_cpu_ns - cpu_ns
            if waits:
                wait_ns = pen.runqueue_ns() - wait_ns
            pen.unspun_ns += cpu_ns
            if pen.unspun_ns >= SPIN_EVERY_NS and self.detail.spin:
                spin_ns, spins = _spin(pen)
            END.pack_into(
                memory,
                offset + STATE_OFFSET,
                state,
                end_ns,
                cpu_ns,
                thread_cpu_ns,
                wait_ns,
                spin_ns,
                spins,
                pen.retries,
            )
        return index, result


def _recorder(function: Callable[[Any], Any], path: str, runqueue: bool, spin: bool) -> Recorder:
    while _on_load:
        _on_load.pop()()
    return Recorder(function, path, Detail(runqueue, spin))


def _take_pen(path: str, runqueue: bool) -> Pen:
    if _here.pen is not None:
        _pens.remove(_here.pen)
        _here.pen.close()
    in_main = threading.get_ident() == threading.main_thread().ident
    pen = _here.pen = Pen(path, _slot if _thread_slot is None or in_main else _thread_slot(), runqueue)
    _pens.append(pen)
    return pen


def _open_schedstat() -> int:
    try:
        return os.open(SCHEDSTAT, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return ABSENT


def _spin(pen: Pen) -> tuple[int, int]:
    """Run the spins that are due after an item; returns their CPU nanoseconds in all and their number."""
    spins = min(pen.unspun_ns // SPIN_EVERY_NS, MAX_SPINS)
    pen.unspun_ns %= SPIN_EVERY_NS
    began_ns = thread_time_ns()
    for _ in range(spins * SPIN_LOOPS):
        pass
    return thread_time_ns() - began_ns, spins
