"""Travelling rows: the recorder for workers that may be unable to see the ledger's file.

    strategy --(index, item)--> Travelling --> Recorder --> a ledger of the worker's own, in memory
    strategy <--(index, result, row)-- Travelling <-- the item's row, read back

A worker that sees the ledger's file writes into it as any other does, and its rows stay at home. Which is the case it
finds out by the file's identity: a path says nothing on another host, in a container, behind another mount. The cost
of this is paid per item, beside a scheduler's milliseconds.
"""

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic_ns
from typing import Any, NamedTuple

from lightwork.cluster.clock_sync import Alignment, into
from lightwork.ledger.recorder import Detail, Recorder
from lightwork.ledger.table import (
    AGAIN_OFFSET,
    DIGEST_OFFSET,
    HEADER,
    LIFE,
    MAGIC,
    ROW_BYTES,
    START,
    STATE_OFFSET,
    Ledger,
)
from lightwork.ledger.table import END as REST
from lightwork.machine import kernel, proc


def clock_id() -> str:
    """What tells this process's monotonic clock from others': the kernel's boot, and its namespace of times."""
    return proc.boot() or f"{os.uname().nodename}, of no known boot"


def identity(path: str) -> str:
    """What tells a file from every other one, seen from this process; "" where there is none."""
    try:
        status = Path(path).stat()
    except OSError:
        return ""
    return f"{clock_id()} {status.st_dev} {status.st_ino}"


class ThreadOrigin(NamedTuple):
    """Where rows come from: one thread of one process by one clock, and when it began on the round, by that clock."""

    clock: str
    pid: int
    thread: int
    ready_ns: int


class Carried(NamedTuple):
    """An item's row on its way: its bytes as in a ledger, times by the origin's clock."""

    origin: ThreadOrigin
    row: bytes


class _Workdir:
    """What one thread of a worker needs for one round: the ledger that it writes, and where that is."""

    def __init__(self, travelling: "Travelling") -> None:
        self.path = travelling.path
        self.origin: ThreadOrigin | None = None
        self.ledger_path = travelling.path
        if identity(travelling.path) != travelling.home:
            self.origin = ThreadOrigin(clock_id(), os.getpid(), threading.get_native_id(), monotonic_ns())
            self._file = kernel.unnamed_file("lightwork-rows")  # goes with the process, however that ends
            self.ledger_path = f"/dev/fd/{self._file}"
            os.write(self._file, HEADER.pack(MAGIC, travelling.items, 1, 0, 0, 0))
            os.ftruncate(self._file, HEADER.size + LIFE.size + travelling.items * ROW_BYTES)
            self._ledger = Ledger(self.ledger_path)

    def carried(self, index: int) -> Carried | None:
        """The row of the item that was run last; None where it stands in the caller's ledger."""
        if self.origin is None:
            return None
        offset = self._ledger.offset_of(index)
        return Carried(self.origin, self._ledger.memory[offset : offset + DIGEST_OFFSET])

    def close(self) -> None:
        """Give the file back."""
        if self.origin is not None:
            os.close(self._file)


class _Here(threading.local):
    """This thread's workdir."""

    workdir: _Workdir | None = None


_here = _Here()


class Travelling:
    """`function`, measured like by a Recorder: takes `(index, item)`, returns `(index, result, row)`.

    row: a Carried, or None where the worker wrote into the ledger at `path` itself. items: how many there are. home:
    the ledger's `identity`, as the caller sees it.
    """

    __slots__ = ("detail", "function", "home", "items", "path")

    def __init__(self, function: Callable[[Any], Any], path: str, detail: Detail, items: int, home: str) -> None:
        self.function, self.path, self.detail, self.items, self.home = function, path, detail, items, home

    def __reduce__(self) -> tuple[Any, ...]:
        detail = self.detail.runqueue, self.detail.spin
        return _arrived, (self.function, self.path, *detail, self.items, self.home)

    def __call__(self, numbered: tuple[int, Any]) -> tuple[int, Any, Carried | None]:
        """Run one item; raises what the function raises."""
        workdir = _here.workdir
        if workdir is None or workdir.path != self.path:
            before, workdir = workdir, _Workdir(self)
            _here.workdir = workdir
            if before is not None:
                before.close()  # only now, so that the two never have the same number, by which a Recorder tells them
        index, result = Recorder(self.function, workdir.ledger_path, self.detail)(numbered)
        return index, result, workdir.carried(index)


def recorder_of(recorder: Recorder, items: int) -> Travelling:
    """The same recorder, of a caller who sees its ledger and has so many items, for workers that may not see it."""
    return Travelling(recorder.function, recorder.path, recorder.detail, items, identity(recorder.path))


def _arrived(
    function: Callable[[Any], Any], path: str, runqueue: bool, spin: bool, items: int, home: str
) -> Travelling:
    return Travelling(function, path, Detail(runqueue, spin), items, home)


def unpacked(results: Iterable[tuple[int, Any, Carried | None]]) -> tuple[list[tuple[int, Any]], dict[int, Carried]]:
    """The `(index, result)` pairs, and the rows that came with them by index."""
    pairs, rows = [], {}
    for index, result, carried in results:
        pairs.append((index, result))
        if carried is not None:
            rows[index] = carried
    return pairs, rows


@dataclass(frozen=True)
class Settled:
    """What became of rows that travelled, in nanoseconds.

    workers: how many wrote them. uncertainty_ns: the largest of their times'. clamped_ns: the most by which a time was
    put into the round's span, never more than its uncertainty.
    """

    workers: int
    uncertainty_ns: int
    clamped_ns: int


def settle(
    ledger: Ledger, rows: Mapping[int, Carried], alignments: Mapping[str, Alignment | None], span: tuple[int, int],
    new_slot: Callable[[], int], lanes: int,
) -> Settled:  # fmt: skip
    """Write rows that travelled into the ledger, their times by our clock.

    alignments: by clock; None for ours. span: the round's t0 and t1. new_slot: numbers a worker. Each of the first
    `lanes` workers was there before the round, and counts as asked for at t0; a later one when it began.
    """
    origins = _in_order(rows.values(), alignments)
    at_home = len(ledger.lives())  # workers that saw the ledger
    uncertainty_ns = clamped_ns = 0
    slots = {}
    for number, origin in enumerate(origins, at_home):
        slots[origin] = slot = new_slot()
        _, ready_ns = _settled(origin.ready_ns, alignments[origin.clock], span)
        ledger.request(slot, span[0] if number < lanes else ready_ns)
        ledger.ready(slot, origin.pid, ready_ns)
    for index, carried in rows.items():
        alignment = alignments[carried.origin.clock]
        start_ns, _, state = START.unpack_from(carried.row, 0)
        _, end_ns, *rest = REST.unpack_from(carried.row, STATE_OFFSET)
        offset = ledger.offset_of(index)
        began, ended = (_settled(moment_ns, alignment, span) for moment_ns in (start_ns, end_ns))
        START.pack_into(ledger.memory, offset, began[1], slots[carried.origin], state)
        REST.pack_into(ledger.memory, offset + STATE_OFFSET, state, ended[1], *rest)
        ledger.memory[offset + AGAIN_OFFSET : offset + DIGEST_OFFSET] = carried.row[AGAIN_OFFSET:DIGEST_OFFSET]
        if alignment is not None:
            uncertainty_ns = max(uncertainty_ns, alignment.uncertainty_ns(end_ns))
        clamped_ns = max(clamped_ns, *(abs(settled - aligned) for aligned, settled in (began, ended)))
    return Settled(len(origins), uncertainty_ns, clamped_ns)


def _in_order(rows: Iterable[Carried], alignments: Mapping[str, Alignment | None]) -> Sequence[ThreadOrigin]:
    """The origins in the order in which they began, by our clock."""
    origins = {carried.origin for carried in rows}
    return sorted(origins, key=lambda origin: (_here_ns(origin.ready_ns, alignments[origin.clock]), origin))


def _here_ns(there_ns: int, alignment: Alignment | None) -> int:
    return there_ns if alignment is None else alignment.here_ns(there_ns)


def _settled(there_ns: int, alignment: Alignment | None, span: tuple[int, int]) -> tuple[int, int]:
    """A moment by our clock, and the same put into the round's span as far as its uncertainty allows."""
    aligned_ns = _here_ns(there_ns, alignment)
    uncertainty_ns = 0 if alignment is None else alignment.uncertainty_ns(there_ns)
    return aligned_ns, into(aligned_ns, *span, uncertainty_ns)
