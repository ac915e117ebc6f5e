"""The recorder: calls the item function and writes the item's row, whatever becomes of the item."""

import os
import pickle
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lightwork.ledger import recorder
from lightwork.ledger.recorder import MAX_SPINS, SPIN_EVERY_NS, Detail, Recorder, count_retry, enter
from lightwork.ledger.table import ABSENT, Ledger, State
from lightwork.machine import proc

EVERYTHING = Detail()
HAS_SCHEDSTAT = (proc.PROC / "thread-self/schedstat").exists()


def double(item):
    """Twice the item."""
    return 2 * item


def compute(seconds):
    """Use so much CPU time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def fail(item):
    """Raise."""
    raise KeyError("no such row")


def leave(item):
    """End the process in mid-item."""
    os._exit(3)


@pytest.fixture
def ledger(tmp_path):
    """An empty ledger of ten items."""
    Ledger.create(tmp_path / "ledger", 10, 4)
    enter(0)
    yield Ledger(str(tmp_path / "ledger"))
    enter(0)


@pytest.fixture
def record(ledger, tmp_path):
    """Make a recorder of a function for that ledger."""
    return lambda function, detail=EVERYTHING: Recorder(function, str(tmp_path / "ledger"), detail)


def test_returns_what_the_function_returns(ledger, record):
    """A strategy gets the item's own result, together with its index."""
    assert [record(double)(pair) for pair in enumerate("ab")] == [(0, "aa"), (1, "bb")]


def test_writes_an_items_row(ledger, record):
    """A done item's row says who ran it, from when to when; its neighbours' rows stay empty."""
    enter(3)
    before_ns = time.monotonic_ns()
    record(time.sleep)((4, 0.02))
    after_ns = time.monotonic_ns()
    row = ledger.row(4)
    assert (row.worker, row.state, row.again, row.retries) == (3, State.DONE, 0, 0)
    assert before_ns <= row.start_ns
    assert row.end_ns <= after_ns
    assert row.end_ns - row.start_ns >= 20_000_000
    assert {row.state for index, row in enumerate(ledger.rows()) if index != 4} == {State.NEVER_STARTED}


def test_cpu_time_is_the_items_own(ledger, record):
    """A sleeping item has next to no CPU time, a computing one has what it used; never more than the wall time."""
    record(time.sleep)((0, 0.05))
    record(compute)((1, 0.02))
    slept, computed = ledger.row(0), ledger.row(1)
    assert slept.cpu_ns < 10_000_000
    assert 20_000_000 <= computed.cpu_ns <= computed.end_ns - computed.start_ns + 1_000_000


def test_an_exception_goes_on_with_the_items_name(ledger, record):
    """What an item raises reaches the caller with a note that names the item; its row says that it raised."""
    with pytest.raises(KeyError, match="no such row") as raised:
        record(fail)((2, "vendor_17.csv"))
    assert raised.value.__notes__ == ["in item 2: vendor_17.csv"]
    row = ledger.row(2)
    assert row.state is State.RAISED
    assert row.end_ns >= row.start_ns > 0


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")  # numpy's threads; the child runs none
def test_an_item_that_ends_its_process_is_known(ledger, record):
    """If the process goes in mid-item, the item's row says that it was running, and in which worker."""
    child = os.fork()
    if not child:
        enter(2)
        record(leave)((6, None))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    assert (ledger.row(6).state, ledger.row(6).worker, ledger.row(6).end_ns) == (State.RUNNING, 2, 0)


def test_a_second_run_of_an_item_is_counted(ledger, record):
    """An item that a strategy runs three times was started again twice, and its last times stand."""
    for _ in range(3):
        record(double)((0, 1))
    first = record(double)
    first((1, 1))
    assert [row.again for row in ledger.rows()[:3]] == [2, 0, 0]


def test_retries_stand_in_the_row_of_their_item(ledger, record):
    """What an item says it had to try again is counted for that item and no other."""

    def stubborn(times):
        for _ in range(times):
            count_retry()

    for pair in enumerate([2, 0, 1]):
        record(stubborn)(pair)
    assert [row.retries for row in ledger.rows()[:4]] == [2, 0, 1, 0]


def test_a_retry_outside_of_any_round_is_no_error():
    """A workload's function works without a recorder too."""
    enter(0)
    count_retry()


@pytest.mark.timing
def test_spins_after_computing_and_not_after_sleeping(ledger, record):
    """The fixed spin is run once for every so much CPU time of items, at most so often after one item."""
    record(time.sleep)((0, 0.02))
    for index in range(1, 5):
        record(compute)((index, SPIN_EVERY_NS / 1e9))
    record(compute)((5, 4 * MAX_SPINS * SPIN_EVERY_NS / 1e9))
    rows = ledger.rows()
    assert (rows[0].spins, rows[0].spin_ns) == (0, 0)
    assert 4 <= sum(row.spins for row in rows[1:5]) <= 6
    assert rows[5].spins == MAX_SPINS
    assert all((row.spin_ns > 0) == (row.spins > 0) for row in rows)


@pytest.mark.timing
def test_a_spin_is_not_counted_as_work(ledger, record):
    """An item that follows spins at once starts after them, and has no CPU time of theirs."""
    run = record(compute)
    run((0, MAX_SPINS * SPIN_EVERY_NS / 1e9))
    record(double)((1, 1))
    first, second = ledger.row(0), ledger.row(1)
    assert first.spins == MAX_SPINS
    assert second.start_ns - first.end_ns >= first.spin_ns // 2
    assert second.cpu_ns < first.spin_ns


def test_does_not_spin_unless_asked(ledger, record):
    """Without `spin` nothing is run between items."""
    record(compute, Detail(spin=False))((0, 3 * SPIN_EVERY_NS / 1e9))
    assert (ledger.row(0).spins, ledger.row(0).spin_ns) == (0, 0)


@pytest.mark.skipif(not HAS_SCHEDSTAT, reason="this kernel tells no run-queue wait")
def test_run_queue_wait_is_the_kernels(ledger, record):
    """The wait for a core is a share of the item's wall time."""
    record(compute)((0, 0.02))
    row = ledger.row(0)
    assert 0 <= row.runqueue_ns <= row.end_ns - row.start_ns


def test_run_queue_wait_is_absent_where_it_is_not_measured(ledger, record, tmp_path, monkeypatch):
    """Not asked for, or on a kernel without it, the wait is absent, which is not 0."""
    record(double, Detail(runqueue=False))((0, 1))
    enter(0)
    monkeypatch.setattr(proc, "PROC", tmp_path)
    record(double)((1, 1))
    assert (ledger.row(0).runqueue_ns, ledger.row(1).runqueue_ns) == (ABSENT, ABSENT)


def test_travels_to_workers(ledger, record):
    """A recorder pickled and loaded again records into the same ledger, in the same detail."""
    travelled = pickle.loads(pickle.dumps(record(double, Detail(runqueue=False, spin=False))))
    assert travelled((7, 21)) == (7, 42)
    assert travelled.detail == Detail(runqueue=False, spin=False)
    assert ledger.row(7).state is State.DONE


def test_threads_do_not_mix_their_rows(ledger, record):
    """Items that run at once in threads of one process each have their own times and retries."""

    def nap(seconds):
        time.sleep(seconds)
        count_retry()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(record(nap), [(index, 0.01 + index / 500) for index in range(10)]))
    rows = ledger.rows()
    assert [row.retries for row in rows] == [1] * 10
    assert all(row.end_ns - row.start_ns >= (0.01 + index / 500) * 1e9 for index, row in enumerate(rows))


def test_a_new_round_has_a_new_ledger(record, tmp_path):
    """A process that records into another ledger next leaves the first as it is."""
    record(double)((0, 1))
    Ledger.create(tmp_path / "next", 1, 1)
    Recorder(double, str(tmp_path / "next"), EVERYTHING)((0, 1))
    assert Ledger(str(tmp_path / "next")).row(0).state is State.DONE
    assert Ledger(str(tmp_path / "ledger")).row(0).again == 0


def test_opens_no_more_files_than_threads(ledger, record, tmp_path):
    """However many rounds and items a process records, it holds on to one schedstat file a thread."""
    record(double)((0, 1))
    before = len(os.listdir("/proc/self/fd"))
    for turn in range(20):
        path = tmp_path / f"ledger-{turn}"
        Ledger.create(path, 1, 1)
        Recorder(double, str(path), EVERYTHING)((0, 1))
        enter(0)
    record(double)((0, 1))
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def test_threads_that_follow_each_other_have_pens_of_their_own(ledger, record):
    """A second thread may get a first one's number when that has ended: it does not write with its pen."""
    for index in range(4):
        thread = threading.Thread(target=record(double), args=((index, index),))
        thread.start()
        thread.join()
    assert [row.state for row in ledger.rows()[:4]] == [State.DONE] * 4


def test_threads_of_a_caller_are_workers_of_their_own(ledger, record):
    """Where a caller's threads are numbered each takes the next slot, and the main thread keeps its own."""
    slots = iter([5, 6, 7])
    enter(2)
    recorder.number_threads(lambda: next(slots))
    record(double)((0, 0))
    barrier = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda index: (barrier.wait(200), record(double)((index, index))), [1, 2]))
    assert ledger.row(0).worker == 2
    assert {ledger.row(1).worker, ledger.row(2).worker} == {5, 6}
