"""Traffic: counts what the caller and its workers pickle to hand items and results over; in a probing round only.

Pools, queues and pipes, a library's with a pickler of its own too, send what they have pickled through
multiprocessing's Connection; new processes get their work through its `dump`, and hand-written strategies use pickle's
own functions: each is wrapped, and adds the length of what it made to the ledger.
"""

import os
import pickle
import threading
from collections.abc import Callable
from multiprocessing import reduction
from multiprocessing.connection import Connection
from typing import Any

from lightwork.ledger import recorder
from lightwork.ledger.table import Ledger

_dumps = pickle.dumps


def count(ledger: Ledger, caller: int | None) -> None:
    """Count every message that this process and those forked from it pickle from now on.

    caller: the pid of the process whose messages are sent; any other process's are returned.
    """
    if pickle.dumps is not _dumps:  # a fork has inherited the counting
        return

    def add(size_bytes: int) -> None:
        if _here.inside or not size_bytes:  # an empty message wakes somebody up
            return
        if os.getpid() == caller:
            ledger.count_sent(size_bytes)
        else:
            ledger.count_returned(recorder.slot(), size_bytes)

    connection: Any = Connection
    connection._send_bytes = _counting_send(connection._send_bytes, add)  # noqa: SLF001  send and send_bytes both call it
    wrapped: Any = reduction
    wrapped.dump = _counting_dump(reduction.dump, add)
    pickle.dumps = _counting_dumps(pickle.dumps, add)
    pickle.dump = _counting_dump(pickle.dump, add)


def apart(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The item function, such that what it pickles for itself is not counted."""
    return (_InitializedApart if hasattr(function, "initialize") else _Apart)(function)


class _Apart:
    """A function whose own pickling is no hand-over; it is pickled as what it wraps."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __reduce__(self) -> tuple[Any, ...]:
        return apart, (self.function,)

    def __call__(self, item: Any) -> Any:
        _here.inside = True
        try:
            return self.function(item)
        finally:
            _here.inside = False


class _InitializedApart(_Apart):
    """One whose worker has something to call before its first item."""

    def initialize(self) -> None:
        self.function.initialize()  # type: ignore[attr-defined]


class _Here(threading.local):
    """Whether this thread is inside an item."""

    inside = False


_here = _Here()


class _Counted:
    """A file that counts what is written to it."""

    def __init__(self, file: Any) -> None:
        self.file, self.size_bytes = file, 0

    def write(self, piece: Any) -> Any:
        self.size_bytes += len(piece)
        return self.file.write(piece)


def _counting_send(send: Callable[..., None], add: Callable[[int], None]) -> Callable[..., None]:
    def counting(connection: Any, message: Any) -> None:
        add(memoryview(message).nbytes)
        send(connection, message)

    return counting


def _counting_dumps(dumps: Callable[..., Any], add: Callable[[int], None]) -> Callable[..., Any]:
    def counting(*arguments: Any, **options: Any) -> Any:
        pickled = dumps(*arguments, **options)
        add(len(pickled))
        return pickled

    return counting


def _counting_dump(dump: Callable[..., None], add: Callable[[int], None]) -> Callable[..., None]:
    def counting(obj: Any, file: Any, *arguments: Any, **options: Any) -> None:
        counted = _Counted(file)
        dump(obj, counted, *arguments, **options)
        add(counted.size_bytes)

    return counting
