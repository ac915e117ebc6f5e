"""Executors: threads, processes and interpreters of concurrent.futures, and what the ledger knows of their workers."""

import json
import subprocess
import sys
import types
from dataclasses import replace

import pytest
from registered import EACH_METHOD
from repository import SUPPORT
from rounds import PATIENCE_S, job, nothing_left_behind, run_round

from lightwork.analysis.losses import violations
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import Cell, Study
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import Ledger, State
from lightwork.machine import gil
from lightwork.storage.ledgers import table
from lightwork.strategies import interpreters
from lightwork.study.session import as_in_the_hosts

OWN_THREADS = """
import threading, time

def nap(seconds):
    helper = threading.Thread(target=time.sleep, args=(seconds,))
    helper.start()
    helper.join()
    return seconds
"""


def naps(folder, workers, seconds=0.02, count=12):
    """A round of threads that all wait, each with a helper thread of its own."""
    (folder / "naps.py").write_text(OWN_THREADS)
    (folder / "naps.json").write_text(json.dumps([seconds] * count))
    with open_workdir(folder) as workdir:
        asked = job(workdir, Setting("threads", workers), f"{folder}/naps.py:nap", source=f"list:{folder}/naps.json")
        return launch(workdir, asked, PATIENCE_S)


def test_every_thread_that_runs_items_is_a_worker(tmp_path):
    """Threads are numbered, live within the round, leave with their own CPU time, and no two items of one overlap."""
    found = naps(tmp_path, 3)
    rows, workers = table(found.ledger), found.round.workers
    assert (found.round.outcome, len(workers)) == (Outcome.OK, 3)
    assert set(rows["worker"].tolist()) == {0, 1, 2}
    assert violations(found.round, rows, 3) == []
    assert len({worker.pid for worker in workers}) == 3
    for worker in workers:
        assert worker.requested_ns <= worker.ready_ns < worker.exit_ns <= found.round.t1_ns
        assert 0 < worker.cpu_ns < worker.exit_ns - worker.requested_ns


def test_threads_that_items_start_are_no_workers(tmp_path):
    """Whatever threads an item starts for itself, there are as many workers as asked for."""
    assert len(naps(tmp_path, 1, count=5).round.workers) == 1


@pytest.mark.matrix
def test_threads_share_the_callers_process(tmp_path):
    """No process is started for them: what a worker finds is what the caller had."""
    parameters = {"fault": "wrong-in-worker", "at": 5}
    serial = run_round(tmp_path, Setting("serial"), **parameters).round
    assert run_round(tmp_path, Setting("threads", 3), **parameters).round.result_digest == serial.result_digest
    assert run_round(tmp_path, Setting("process_executor", 3), **parameters).round.result_digest != serial.result_digest


@pytest.mark.parametrize("method", EACH_METHOD)
def test_a_worker_that_dies_breaks_the_executor(method, tmp_path):
    """A killed process is an exception in the caller, not a hang, and nobody is left behind."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting("process_executor", 2, start_method=method), fault="kill").round
    assert found.outcome is Outcome.RAISED
    assert "BrokenProcessPool" in found.reason


@pytest.mark.parametrize("method", EACH_METHOD)
def test_an_executors_processes_leave_by_themselves(method, tmp_path):
    """Each process is seen from its request to its exit, with the CPU time that it used."""
    found = run_round(tmp_path, Setting("process_executor", 2, start_method=method)).round
    assert [worker.exit_code for worker in found.workers] == [0, 0]
    assert all(worker.exit_ns and worker.cpu_ns for worker in found.workers)


def test_interpreters_of_one_process_are_workers_of_their_own(tmp_path):
    """Modules are loaded anew in each interpreter, and yet each one's items stand in the slot of its thread."""
    path = tmp_path / "ledger"
    Ledger.create(path, 4, 4)
    command = [sys.executable, SUPPORT / "toys" / "subinterpreters.py", path, "0,1", "2,3"]
    subprocess.run(command, check=True, timeout=200)
    rows, lives = Ledger(str(path)).rows(), Ledger(str(path)).lives()
    assert [row.state for row in rows] == [State.DONE] * 4
    assert rows[0].worker == rows[1].worker != rows[2].worker == rows[3].worker
    assert len(lives) == 2
    for row in rows:
        assert lives[row.worker].requested_ns < lives[row.worker].ready_ns <= row.start_ns


def test_an_interpreter_is_ready_when_it_has_loaded_the_function(tmp_path):
    """Making it is part of the worker's start, not a gap before its first item."""
    path = tmp_path / "ledger"
    Ledger.create(path, 2, 4)
    command = [sys.executable, SUPPORT / "toys" / "subinterpreters.py", path, "0", "1"]
    subprocess.run(command, check=True, timeout=200)
    for row in Ledger(str(path)).rows():
        life = Ledger(str(path)).lives()[row.worker]
        assert row.start_ns - life.ready_ns < life.ready_ns - life.requested_ns


def test_a_round_tells_whether_the_lock_was_enabled(tmp_path):
    """The host says it of itself after all imports, and a run's facts are what its rounds' hosts said."""
    found = run_round(tmp_path, Setting("threads", 2)).round
    assert found.gil is gil.is_enabled()
    cell = Cell("threads-w2", Setting("threads", 2), None, (replace(found, gil=False),))
    study = Study("squares", "toys.squares", {}, ("a",), 1, "", True, (cell,))
    assert as_in_the_hosts({"gil": True, "python": "3"}, [study]) == {"gil": False, "python": "3"}
    again = replace(study, cells=(cell, replace(cell, rounds=(replace(found, gil=True),))))
    assert as_in_the_hosts({"gil": False}, [study, again])["gil"]
    unknown = replace(study, cells=(replace(cell, rounds=(replace(found, gil=None),)),))
    assert as_in_the_hosts({"gil": True}, [unknown]) == {"gil": True}


def test_interpreters_say_which_python_they_need(monkeypatch):
    """Where the library has no such executor, the reason names both versions."""
    monkeypatch.setattr(interpreters.concurrent, "futures", types.ModuleType("futures"))
    monkeypatch.setattr(interpreters.platform, "python_version", lambda: "3.11.7")
    assert interpreters.missing() == "needs Python 3.14 or newer; this is 3.11.7"
    monkeypatch.setattr(interpreters.concurrent.futures, "InterpreterPoolExecutor", object, raising=False)
    assert interpreters.missing() == ""
