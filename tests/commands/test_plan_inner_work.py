"""lightwork plan: items that start threads and processes themselves, in a process that has threads of its own."""

import json

import pytest
from calibrations import calibrate
from command_line import run_here
from rounds import nothing_left_behind

JOBS = """
import multiprocessing
import os
import threading
import time

lock = threading.Lock()


def hold():
    while True:
        with lock:
            time.sleep(0.1)
        time.sleep(0.001)


threading.Thread(target=hold, name="metrics", daemon=True).start()


def numbers():
    return list(range(16))


def count(number):
    time.sleep(0.02)
    with lock:
        return number


def double(number):
    return 2 * number


def start_pool(number):
    time.sleep(0.02)  # however fast the machine, long enough to be worth workers
    with multiprocessing.Pool(2) as pool:
        return sum(pool.map(double, range(number)))


def fork(number):
    if os.fork() == 0:
        return number
    os.wait()
    return number
"""


@pytest.fixture
def home(tmp_path):
    """A user's folder with a module that starts a thread at import, on a machine already calibrated."""
    (tmp_path / "jobs.py").write_text(JOBS)
    (tmp_path / "data").mkdir()
    calibrate(tmp_path / "data")
    return tmp_path


def plan(home, function, *words):
    """The end of a plan; no process is left of it."""
    with nothing_left_behind():
        return run_here(
            home, "plan", f"jobs.py:{function}", "--items", "jobs.py:numbers", *words,
            LIGHTWORK_DATA=str(home / "data"),
        )  # fmt: skip


@pytest.mark.matrix
def test_workers_that_hang_for_having_been_forked_are_told_and_forkserver_is_measured(home):
    """A thread holds a lock when workers are forked: which thread, where they hang; then without fork."""
    found = plan(home, "count", "--strategies", "map", "--workers", "2", "--blocks", "3", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    (hung,) = [words for words in told["reasons"] if "Threads ran when they were forked" in words]
    assert "(metrics)" in hung
    assert "in count" in hung
    measured = {cell["start_method"]: cell for cell in told["cells"]}
    assert measured["fork"]["failed_rounds"]
    assert not measured["forkserver"]["failed_rounds"]
    assert told["recommendation"] is None or told["recommendation"]["start_method"] == "forkserver"


def test_a_pool_is_no_choice_where_items_start_processes(home):
    """It is not predicted, and the answer says why and what works."""
    found = plan(home, "start_pool", "--once", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert {setting["strategy"] for setting in told["predictions"]} == {"threads", "process_executor"}
    assert any("daemonic processes are not allowed to have children" in words for words in told["reasons"])


def test_a_pool_that_refuses_children_says_what_works(home):
    """Where nothing but a Pool was asked for, its refusal comes with the remedy."""
    found = plan(home, "start_pool", "--strategies", "map", "--workers", "2", "--blocks", "1")
    assert found.returncode == 1
    assert "daemonic processes are not allowed to have children" in found.stdout
    assert "use ProcessPoolExecutor" in found.stdout


def test_an_item_whose_forked_child_returns_is_named(home):
    """The child does not run on as a second host: one line says in which item it was, and what to write."""
    found = plan(home, "fork", "--once")
    assert (found.returncode, found.stdout) == (1, "")
    assert "a forked child returned from the function: end it by os._exit() (in item 0: " in found.stderr
    assert len(found.stderr.strip().splitlines()) <= 2


MATRICES = """
import os
import time
from multiprocessing import parent_process

import numpy as np


def numbers():
    return list(range(12))


def multiply(number):
    if parent_process():
        assert os.environ["OMP_NUM_THREADS"] == "1"
    until_s = time.monotonic() + 0.03
    matrix = np.full((400, 400), number)
    while time.monotonic() < until_s:
        matrix = matrix @ matrix * 1e-6
    return number
"""


@pytest.fixture
def matrices(home, monkeypatch):
    """The same folder with a module whose items compute by BLAS, with as many threads as it likes."""
    (home / "matrices.py").write_text(MATRICES)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.mark.matrix
def test_workers_have_as_many_inner_threads_as_were_asked_for(matrices):
    """The serial run has them all, each worker one; the answer and the script say so."""
    found = run_here(
        matrices, "plan", "matrices.py:multiply", "--items", "matrices.py:numbers", "--inner-threads", "1",
        "--workers", "2", "--strategies", "process_executor", "--blocks", "1", "--json",
        LIGHTWORK_DATA=str(matrices / "data"),
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert not told["cells"][0]["failed_rounds"]
    recommended = told["recommendation"]
    assert recommended is None or recommended["inner_threads"] == 1
    assert recommended is None or 'os.environ["OMP_NUM_THREADS"] = "1"' in recommended["code"]


@pytest.mark.parametrize(
    ("words", "variables", "line"),
    [
        (("--inner-threads", "0"), {}, "inner-threads can't be 0: give at least 1, or auto"),
        (("--inner-threads", "1", "--once"), {}, "--inner-threads and --once contradict each other: it must be meas"),
        (("--inner-threads", "1"), {"MKL_NUM_THREADS": "2"}, "MKL_NUM_THREADS is set, which goes before --inner-th"),
    ],
)
def test_inner_threads_that_can_not_be_had_are_refused(matrices, words, variables, line):
    """One line with what is wrong, before anything runs."""
    found = run_here(
        matrices, "plan", "matrices.py:multiply", "--items", "matrices.py:numbers", *words,
        LIGHTWORK_DATA=str(matrices / "data"), **variables,
    )  # fmt: skip
    assert (found.returncode, found.stdout) == (2, "")
    assert line in found.stderr
