"""The recorder of coroutines: awaits the item function and writes the item's row, many items at the same time.

    task 0  |item 0 ....  ..|item 3 ....      |          one thread, one event loop
    task 1    |item 1 .... |item 2  ......|              .... the item waits, and other tasks take their turn

Each task that runs items is a worker with a slot of its own, so that the items of a slot follow each other.

An item's CPU time is that of the steps of its coroutine, and of the tasks that it makes: the clock is read around each
step. One thread's clock counts everybody's steps, and a loop that sleeps between them takes far more time for each than
a busy one does, so that what the loop itself takes is nobody's. Nor is that of callbacks.
"""

import asyncio
import threading
import types
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from time import monotonic_ns, thread_time_ns
from typing import Any

from lightwork.ledger import recorder
from lightwork.ledger.recorder import DONE, RAISED, RUNNING, SPIN_EVERY_NS, Detail, Pen
from lightwork.ledger.table import ABSENT, END, START, STATE_OFFSET, Ledger

_task_pen: ContextVar[Pen | None] = ContextVar("lightwork_task_pen", default=None)


class CoroutineRecorder:
    """`function`, a coroutine function, measured: awaited with `(index, item)`, it gives `(index, result)`.

    is_alone: whether items are awaited one after the other, by the worker that this process is: then an item's wait
    for a core is known. Whatever the function raises goes on to the caller, with a note that names the item.
    """

    def __init__(self, function: Callable[[Any], Any], path: str, detail: Detail, *, is_alone: bool) -> None:
        self.function, self.ledger, self.detail, self.is_alone = function, Ledger(path), detail, is_alone
        self.is_initialized = False  # once, as all tasks run in one thread

    async def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any]:
        """Await one item and write its row; gives `(index, result)`, raises what the function raises."""
        index, item = numbered
        pen = self._pen()
        offset = self.ledger.offset_of(index)
        if pen.memory[offset + STATE_OFFSET]:
            self.ledger.count_again(offset)
        pen.retries, state = 0, RAISED
        cpu_ns, wait_ns = pen.cpu_ns, _runqueue_ns(pen)
        START.pack_into(pen.memory, offset, monotonic_ns(), pen.slot, RUNNING)
        try:
            result = await _by_steps(self.function(item), pen)
            state = DONE
        except BaseException as error:
            error.add_note(recorder.note_of(index, item))
            raise
        finally:
            if pen.is_forked:
                recorder.leave_fork(self.ledger.path, index, item)
            end_ns, thread_cpu_ns = monotonic_ns(), pen.cpu_ns
            cpu_ns = thread_cpu_ns - cpu_ns
            wait_ns = ABSENT if wait_ns == ABSENT else _runqueue_ns(pen) - wait_ns
            times = end_ns, cpu_ns, thread_cpu_ns, wait_ns, *self._spin(pen, cpu_ns)
            END.pack_into(pen.memory, offset + STATE_OFFSET, state, *times, pen.retries)
        return index, result

    def _spin(self, pen: Pen, cpu_ns: int) -> tuple[int, int]:
        """The spins that are due after an item that used so much: CPU nanoseconds and number."""
        pen.unspun_ns += cpu_ns
        if pen.unspun_ns < SPIN_EVERY_NS or not self.detail.spin:
            return 0, 0
        spin_ns, spins = recorder.spin(pen)
        pen.cpu_ns += spin_ns
        return spin_ns, spins

    def _pen(self) -> Pen:
        """This task's pen; its first item begins the life of a worker, unless this thread is the only one."""
        pen = _task_pen.get()
        if pen is None or pen.ledger is not self.ledger:
            slot = recorder.slot() if self.is_alone else self._new_slot()
            pen = Pen(self.ledger, slot, runqueue=self.is_alone and self.detail.runqueue)
            _task_pen.set(pen)
            if not self.is_initialized:
                self.is_initialized = True
                recorder.initialize(self.function, pen)
            asyncio.get_running_loop().set_task_factory(_new_task)
        return pen

    def _new_slot(self) -> int:
        now_ns, ledger = monotonic_ns(), self.ledger
        slot = ledger.claim(0, now_ns)
        ledger.ready(slot, threading.get_native_id(), now_ns)
        task = asyncio.current_task()
        if task is not None:
            task.add_done_callback(lambda _: ledger.exit(slot, monotonic_ns(), 0))
        return slot


class UnrecordedCoroutine:
    """A coroutine function as strategies get it from a CoroutineRecorder, but no row is written."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    async def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any]:
        """Await one item; gives `(index, result)`, raises what the function raises."""
        index, item = numbered
        return index, await self.function(item)


def _runqueue_ns(pen: Pen) -> int:
    return ABSENT if pen.schedstat == ABSENT else pen.runqueue_ns()


def _new_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
    """A task as the loop would make it; one that an item makes has its steps counted with the item's."""
    pen = _task_pen.get()
    return asyncio.Task(coroutine if pen is None else _counted(coroutine, pen), loop=loop, **more)


async def _counted(coroutine: Coroutine[Any, Any, Any], pen: Pen) -> Any:
    return await _by_steps(coroutine, pen)


@types.coroutine
def _by_steps(coroutine: Coroutine[Any, Any, Any], pen: Pen) -> Generator[Any, Any, Any]:
    """Await the coroutine, adding the CPU time of each of its steps to the pen's."""
    step: Callable[[Any], Any] = coroutine.send
    sent: Any = None
    while True:
        recorder.take(pen)
        began_ns = thread_time_ns()
        try:
            awaited = step(sent)
        except StopIteration as end:
            return end.value
        finally:
            pen.cpu_ns += thread_time_ns() - began_ns
        try:
            step, sent = coroutine.send, (yield awaited)
        except BaseException as error:  # noqa: BLE001  a cancellation, or what the awaited one raised
            step, sent = coroutine.throw, error
