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
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import current_process
from pathlib import Path
from time import monotonic_ns, thread_time_ns
from typing import Any, NoReturn

from lightwork.ledger.table import ABSENT, END, ROW_BYTES, START, STATE_OFFSET, Ledger, State
from lightwork.machine import proc

RUNNING, DONE, RAISED = int(State.RUNNING), int(State.DONE), int(State.RAISED)  # an enum packs at half the speed

SPIN_LOOPS = 500  # a fixed piece of work, about 10 to 20 us: only its duration may change
SPIN_EVERY_NS = 2_000_000  # of item CPU time: a duty of about 1 %
MAX_SPINS = 25  # after one item, so that a long item is sampled without holding up the next
SAME_INSTANT_NS = 2_000  # an item that follows so soon begins with the CPU reading that ended the last one
ANNOUNCED = "lightwork_slot"  # of a Process object: the slot that the host gave it, and whether to count its messages


@dataclass(frozen=True)
class Detail:
    """What a record holds beyond start, end and CPU time.

    runqueue: time spent waiting for a core, from the kernel. spin: the fixed spin between items.
    """

    runqueue: bool = True
    spin: bool = True


class Pen:
    """What one thread of one process, or one of its tasks, needs to write rows: ledger, slot, open schedstat file."""

    __slots__ = (
        "cpu_ns", "end_ns", "first", "is_forked", "is_initialized", "ledger", "memory", "path", "retries", "schedstat",
        "slot", "thread", "unspun_ns",
    )  # fmt: skip

    def __init__(self, ledger: Ledger, slot: int, runqueue: bool) -> None:
        self.path, self.slot, self.ledger = ledger.path, slot, ledger
        self.memory, self.first = ledger.memory, ledger.offset_of(0)
        self.schedstat = _schedstat() if runqueue else ABSENT
        self.end_ns = self.cpu_ns = self.unspun_ns = self.retries = 0
        self.is_forked = self.is_initialized = False
        self.thread = threading.get_native_id()

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
_slot: int | None = None  # one process is one worker, but for the threads that a caller runs items in
_thread_slot: Callable[[], int] | None = None
_on_load: list[Callable[[], None]] = []  # called once, when the item function has been loaded
_arrived = ("", 0)  # the ledger for which an item function was loaded last, and when its first one was


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
    """The slot whose worker this process is; 0 where nobody said."""
    return _slot or 0


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

    def get_ready(self) -> None:
        """Do in this thread what its first item would have to do before it begins: open the ledger, initialize."""
        initialize(self.function, pen_of(self.path, self.detail.runqueue))

    def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any]:
        """Run one item and write its row; returns `(index, result)`, raises what the function raises."""
        # Flat, with plain local names: every call and attribute here is paid for by every item.
        index, item = numbered
        pen = _here.pen
        if pen is None or pen.path != self.path:
            pen = pen_of(self.path, self.detail.runqueue)
            initialize(self.function, pen)
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
            error.add_note(note_of(index, item))
            raise
        finally:
            if pen.is_forked:
                leave_fork(self.path, index, item)
            pen.cpu_ns = thread_cpu_ns = thread_time_ns()
            pen.end_ns = end_ns = monotonic_ns()
            cpu_ns = thread_cpu_ns - cpu_ns
            if waits:
                wait_ns = pen.runqueue_ns() - wait_ns
            pen.unspun_ns += cpu_ns
            if pen.unspun_ns >= SPIN_EVERY_NS and self.detail.spin:
                spin_ns, spins = spin(pen)
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


def _note_fork() -> None:
    """Note in a child that an item forked whose pen it has: it is no worker, and must not come back from the item."""
    if _here.pen is not None:
        _here.pen.is_forked = True


os.register_at_fork(after_in_child=_note_fork)


def leave_fork(path: str, index: int, item: Any) -> NoReturn:
    """End a child that an item forked and that came back from the function: it would run on as a second worker."""
    with suppress(FileExistsError), forks_of(path).open("x", encoding="utf-8") as file:  # the first one is told
        file.write(note_of(index, item))
    os._exit(1)


def forks_of(path: str) -> Path:
    """The file that says, beside the ledger at `path`, in which item a child was forked that came back from it."""
    return Path(f"{path}.forks")


def note_of(index: int, item: Any) -> str:
    """The item in a failure's words; what can't be shown must not take the failure's place."""
    try:
        shown = str(item)[:200]
    except Exception as error:  # noqa: BLE001  whatever its own code raises
        shown = f"a {type(item).__name__} whose str() raised {type(error).__name__}"
    return f"in item {index}: {shown}"


class Unrecorded:
    """`function` as strategies get it from a Recorder, but no row is written: for what must not pay for the ledger."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as one plain argument: this travels with every task of a pool."""
        return Unrecorded, (self.function,)

    def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any]:
        """Run one item; returns `(index, result)`, raises what the function raises."""
        index, item = numbered
        return index, self.function(item)


def loaded() -> None:
    """Say that an item function has arrived in this process, its module imported."""
    while _on_load:
        _on_load.pop()()


def _recorder(function: Callable[[Any], Any], path: str, runqueue: bool, spin: bool) -> Recorder:
    loaded()
    if _arrived[0] != path:
        _arrive(path)
    return Recorder(function, path, Detail(runqueue, spin))


def _arrive(path: str) -> None:
    """Note when an item function came: from then on this process could take items."""
    global _arrived  # noqa: PLW0603  a fact of the process
    _arrived = path, monotonic_ns()
    _take_announced_slot(path)


def _take_announced_slot(path: str) -> int | None:
    """Be the worker as which the host announced this process when starting it; None where it did not.

    The function may come with the very object that says so: then it is known only when the process runs.
    """
    global _slot
    announced = vars(current_process()).pop(ANNOUNCED, None)
    if announced is not None:
        _slot, counts = announced
        ledger = Ledger(path)
        ledger.ready(_slot, os.getpid(), _arrived[1])
        if counts:
            from lightwork.ledger import pickled_bytes

            pickled_bytes.count(ledger, caller=None)
    return _slot


def pen_of(path: str, runqueue: bool) -> Pen:
    """This thread's pen for the ledger at `path`, taken now where it has none."""
    if _here.pen is not None and _here.pen.path == path:
        return _here.pen
    if _here.pen in _pens:
        _pens.remove(_here.pen)
        _here.pen.close()
    pen = _here.pen = _kept_pen(path) or _new_pen(path, runqueue)
    return pen


def _new_pen(path: str, runqueue: bool) -> Pen:
    pen = Pen(Ledger(path), _own_slot(path), runqueue)
    _pens.append(pen)
    return pen


def _kept_pen(path: str) -> Pen | None:
    """The pen that this thread has had before, in an interpreter of its own.

    There each call from outside begins with a new state of the thread: what was local to the last one is gone.
    """
    if _slot is not None or _thread_slot is not None:
        return None
    thread = threading.get_native_id()
    return next((pen for pen in _pens if pen.path == path and pen.thread == thread), None)


def initialize(function: Any, pen: Pen) -> None:
    """Do what the function wants done in a worker before its first item; only then the worker is ready."""
    if hasattr(function, "initialize") and not pen.is_initialized:
        function.initialize()
        pen.is_initialized = True
        pen.ledger.delay(pen.slot, monotonic_ns())


def take(pen: Pen) -> None:
    """Say that the item that runs in this thread now is written with this pen: that of a task."""
    _here.pen = pen


def _own_slot(path: str) -> int:
    """The slot whose worker this thread is."""
    in_main = threading.get_ident() == threading.main_thread().ident
    if _thread_slot is not None and not in_main:
        return _thread_slot()
    if _slot is not None:
        return _slot
    announced = _take_announced_slot(path)
    return _unseen_slot(path) if announced is None else announced


def _unseen_slot(path: str) -> int:
    """A slot for this thread, of whose making these modules know nothing.

    That of an interpreter of its own in a thread that the host has noted. Else one that nobody else has: this thread's
    process was started by something that the host does not see, and when it was asked for is not known.
    """
    ledger, pid, thread = Ledger(path), os.getpid(), threading.get_native_id()
    slot = None if thread == pid else ledger.slot_of(thread)
    if slot is None:
        slot, thread = ledger.claim(pid, 0), pid
    ledger.ready(slot, thread, _arrived[1] if _arrived[0] == path else monotonic_ns())
    return slot


def _schedstat() -> int:
    descriptor = proc.open_schedstat()
    return ABSENT if descriptor is None else descriptor


def spin(pen: Pen) -> tuple[int, int]:
    """Run the spins that are due after an item; returns their CPU nanoseconds in all and their number."""
    spins = min(pen.unspun_ns // SPIN_EVERY_NS, MAX_SPINS)
    pen.unspun_ns %= SPIN_EVERY_NS
    began_ns = thread_time_ns()
    for _ in range(spins * SPIN_LOOPS):
        pass
    return thread_time_ns() - began_ns, spins
