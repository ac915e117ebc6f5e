"""Launching a host: every way in which a round can end, told and cleaned up."""

import os
import re
import time
from contextlib import contextmanager

import pytest
from registered import in_matrix
from rounds import PATIENCE_S, job, nothing_left_behind, run_round

from lightwork.core.round import Outcome, Round, encode
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch import shm_cleanup
from lightwork.launch.capture import TOLD_BYTES
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import State
from lightwork.machine.shared_memory import FOLDER
from lightwork.storage.decode import read_as
from lightwork.storage.ledgers import table

SERIAL = Setting("serial")
DEADLINES_S = 3.0, 15.0, 75.0  # a busy machine may need more than the shortest to come to what hangs


def hung(folder, has_come, setting=None, fault="hang", beside=None):
    """A round that hangs, ended at a deadline by which it had come so far, and that deadline; nobody is left behind."""
    for deadline_s in DEADLINES_S:
        with nothing_left_behind(), open_workdir(folder) as workdir:
            asked = job(workdir, setting or Setting("map", 2), fault=fault)
            found = launch(workdir, asked, deadline_s, beside)
        if has_come(found):
            break
    assert found.round.outcome is Outcome.HUNG
    return found, deadline_s


def at_the_sixth_item(found):
    """Whether the five items before the one that hangs are done, and it has begun."""
    return bool(found.ledger) and found.round.items_done >= 5 and table(found.ledger)["state"][5] == State.RUNNING


@pytest.mark.parametrize("method", ["fork", *in_matrix(("spawn",))])
def test_a_hung_round_is_ended_and_tells_where_it_stands(method, tmp_path):
    """A round past its deadline is ended; the item that hung is known, and the stacks of all its processes say why."""
    found, deadline_s = hung(tmp_path, at_the_sixth_item, Setting("map", 2, start_method=method))
    assert f"still running after {deadline_s} s" in found.round.reason
    assert at_the_sixth_item(found)
    assert found.round.detail.count("--- process ") >= 3
    assert "squares.py" in found.round.detail
    assert "in square" in found.round.detail
    assert "multiprocessing/pool.py" in found.round.detail


@pytest.mark.matrix
def test_a_pool_waits_for_ever_for_a_killed_worker(tmp_path):
    """A worker killed in mid-item hangs Pool.map (a fact of the interpreter); the ledger names the item."""
    found, _ = hung(tmp_path, at_the_sixth_item, fault="kill")
    assert list(table(found.ledger)["state"]).index(State.RUNNING) == 5


def test_a_storm_of_respawns_is_ended(tmp_path):
    """A pool whose workers die before they begin anything, replaced forever, is ended before its deadline."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting("map", 2, start_method="spawn"), fault="no-main").round
    assert found.outcome is Outcome.HUNG
    assert re.search(r"\d\d workers started no item and were replaced within [\d.]+ s: stopped", found.reason)
    assert "FileNotFoundError" in found.detail


def test_what_workers_print_is_shown_on_failure_and_capped(tmp_path):
    """Of a worker's 3 MB of output the end is kept, beside the exception's traceback."""
    found = run_round(tmp_path, Setting("map", 2), fault="flood").round
    assert found.outcome is Outcome.RAISED
    assert "this number is too much" in found.detail
    assert "bytes of output before this were dropped" in found.detail
    assert found.detail.rstrip().endswith("the last line")
    assert len(found.detail) < 2 * TOLD_BYTES


def test_a_good_rounds_output_is_nobodys(tmp_path):
    """What is printed in a round that ends well is not kept."""
    assert run_round(tmp_path, SERIAL).round.detail == ""


def test_tells_when_the_host_itself_died(tmp_path):
    """A serial item that kills its process kills the host: the round died, with the exit code."""
    found = run_round(tmp_path, SERIAL, fault="kill").round
    assert found.outcome is Outcome.DIED
    assert "exit code -9, SIGKILL" in found.reason
    assert found.items_done == 5


def test_tells_of_processes_left_behind(tmp_path):
    """A round whose workers leave a child running is failed, and the child is ended."""
    with nothing_left_behind():
        found = run_round(tmp_path, SERIAL, fault="leave-child").round
    assert found.outcome is Outcome.LEFTOVER
    assert "left running" in found.reason


def test_tells_of_a_grandchild_left_behind(tmp_path):
    """So is a process that a worker left behind, though the caller never knew it."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting("map", 2), fault="leave-child").round
    assert found.outcome is Outcome.LEFTOVER


def test_the_workloads_own_check_is_heard(tmp_path):
    """A round whose check finds the work undone is wrong, with the check's counts as reason and as evidence."""
    found = run_round(tmp_path, SERIAL, fault="check").round
    assert (found.outcome, found.reason) == (Outcome.WRONG, "0 of 12 squares are stored")
    assert found.evidence == {"stored": 0, "squares": 12}
    with pytest.raises(ValueError, match="has no time"):
        _ = found.wall_ns


def test_refuses_an_empty_list(tmp_path):
    """A workload without items is refused in one line."""
    with pytest.raises(UsageError, match="has no items"):
        run_round(tmp_path, SERIAL, items=0)


def test_leaves_no_file_behind(tmp_path):
    """After a round and its workdir, the data folder is as it was and the temporary folders are gone."""
    with open_workdir(tmp_path) as workdir:
        launch(workdir, job(workdir, SERIAL), PATIENCE_S)
        folders = (workdir.rounds, workdir.shared, workdir.temporary)
        assert not any(workdir.rounds.iterdir())
        assert not any(workdir.shared.iterdir())
    assert not any(folder.exists() for folder in folders)
    assert not any(tmp_path.iterdir())


def test_an_item_that_exits_with_2_is_no_refusal(tmp_path):
    """Exit code 2 is a host's own word only with an answer that says so: an item may end its process as it likes."""
    found = run_round(tmp_path, SERIAL, fault="exit-2").round
    assert (found.outcome, found.items_done) == (Outcome.DIED, 5)
    assert "exit code 2" in found.reason


def test_leaves_another_users_segments_alone(tmp_path):
    """Only what is newer than the host, and ours, is removed by the host's number: numbers come again."""
    old = FOLDER / f"results-{os.getpid()}-old"
    old.touch()
    os.utime(old, (1, 1))
    new = FOLDER / f"results-{os.getpid()}-new"
    new.touch()
    try:
        shm_cleanup.remove(os.getpid(), time.time() - 5)
        assert (old.exists(), new.exists()) == (True, False)
    finally:
        old.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("setting", "fault"),
    [(Setting("serial"), "semaphores"), *in_matrix((Setting("map", 2, start_method="spawn"), "hang"))],
    ids=["those made up to its last moment", "those of a pool of fresh interpreters"],
)
def test_leaves_no_semaphore_behind(setting, fault, tmp_path):
    """Semaphores of a host that was ended with its resource tracker are removed."""
    seen: dict[int, int] = {}

    @contextmanager
    def counted(pid):
        yield
        seen[pid] = semaphores_of(pid)

    hung(tmp_path, lambda _: any(seen.values()), setting, fault, counted)
    assert any(seen.values())
    assert not any(map(semaphores_of, seen))


def semaphores_of(pid):
    """How many named semaphores of this host, or of its workers, there are."""
    return len(list(FOLDER.glob(f"sem.mp-{pid}-*")))


def test_limits_the_cores(tmp_path):
    """With cores=1 the round sees one core; more cores than there are is refused."""
    usable = len(os.sched_getaffinity(0))
    found = run_round(tmp_path, Setting("map", 2, cores=1)).round
    assert found.ok
    with pytest.raises(UsageError, match=f"this process may use {usable}"):
        run_round(tmp_path, Setting("map", 2, cores=usable + 1))


def test_the_rounds_sums_are_the_ledgers(tmp_path):
    """What a round tells of its items is what stands in its ledger, and the clock encloses all items."""
    found = run_round(tmp_path, Setting("imap_unordered", 2))
    rows = table(found.ledger)
    assert found.round.item_wall_ns == int((rows["end_ns"] - rows["start_ns"]).sum())
    assert found.round.item_cpu_ns == int(rows["cpu_ns"].sum())
    assert found.round.t0_ns <= rows["start_ns"].min()
    assert rows["end_ns"].max() <= found.round.t1_ns
    assert set(rows["worker"]) <= {worker.slot for worker in found.round.workers}


def test_a_round_survives_its_journey_as_json(tmp_path):
    """A round is the same after it was written as JSON and read back."""
    found = run_round(tmp_path, Setting("map", 2)).round
    assert read_as(Round, encode(found)) == found


@pytest.mark.timing
def test_an_interrupt_ends_the_host(tmp_path, monkeypatch):
    """A Ctrl-C while a round runs ends the host and its workers at once and goes on to the caller."""
    import signal

    def interrupt(signal_number, frame):
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    began = time.monotonic()
    try:
        with nothing_left_behind(), pytest.raises(KeyboardInterrupt):
            run_round(tmp_path, Setting("map", 2), fault="hang")
    finally:
        signal.signal(signal.SIGALRM, previous)
    assert time.monotonic() - began < 3.0


@pytest.mark.timing
def test_the_trees_cpu_is_that_of_the_clocked_time(tmp_path):
    """Digests of 60 MB of results, taken after the clock has stopped, do not count as the round's CPU time."""
    found = run_round(tmp_path, SERIAL, result_bytes=5_000_000).round
    assert found.usage.cpu_ns <= 1.5 * found.wall_ns + 20_000_000
