"""Travelling rows: written where the ledger can't be seen, carried beside the results, settled into the ledger."""

import os
import pickle
import threading
from time import monotonic_ns

import pytest

from lightwork.cluster import remote_rows
from lightwork.cluster.clock_sync import Alignment, Offset
from lightwork.cluster.remote_rows import (
    Carried,
    ThreadOrigin,
    Travelling,
    clock_id,
    identity,
    recorder_of,
    settle,
    unpacked,
)
from lightwork.ledger.recorder import Detail, Recorder, count_retry
from lightwork.ledger.table import Ledger, State

S = 10**9


def square(number):
    """The item function; odd numbers need a second try, and 7 goes wrong."""
    if number == 7:
        raise ValueError("no 7")
    if number % 2:
        count_retry()
    return number**2


@pytest.fixture
def ledger(tmp_path):
    """The ledger of 8 items and 9 workers' slots."""
    Ledger.create(tmp_path / "ledger", 8, 9)
    return Ledger(str(tmp_path / "ledger"))


def elsewhere(ledger):
    """The recorder of a caller who sees this ledger's path as another file than we do."""
    return Travelling(square, ledger.path, Detail(), 8, "another host's file")


def test_a_worker_that_sees_the_ledger_writes_into_it(ledger):
    """Where the path is the caller's own file, the row is there at once, and nothing travels."""
    recorder = pickle.loads(pickle.dumps(recorder_of(Recorder(square, ledger.path, Detail()), 8)))
    assert recorder((3, 3)) == (3, 9, None)
    assert ledger.row(3).state is State.DONE


def test_a_path_alone_is_no_ledger(ledger):
    """A file that lies at the same path and is not the caller's gets no row: it travels, and is whole."""
    before_ns = monotonic_ns()
    index, result, carried = pickle.loads(pickle.dumps(elsewhere(ledger)))((3, 3))
    assert (index, result) == (3, 9)
    assert ledger.row(3).state is State.NEVER_STARTED
    assert (carried.origin.clock, carried.origin.pid) == (clock_id(), os.getpid())
    assert before_ns <= carried.origin.ready_ns <= monotonic_ns()


def test_nothing_lies_there_at_all(tmp_path):
    """Without any file at the path the row travels too, and none is made there."""
    path = tmp_path / "gone"
    _, _, carried = Travelling(square, str(path), Detail(), 8, identity(str(tmp_path)))((0, 4))
    assert carried is not None
    assert not path.exists()
    assert identity(str(path)) == ""


def test_an_error_goes_on_to_the_caller(ledger):
    """What the function raises is raised, with a note that names the item."""
    with pytest.raises(ValueError, match="no 7") as raised:
        elsewhere(ledger)((5, 7))
    assert raised.value.__notes__ == ["in item 5: 7"]


def test_a_new_round_is_a_new_origin(ledger, tmp_path):
    """A worker that lives on begins the next round anew: its rows are of that round, its first item a first start."""
    first = elsewhere(ledger)((3, 3))[2]
    again = elsewhere(ledger)((3, 3))[2]
    Ledger.create(tmp_path / "next", 8, 9)
    third = elsewhere(Ledger(str(tmp_path / "next")))((3, 3))[2]
    assert first.origin == again.origin != third.origin
    rows = []
    for carried in (first, again, third):
        settle(ledger, {3: carried}, {clock_id(): None}, (0, monotonic_ns()), lambda: 0, 1)
        rows.append(ledger.row(3).again)
    assert rows == [0, 1, 0]


def test_leaves_no_file_open(ledger, tmp_path):
    """However many rounds a worker lives through, it holds one file of rows."""
    elsewhere(ledger)((0, 0))
    before = len(os.listdir("/proc/self/fd"))
    for number in range(5):
        Ledger.create(tmp_path / f"round-{number}", 8, 9)
        elsewhere(Ledger(str(tmp_path / f"round-{number}")))((0, 0))
    assert len(os.listdir("/proc/self/fd")) <= before + 1


def run(ledger, numbers):
    """Run these items as a worker does that can't see the ledger."""
    return [elsewhere(ledger)((number, number)) for number in numbers]


def test_rows_are_settled_as_they_were_written(ledger):
    """By our own clock the row in the ledger is what a recorder writes there itself, its worker numbered here."""
    t0_ns = monotonic_ns()
    pairs, rows = unpacked(run(ledger, [1, 2, 6]))
    span = t0_ns, monotonic_ns()
    settled = settle(ledger, rows, {clock_id(): None}, span, iter([4]).__next__, 1)
    assert pairs == [(1, 1), (2, 4), (6, 36)]
    assert (settled.workers, settled.uncertainty_ns, settled.clamped_ns) == (1, 0, 0)
    found = [ledger.row(index) for index in (1, 2, 6)]
    assert [(row.state, row.worker, row.retries, row.again) for row in found] == [
        (State.DONE, 4, 1, 0), (State.DONE, 4, 0, 0), (State.DONE, 4, 0, 0)
    ]  # fmt: skip
    moments = [moment for row in found for moment in (row.start_ns, row.end_ns)]
    assert moments == sorted(moments)
    assert span[0] <= moments[0] <= moments[-1] <= span[1]
    assert all(row.cpu_ns > 0 and row.thread_cpu_ns > 0 for row in found)
    (life,) = [life for life in ledger.lives() if life.pid == os.getpid()]
    assert life.requested_ns == t0_ns <= life.ready_ns <= moments[0]


def shifted(carried, clock, ahead_ns):
    """The same row as a host writes it whose clock is ahead of ours by so much."""
    start_ns, worker, state = remote_rows.START.unpack_from(carried.row)
    _, end_ns, *rest = remote_rows.REST.unpack_from(carried.row, remote_rows.STATE_OFFSET)
    row = bytearray(carried.row)
    remote_rows.START.pack_into(row, 0, start_ns + ahead_ns, worker, state)
    remote_rows.REST.pack_into(row, remote_rows.STATE_OFFSET, state, end_ns + ahead_ns, *rest)
    origin = carried.origin
    return Carried(ThreadOrigin(clock, origin.pid + 1, origin.thread, origin.ready_ns + ahead_ns), bytes(row))


def alignment(ahead_ns, wrong_ns, uncertainty_ns, around):
    """How a clock that is ahead by so much was read before and after a round, wrong by so much."""
    before, after = (Offset(at_ns + ahead_ns, at_ns + wrong_ns, uncertainty_ns) for at_ns in around)
    return Alignment(before, after)


def test_another_clocks_times_become_ours(ledger):
    """Rows by two clocks, one a day ahead, come out in the order in which the items were run."""
    day_ns = 86_400 * S
    t0_ns = monotonic_ns()
    _, rows = unpacked(run(ledger, [0, 1, 2]))
    span = t0_ns, monotonic_ns()
    rows[1] = shifted(rows[1], "there", day_ns)
    clocks = {clock_id(): None, "there": alignment(day_ns, 0, 70, (t0_ns - S, span[1] + S))}
    settled = settle(ledger, rows, clocks, span, iter([0, 1]).__next__, 2)
    found = [ledger.row(index) for index in range(3)]
    assert found[0].end_ns <= found[1].start_ns <= found[1].end_ns <= found[2].start_ns
    assert (settled.workers, settled.uncertainty_ns, settled.clamped_ns) == (2, 71, 0)
    assert found[0].worker != found[1].worker


@pytest.mark.parametrize(("wrong_ns", "clamped"), [(-2 * S, True), (2 * S, True), (-4 * S, False), (4 * S, False)])
def test_times_outside_of_the_round_are_put_back_only_as_far_as_is_doubted(ledger, wrong_ns, clamped):
    """A clock read wrong by less than its uncertainty puts no item outside of the round; by more, it is to be seen."""
    t0_ns = monotonic_ns()
    _, rows = unpacked(run(ledger, [0]))
    span = t0_ns, monotonic_ns()
    rows[0] = shifted(rows[0], "there", 5 * S)
    clocks = {"there": alignment(5 * S, wrong_ns, 3 * S, span)}
    settled = settle(ledger, rows, clocks, span, iter([0]).__next__, 1)
    row, (life,) = ledger.row(0), ledger.lives()
    inside = all(span[0] <= moment <= span[1] for moment in (life.ready_ns, row.start_ns, row.end_ns))
    assert inside == clamped
    assert (S < settled.clamped_ns <= 3 * S) if clamped else settled.clamped_ns == 0


def test_a_worker_that_came_later_was_asked_for_later(ledger):
    """Beyond the workers that were asked for, one counts as requested when it began: it took another's place."""
    t0_ns = monotonic_ns()
    _, first = unpacked(run(ledger, [0]))
    later: dict[int, Carried] = {}
    thread = threading.Thread(target=lambda: later.update(unpacked(run(ledger, [1]))[1]))
    thread.start()
    thread.join()
    settle(ledger, first | later, {clock_id(): None}, (t0_ns, monotonic_ns()), iter([0, 1]).__next__, 1)
    one, other = ledger.lives()
    assert one.requested_ns == t0_ns
    assert other.requested_ns == other.ready_ns > one.ready_ns
