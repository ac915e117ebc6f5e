"""The ledger: a shared memory-mapped table, one fixed-size row per item and one per worker.

    header   magic, number of items, number of worker slots, what the caller pickled, whether the clock has stopped,
             how many slots are taken, for how long the deadline was paused
    workers  one row per worker slot   (LIFE, then RETURNED)
    items    one row per item          (START, then END; DIGEST by the caller)

Only the worker that runs an item writes its row: no lock, no message, and it survives the worker's death,
so that a lost item can be named. Only taking a worker's slot needs a lock, as any process may: that of the file
itself. Standard library only; `lightwork.storage.ledgers` reads the same bytes with numpy.
"""

import fcntl
import mmap
import struct
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from lightwork.core.atomic import replacing

MAGIC = b"MHLEDGR2"
HEADER = struct.Struct("<8sqqqqq16x")  # then, in what is left, the slots taken and the pause
LIFE = struct.Struct("<qqqqqqqq")  # pid, requested_ns, ready_ns, exit_ns, exit_code, cpu_ns, returned bytes, messages
START = struct.Struct("<qii")  # start_ns, worker, state
END = struct.Struct("<iqqqqqii")  # state, end_ns, cpu_ns, thread_cpu_ns, runqueue_ns, spin_ns, spins, retries
TALLY = struct.Struct("<qq")  # bytes, messages
AGAIN = struct.Struct("<HH")  # begun again, and that after it had been done
DIGEST = struct.Struct("<16s")
STATE_OFFSET = START.size - 4  # START ends with the state that END begins with
AGAIN_OFFSET = STATE_OFFSET + END.size
DIGEST_OFFSET = AGAIN_OFFSET + AGAIN.size
ROW_BYTES = DIGEST_OFFSET + DIGEST.size
READY_OFFSET, EXIT_OFFSET, CODE_OFFSET, CPU_OFFSET, RETURNED_OFFSET = 16, 24, 32, 40, 48
SENT_OFFSET, STOPPED_OFFSET, TAKEN_OFFSET, PAUSE_OFFSET = 24, 40, 48, 56
NUMBER = struct.Struct("<q")
ABSENT = -1  # not measured on this machine, or not asked for
NO_EXIT_CODE = -(2**31)
MOST_AGAIN = 2**16 - 1
NO_DIGEST = bytes(16)


class State(IntEnum):
    """What became of an item, as its worker wrote it."""

    NEVER_STARTED = 0
    RUNNING = 1
    DONE = 2
    RAISED = 3


@dataclass(frozen=True)
class LedgerRow:
    """One item's row. Times in nanoseconds of CLOCK_MONOTONIC; runqueue_ns is ABSENT where not measured.

    thread_cpu_ns: what the worker's thread had used in its life when the item ended, hand-over included.
    retries: how often the function said that it had to try something again.
    again: how often the item was started once more after its first start; the times are the last start's. redone: how
    often that was after it had been done.
    """

    start_ns: int
    worker: int
    state: State
    end_ns: int
    cpu_ns: int
    thread_cpu_ns: int
    runqueue_ns: int
    spin_ns: int
    spins: int
    retries: int
    again: int
    redone: int
    digest: bytes


@dataclass(frozen=True)
class Life:
    """One worker's row. 0 where a moment was not seen; exit_code is None where nobody reaped the worker.

    requested_ns is 0 of a worker that came by itself: the host saw nothing of its making.

    pid: of its process, or the kernel's number of its thread. cpu_ns: its CPU time when it left by itself, else 0.
    returned: bytes and messages that it pickled, counted in a probing round only.
    """

    pid: int
    requested_ns: int
    ready_ns: int
    exit_ns: int
    exit_code: int | None
    cpu_ns: int
    returned: tuple[int, int]


class Ledger:
    """An open ledger file, shared between all processes of a round."""

    def __init__(self, path: str) -> None:
        self.path = path
        with open(path, "r+b") as file:
            self.memory = mmap.mmap(file.fileno(), 0)
        if len(self.memory) < HEADER.size:
            raise ValueError(f"{path} is not a ledger")
        magic, self.items, self.slots, *_ = HEADER.unpack_from(self.memory, 0)
        is_none = magic != MAGIC or self.items < 0 or self.slots < 0
        if is_none or len(self.memory) < HEADER.size + self.slots * LIFE.size + self.items * ROW_BYTES:
            raise ValueError(f"{path} is not a ledger")
        self._items_offset = HEADER.size + self.slots * LIFE.size

    @classmethod
    def create(cls, path: Path, items: int, slots: int) -> None:
        """Write an empty ledger at `path`, which is there whole or not at all."""
        body = bytes(slots * LIFE.size + items * ROW_BYTES)
        with replacing(path) as file:
            file.write(HEADER.pack(MAGIC, items, slots, 0, 0, 0) + body)

    def offset_of(self, index: int) -> int:
        """Where item `index`'s row begins. Raises IndexError beyond the last item."""
        if not 0 <= index < self.items:
            raise IndexError(index)
        offset: int = self._items_offset + index * ROW_BYTES
        return offset

    def count_again(self, offset: int) -> None:
        """Say that the item at this offset, begun before, is begun once more."""
        again, redone = AGAIN.unpack_from(self.memory, offset + AGAIN_OFFSET)
        redone += self.memory[offset + STATE_OFFSET] == State.DONE
        AGAIN.pack_into(self.memory, offset + AGAIN_OFFSET, min(again + 1, MOST_AGAIN), min(redone, MOST_AGAIN))

    def set_digest(self, index: int, digest: bytes) -> None:
        """Keep the digest of the result that the caller received for item `index`."""
        DIGEST.pack_into(self.memory, self.offset_of(index) + DIGEST_OFFSET, digest)

    def row(self, index: int) -> LedgerRow:
        """Item `index`'s row."""
        offset = self.offset_of(index)
        start = START.unpack_from(self.memory, offset)
        end = END.unpack_from(self.memory, offset + STATE_OFFSET)
        again = AGAIN.unpack_from(self.memory, offset + AGAIN_OFFSET)
        digest = DIGEST.unpack_from(self.memory, offset + DIGEST_OFFSET)
        start_ns, worker, state = start
        return LedgerRow(start_ns, worker, State(state), *end[1:], *again, *digest)

    def rows(self) -> list[LedgerRow]:
        """Every item's row, in given order."""
        return [self.row(index) for index in range(self.items)]

    def claim(self, pid: int, requested_ns: int) -> int:
        """Take the next slot, whoever else takes one at this moment. pid, requested_ns: of its worker, 0 if not known.

        The row is there before another slot can be taken, so that whoever dies then leaves no hole.
        """
        with open(self.path, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                (slot,) = NUMBER.unpack_from(self.memory, TAKEN_OFFSET)
                if slot < self.slots:
                    LIFE.pack_into(self.memory, self._life(slot), pid, requested_ns, 0, 0, NO_EXIT_CODE, 0, 0, 0)
                NUMBER.pack_into(self.memory, TAKEN_OFFSET, slot + 1)
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)  # closing is not enough where a fork has copied the file meanwhile
        return int(slot)

    def request(self, slot: int, now_ns: int) -> None:
        """Say that the worker of this slot is being made. A slot beyond the table is left unrecorded."""
        if slot < self.slots:
            LIFE.pack_into(self.memory, self._life(slot), 0, now_ns, 0, 0, NO_EXIT_CODE, 0, 0, 0)

    def ready(self, slot: int, pid: int, now_ns: int) -> None:
        """Say that the worker of this slot runs and can take items."""
        self._set(slot, 0, pid)
        self._set(slot, READY_OFFSET, now_ns)

    def delay(self, slot: int, now_ns: int) -> None:
        """Say that this worker can take items from now on only."""
        self._set(slot, READY_OFFSET, now_ns)

    def exit(self, slot: int, now_ns: int, cpu_ns: int) -> None:
        """Say that the worker of this slot is about to leave by itself, and what CPU time its process has used."""
        self._set(slot, EXIT_OFFSET, now_ns)
        self._set(slot, CPU_OFFSET, cpu_ns)

    def reap(self, slot: int, exit_code: int) -> None:
        """Keep the exit code with which the worker of this slot was found ended."""
        self._set(slot, CODE_OFFSET, exit_code)

    def stop(self) -> None:
        """Say that the round's clock has stopped."""
        NUMBER.pack_into(self.memory, STOPPED_OFFSET, 1)

    def pause(self, now_ns: int) -> None:
        """Say that from now on time does not count towards the round's deadline."""
        NUMBER.pack_into(self.memory, PAUSE_OFFSET, now_ns)

    def end_pause(self, now_ns: int) -> None:
        """Say that time counts again."""
        (since_ns,) = NUMBER.unpack_from(self.memory, PAUSE_OFFSET)
        NUMBER.pack_into(self.memory, PAUSE_OFFSET, since_ns - now_ns)  # below zero: a pause that is over

    def count_sent(self, size_bytes: int) -> None:
        """Count a message that the caller pickled."""
        self._count(SENT_OFFSET, size_bytes)

    def forget_messages(self) -> None:
        """Count messages from nothing again: those so far were not the round's."""
        TALLY.pack_into(self.memory, SENT_OFFSET, 0, 0)
        for slot in range(self.slots):
            TALLY.pack_into(self.memory, self._life(slot) + RETURNED_OFFSET, 0, 0)

    def count_returned(self, slot: int, size_bytes: int) -> None:
        """Count a message that the worker of this slot pickled."""
        if slot < self.slots:
            self._count(self._life(slot) + RETURNED_OFFSET, size_bytes)

    def sent(self) -> tuple[int, int]:
        """Bytes and messages that the caller pickled."""
        size_bytes, messages = TALLY.unpack_from(self.memory, SENT_OFFSET)
        return size_bytes, messages

    def lives(self) -> list[Life]:
        """The rows of all workers that were asked for or came by themselves, by slot."""
        rows = [LIFE.unpack_from(self.memory, self._life(slot)) for slot in range(self.slots)]
        return [
            Life(pid, requested_ns, ready_ns, exit_ns, None if code == NO_EXIT_CODE else code, cpu_ns, tuple(returned))
            for pid, requested_ns, ready_ns, exit_ns, code, cpu_ns, *returned in rows
            if requested_ns or pid
        ]

    def slot_of(self, pid: int) -> int | None:
        """The slot of the last worker with this number; None where there is none."""
        slots = [slot for slot, life in enumerate(self.lives()) if life.pid == pid]
        return slots[-1] if slots else None

    def _life(self, slot: int) -> int:
        return HEADER.size + slot * LIFE.size

    def _count(self, offset: int, size_bytes: int) -> None:
        so_far_bytes, messages = TALLY.unpack_from(self.memory, offset)
        TALLY.pack_into(self.memory, offset, so_far_bytes + size_bytes, messages + 1)

    def _set(self, slot: int, offset: int, value: int) -> None:
        if slot < self.slots:
            NUMBER.pack_into(self.memory, self._life(slot) + offset, value)


def taken_and_begun(path: Path, more_than: int) -> tuple[int, int]:
    """How many workers' slots are taken, and how many items were begun, whatever has become of the file.

    Both are 0 where no more than so many slots are taken (the items are counted only when it matters), or where items
    are not recorded.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER.size)
            taken = NUMBER.unpack_from(header, TAKEN_OFFSET)[0] if len(header) == HEADER.size else 0
            if taken <= more_than:
                return 0, 0
            _, items, slots, *_ = HEADER.unpack(header)
            rows = file.read()[slots * LIFE.size :] if slots >= 0 else b""
    except OSError:
        return 0, 0
    return (taken, items - rows[STATE_OFFSET::ROW_BYTES].count(0)) if len(rows) == items * ROW_BYTES > 0 else (0, 0)


def has_stopped(path: Path) -> bool:
    """Whether the clock of the round that writes this ledger has stopped, or the ledger has gone with its round.

    For one who only looks on, whatever has become of the file.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER.size)
    except OSError:
        return True
    return len(header) == HEADER.size and bool(HEADER.unpack(header)[-1])


def paused_ns(path: Path, now_ns: int) -> int:
    """For how long the deadline of the round that writes this ledger has been paused, whatever became of the file."""
    try:
        with path.open("rb") as file:
            header = file.read(HEADER.size)
    except OSError:
        return 0
    pause_ns: int = NUMBER.unpack_from(header, PAUSE_OFFSET)[0] if len(header) == HEADER.size else 0
    return now_ns - pause_ns if pause_ns > 0 else -pause_ns
