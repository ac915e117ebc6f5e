"""The ledger: rows that every process of a round writes into one file, read back as they were written."""

import os
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.ledger.table import (
    ABSENT,
    DIGEST_OFFSET,
    END,
    HEADER,
    LIFE,
    NO_DIGEST,
    ROW_BYTES,
    START,
    STATE_OFFSET,
    Ledger,
    LedgerRow,
    Life,
    State,
    has_stopped,
    paused_ns,
)
from lightwork.storage.ledgers import ROW, table

LONG, INT = st.integers(-(2**63), 2**63 - 1), st.integers(-(2**31), 2**31 - 1)
ROWS = st.builds(
    LedgerRow, LONG, INT, st.sampled_from(State), LONG, LONG, LONG, LONG, LONG, INT, INT, st.integers(2, 3),
    st.integers(0, 2), st.binary(min_size=16, max_size=16),
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger of five items and three worker slots."""
    Ledger.create(tmp_path / "ledger", 5, 3)
    return Ledger(str(tmp_path / "ledger"))


def write(ledger: Ledger, index: int, row: LedgerRow) -> None:
    """Write a row as a worker does, and its digest as the caller does."""
    offset = ledger.offset_of(index)
    START.pack_into(ledger.memory, offset, row.start_ns, row.worker, State.RUNNING)
    for number in range(row.again):
        START.pack_into(ledger.memory, offset, 0, 0, State.DONE if number < row.redone else State.RUNNING)
        ledger.count_again(offset)
    START.pack_into(ledger.memory, offset, row.start_ns, row.worker, State.RUNNING)
    END.pack_into(
        ledger.memory, offset + STATE_OFFSET, row.state, row.end_ns, row.cpu_ns, row.thread_cpu_ns,
        row.runqueue_ns, row.spin_ns, row.spins, row.retries,
    )  # fmt: skip
    ledger.set_digest(index, row.digest)


@given(st.lists(ROWS, min_size=1, max_size=6), st.integers(0, 4))
def test_rows_survive_both_readers(rows, slots):
    """What is written comes back the same, row for row, from the ledger itself and from its bytes by numpy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ledger")
        Ledger.create(path, len(rows), slots)
        ledger = Ledger(str(path))
        for index, row in enumerate(rows):
            write(ledger, index, row)
        assert ledger.rows() == rows
        for row, found in zip(rows, table(path.read_bytes()), strict=True):
            assert {name: found[name].item() for name in ROW.names} == vars(row)


def test_a_new_ledger_says_that_nothing_has_begun(ledger):
    """Before anything ran every item has never started, and no worker was asked for."""
    assert ledger.rows() == [LedgerRow(0, 0, State.NEVER_STARTED, 0, 0, 0, 0, 0, 0, 0, 0, 0, NO_DIGEST)] * 5
    assert ledger.lives() == []
    assert ledger.sent() == (0, 0)


def test_a_ledger_is_as_large_as_its_tables(tmp_path, ledger):
    """One header, one row per worker slot and one per item, of the same size for numpy."""
    assert (tmp_path / "ledger").stat().st_size == HEADER.size + 3 * LIFE.size + 5 * ROW_BYTES
    assert ROW.itemsize == ROW_BYTES == DIGEST_OFFSET + 16


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")  # numpy's threads; the child runs none
def test_processes_share_it(ledger):
    """A row that a child wrote before it was killed is there for the parent."""
    child = os.fork()
    if not child:
        START.pack_into(ledger.memory, ledger.offset_of(3), 42, 1, State.RUNNING)
        os.kill(os.getpid(), 9)
    os.waitpid(child, 0)
    assert [row.state for row in ledger.rows()] == [0, 0, 0, State.RUNNING, 0]
    assert (ledger.row(3).start_ns, ledger.row(3).worker) == (42, 1)


def test_a_second_start_does_not_hide_the_first(ledger):
    """An item begun again keeps the count of its further starts when it is started and ended anew."""
    row = LedgerRow(1, 0, State.DONE, 2, 1, 1, ABSENT, 0, 0, 0, 2, 0, NO_DIGEST)
    write(ledger, 1, row)
    assert ledger.row(1) == row
    assert ledger.row(0).again == ledger.row(2).again == 0


@pytest.mark.parametrize("index", [-1, 5])
def test_has_no_row_beyond_its_items(ledger, index):
    """An item that is not there has no row; a negative one is not counted from the end."""
    with pytest.raises(IndexError):
        ledger.row(index)
    with pytest.raises(IndexError):
        ledger.set_digest(index, bytes(16))


def test_tells_each_workers_life(ledger):
    """A worker's life holds its request, readiness, exit, exit code, CPU time and messages, where they were seen."""
    ledger.request(0, 10)
    ledger.ready(0, 4711, 20)
    ledger.exit(0, 30, 7)
    ledger.reap(0, 0)
    ledger.request(1, 11)
    ledger.count_returned(0, 100)
    ledger.count_returned(0, 20)
    ledger.request(2, 12)
    ledger.ready(2, 4713, 22)
    ledger.reap(2, -9)
    assert ledger.lives() == [
        Life(4711, 10, 20, 30, 0, 7, (120, 2)),
        Life(0, 11, 0, 0, None, 0, (0, 0)),
        Life(4713, 12, 22, 0, -9, 0, (0, 0)),
    ]


def test_counts_what_the_caller_sends(ledger):
    """The caller's messages are counted apart from the workers', and spoil no row."""
    ledger.count_sent(1000)
    ledger.count_sent(1)
    assert ledger.sent() == (1001, 2)
    assert ledger.lives() == []
    assert {row.state for row in ledger.rows()} == {State.NEVER_STARTED}


def test_a_worker_too_many_spoils_nothing(ledger):
    """A worker beyond the slots is left unrecorded, and no item's row is written over."""
    before = bytes(ledger.memory)
    ledger.request(3, 10)
    ledger.ready(3, 4711, 20)
    ledger.exit(3, 30, 7)
    ledger.reap(3, 1)
    ledger.count_returned(3, 9)
    assert bytes(ledger.memory) == before


def test_refuses_another_file(tmp_path):
    """A file that is not a ledger is not read as one."""
    path = tmp_path / "other"
    path.write_bytes(struct.pack("<8sqq40x", b"ELFELF\0\0", 1, 1) + bytes(1000))
    with pytest.raises(ValueError, match="is not a ledger"):
        Ledger(str(path))


def test_one_who_looks_on_sees_the_clock_stop(tmp_path):
    """The stop is seen from outside; a ledger that is still short has not stopped, one that has gone has."""
    path = tmp_path / "ledger"
    assert has_stopped(path)
    path.write_bytes(b"MHL")
    assert not has_stopped(path)
    Ledger.create(path, 2, 1)
    assert not has_stopped(path)
    Ledger(str(path)).stop()
    assert has_stopped(path)


def test_one_who_looks_on_sees_a_pause(tmp_path):
    """A pause lasts until it is ended, and its length stays; where there is no ledger there was none."""
    path = tmp_path / "ledger"
    assert paused_ns(path, 5) == 0
    path.write_bytes(b"short")
    assert paused_ns(path, 5) == 0
    Ledger.create(path, 2, 1)
    assert paused_ns(path, 5) == 0
    ledger = Ledger(str(path))
    ledger.pause(10)
    assert paused_ns(path, 15) == 5
    ledger.end_pause(18)
    assert paused_ns(path, 25) == 8


def test_a_ledger_that_was_cut_off_is_none(tmp_path):
    """A file too short for the tables that its header names, as on a full disk, is refused."""
    Ledger.create(tmp_path / "ledger", 5, 3)
    (tmp_path / "short").write_bytes((tmp_path / "ledger").read_bytes()[:-1])
    with pytest.raises(ValueError, match="is not a ledger"):
        Ledger(str(tmp_path / "short"))
