"""Workers that a library starts in its own way have a slot of their own and a life in the ledger."""

import os
import subprocess
import sys

import pytest
from registered import all_but, unless_absent
from rounds import job, nothing_left_behind, run_round

from lightwork import strategies
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.launch.finished import _worker
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import Ledger, Life

AT_ONCE = 8
CLAIMS_EACH = 300
CLAIM = """
import os, sys
from lightwork.ledger.table import Ledger
ledger = Ledger(sys.argv[1])
print("there", flush=True)
sys.stdin.readline()
print(*[ledger.claim(os.getpid(), 0) for _ in range(int(sys.argv[2]))])
"""
RUN_AN_ITEM = """
import sys
from lightwork.ledger.recorder import _recorder
function = _recorder(abs, sys.argv[1], False, False)
print("there", flush=True)
sys.stdin.readline()
print(function((int(sys.argv[2]), -1)))
"""
LIBRARIES = all_but(
    [("mpire", "fork")],
    [unless_absent(*cell) for cell in (("joblib", "fork"), ("mpire", "fork"), ("mpire", "spawn"))],
)


def at_once(code, path, numbers):
    """What as many processes as numbers print that run this code at the same moment, by their pids."""
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path), str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for number in numbers
    ]  # fmt: skip
    for process in started:
        assert process.stdout.readline() == "there\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    return {process.pid: process.communicate(timeout=200)[0] for process in started}


def test_no_two_claims_get_the_same_slot(tmp_path):
    """Eight processes that take slots as fast as they can get each slot once, and leave none out."""
    Ledger.create(tmp_path / "ledger", 1, AT_ONCE * CLAIMS_EACH)
    told = at_once(CLAIM, tmp_path / "ledger", [CLAIMS_EACH] * AT_ONCE)
    by_pid = {pid: list(map(int, words.split())) for pid, words in told.items()}
    assert sorted(slot for own in by_pid.values() for slot in own) == list(range(AT_ONCE * CLAIMS_EACH))
    lives = Ledger(str(tmp_path / "ledger")).lives()
    assert all(lives[slot].pid == pid for pid, own in by_pid.items() for slot in own)


@pytest.mark.matrix
def test_processes_that_nobody_announced_take_a_slot_each(tmp_path):
    """Eight that run their first item at once have a row each, and no slot that the caller had handed out before."""
    Ledger.create(tmp_path / "ledger", AT_ONCE, AT_ONCE + 1)
    ledger = Ledger(str(tmp_path / "ledger"))
    assert ledger.claim(0, 7) == 0
    pids = list(at_once(RUN_AN_ITEM, tmp_path / "ledger", range(AT_ONCE)))
    lives = ledger.lives()
    assert [lives[ledger.row(index).worker].pid for index in range(AT_ONCE)] == pids
    assert [life.requested_ns for life in lives] == [7] + [0] * AT_ONCE
    assert all(0 < lives[row.worker].ready_ns <= row.start_ns for row in ledger.rows())


def test_a_worker_whose_request_nobody_saw_counts_from_the_rounds_beginning():
    """What passes from t0 until it is ready is start-up, as nothing says that it was asked for later."""
    unseen = Life(4711, 0, 90, 0, None, 0, (0, 0))
    assert _worker(0, unseen, 50, {}).requested_ns == 50
    assert _worker(0, unseen, None, {}).requested_ns == 90


@pytest.mark.parametrize(("name", "method"), LIBRARIES)
def test_a_librarys_workers_are_seen_from_their_request_to_their_end(name, method, tmp_path):
    """Each worker is a process of its own, asked for by the caller before it was ready, and its CPU time counts.

    One that gets ready only when all items are done has taken none: nothing of it is known but that it was asked for.
    """
    with nothing_left_behind(), open_workdir(tmp_path) as workdir:
        asked = job(
            workdir, Setting(name, 2, 1, start_method=method), "synthetic", items=20, mean_ms=10, family="uniform"
        )
        found = launch(workdir, asked, 60.0)
    round_ = found.round
    assert round_.outcome is Outcome.OK, round_.reason
    assert len(round_.workers) == 2
    assert len({worker.pid for worker in round_.workers}) == 2
    assert all(round_.t0_ns < worker.requested_ns < round_.t1_ns for worker in round_.workers)
    ready = [worker for worker in round_.workers if worker.ready_ns is not None]
    assert ready
    assert all(worker.requested_ns < worker.ready_ns < round_.t1_ns for worker in ready)
    assert {worker.exit_code for worker in round_.workers} <= {0, None}
    assert round_.usage.cpu_ns - round_.usage.caller_cpu_ns >= round_.item_cpu_ns > 0


@pytest.mark.skipif(bool(strategies.absent("joblib")), reason="needs joblib")
def test_one_worker_of_joblib_is_the_caller(tmp_path):
    """Asked for one worker joblib starts none: the caller's own process is the round's worker."""
    found = run_round(tmp_path, Setting("joblib", 1)).round
    (worker,) = found.workers
    assert worker.pid != os.getpid()
    assert worker.requested_ns == found.t0_ns
    assert found.usage.cpu_ns == found.usage.caller_cpu_ns
