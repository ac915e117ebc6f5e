"""Jobs that keep something: helpers that run beside them, work that is done once, what workers must have first."""

import re
import subprocess
import sys

import pytest
from registered import all_but, unless_absent
from rounds import nothing_left_behind
from users import furnish

from lightwork.core.setting import Setting
from lightwork.machine import start_method
from lightwork.planning.script.script import script_for

STATE = """
import multiprocessing
import os
import threading
import time
from pathlib import Path

KEPT, OPTIONS, MODEL, LOCK = [], {}, {}, threading.Lock()


def numbers():
    return list(range(24))


def configured_numbers():
    OPTIONS["factor"] = 2
    return numbers()


def work(number):
    time.sleep(0.03)
    return number


def beside_a_manager(number):
    with LOCK:
        if not KEPT:
            manager = multiprocessing.Manager()
            KEPT.extend((manager, manager.dict()))
    KEPT[1][number] = number
    return work(number)


def beside_a_thread(number):
    with LOCK:
        if not KEPT:
            KEPT.append(threading.Thread(target=time.sleep, args=(1_000,)))
            KEPT[0].start()
    return work(number)


def into_a_queue(number):
    KEPT.append(multiprocessing.Queue())
    KEPT[-1].put(bytes(100_000))
    return work(number)


def skip_what_is_there(number):
    target = Path(f"made_{number}.out")
    if not target.exists():
        time.sleep(0.01)
        sum(range(500_000))
        target.write_text("x" * 1_000)
    return number


def only_once(number):
    work(number)
    os.mkdir(f"made_{number}")


def configured(number):
    time.sleep(0.1)
    return number * OPTIONS["factor"]


def load(factor=3):
    sum(range(2_000_000))
    MODEL["factor"] = factor


def with_a_model(number):
    return work(number) * MODEL["factor"]


def load_badly():
    raise KeyError("weights")
"""
NARROW = ("--items", "state.py:numbers", "--workers", "2", "--blocks", "1")


@pytest.fixture
def user(tmp_path):
    """A user with the module above."""
    some = furnish(tmp_path)
    (some.folder / "state.py").write_text(STATE)
    return some


@pytest.mark.matrix
@pytest.mark.parametrize("name", ["beside_a_manager", "beside_a_thread", "into_a_queue"])
def test_what_a_job_leaves_running_on_purpose_ends_with_each_round(user, name):
    """A Manager's server, or a thread that would run on, fails no round, and nothing of it is left afterwards."""
    with nothing_left_behind():
        found = user.plan(f"state.py:{name}", *NARROW, "--strategies", "threads", "--timeout", "60")
    assert found.returncode == 0, found.stderr
    assert "Use 2 threads" in found.stdout


def test_no_verdict_on_runs_that_have_nothing_to_do(user):
    """Where later runs skip what the first one did there is no verdict, and the ways out are named."""
    found = user.plan("state.py:skip_what_is_there", *NARROW)
    assert (found.returncode, found.stdout) == (1, "")
    line = found.stderr.splitlines()[-1]
    assert "did its work in the first run only: the same items took" in line
    assert all(way in line for way in ("--setup", "--cleanup", "--scratch", "--once"))


def test_a_second_run_that_fails_is_said_to_be_one(user):
    """An item that the first run did and a later one can not: that is said, with what it raised, in one line."""
    found = user.plan("state.py:only_once", *NARROW, "--skip-failing")
    assert (found.returncode, found.stdout) == (1, "")
    line = found.stderr.splitlines()[-1]
    told = r"worked in its first run and fails when it runs again: item (\d+) of 24, \d+, raised FileExistsError"
    assert re.search(told, line)
    assert all(way in line for way in ("--setup", "--cleanup", "--scratch", "--once"))


@pytest.mark.parametrize("name", ["skip_what_is_there", pytest.param("only_once", marks=pytest.mark.matrix)])
def test_scratch_undoes_each_round(user, name):
    """Every round does all of the work, in a copy of the folder: the folder is as it was, and no copy is left."""
    before, kept = sorted(user.folder.iterdir()), sorted(user.data.iterdir())
    found = user.plan(f"state.py:{name}", *NARROW, "--scratch", "--strategies", "process_executor")
    assert found.returncode == 0, found.stderr
    assert "seems to store something" not in found.stderr
    assert [path for path in sorted(user.folder.iterdir()) if path.name != "__pycache__"] == before
    assert sorted(user.data.iterdir()) == kept


WITH_A_MODEL = ("state.py:with_a_model", *NARROW, "--initializer", "state.py:load")
OF_THEIR_OWN = ("fork", "mpire", "pipe", "queue", "static", "static_striped")
TAKING_ONE = ("apply_async", "imap_unordered", "map", "process_executor", "threads")


def output_of(user, code, *words):
    """What a script prints of its results."""
    script = user.folder / "script.py"
    script.write_text(f"{code}\n    print(results)\n")
    ended = subprocess.run(
        [sys.executable, script, *words], check=False, cwd=user.folder, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()


@pytest.mark.parametrize(
    "strategy", ["process_executor", *(pytest.param(name, marks=pytest.mark.matrix) for name in ("threads", "queue"))]
)
def test_an_initializer_is_called_in_each_worker(user, strategy):
    """With any strategy every worker calls it before its first item, serially too, and what it takes is told."""
    found = user.plan(*WITH_A_MODEL, "--initargs", "[2]", "--strategies", strategy, "--details")
    assert found.returncode == 0, found.stderr
    assert "--initializer state.py:load takes" in found.stdout


@pytest.mark.parametrize(
    "strategy",
    all_but([("map",)], map(unless_absent, ("joblib", *TAKING_ONE, *OF_THEIR_OWN))),
)
def test_a_script_calls_the_initializer_before_the_first_item(user, strategy):
    """As the pool's own where that takes one, else by a function of the script that calls it once in each worker."""
    code = script_for(
        "state.py:with_a_model", (), "state.py:numbers", [1.0] * 24, initializer="state.py:load", initargs=[2]
    )(Setting(strategy, 2), 1)
    assert ("initializer=load, initargs=(2,)" in code) == (strategy in TAKING_ONE)
    assert sorted(eval(output_of(user, code))) == [2 * number for number in range(24)]


@pytest.mark.matrix
def test_an_initializers_time_is_no_items(user):
    """No item's time holds what the initializer takes: none is long, and no first item is said to be dear."""
    found = user.plan(*WITH_A_MODEL, "--strategies", "process_executor", "--details")
    assert found.returncode == 0, found.stderr
    (share,) = re.findall(r"longest item: .*, ([\d.]+) % of the work", found.stdout, re.IGNORECASE)
    assert float(share) < 20
    assert "first item of every worker" not in found.stdout


@pytest.mark.parametrize(
    ("words", "status", "saying"),
    [
        (("--initializer", "state.py:load_badly"), 1, "{}state.py:load_badly raised KeyError: 'weights' (state.py, l"),
        (("--initializer", "state.py:lod"), 2, "has no 'lod': did you mean load"),
        (("--initializer", "state.py:load", "--initargs", "[1, 2]"), 2, "can't be called with 2 arguments (too many"),
        (("--initializer", "state.py:load", "--initargs", "{}"), 2, "give a JSON list of arguments"),
        (("--initargs", "[1]"), 2, "--initargs are the arguments of --initializer: name that too"),
    ],
)  # fmt: skip
def test_an_initializer_that_can_not_be_called_is_told_in_a_line(user, words, status, saying):
    """What is wrong with it, before anything is measured; no traceback."""
    found = user.plan("state.py:with_a_model", *NARROW, *words)
    assert (found.returncode, found.stdout) == (status, "")
    assert saying.format(f"{user.folder}/") in found.stderr.splitlines()[-1]
    assert "Traceback" not in found.stderr


def test_state_that_only_forked_workers_have_is_reported(user):
    """Fresh interpreters lack what the caller set: said of their start method, and the script names fork."""
    found = user.plan(
        "state.py:configured", "--items", "state.py:configured_numbers", "--workers", "2", "--blocks", "1",
        "--strategies", "process_executor", "--start-methods", "fork,spawn", "--details",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "2 processes started by spawn failed (KeyError: 'factor'" in found.stdout
    assert "lack what the caller has set since import; set it at import or by --initializer" in found.stdout
    assert "orks by fork, not by spawn; fork is not the default from Python 3.14 on" in found.stdout
    assert 'get_context("fork")' in found.stdout


@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_fork_is_tried_where_the_default_lacks_state(user, monkeypatch, method):
    """Where this Python's own start method is another, forked workers are measured once its workers raise."""
    monkeypatch.setattr(start_method, "default", lambda: method)
    monkeypatch.setattr(start_method, "is_safe", lambda _: True)
    found = user.plan(
        "state.py:configured", "--items", "state.py:configured_numbers", "--workers", "2", "--budget", "20s",
        "--strategies", "process_executor", "--details",
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert f"workers started by {method} failed (KeyError: 'factor'" in found.stderr
    assert "Use 2 processes (ProcessPoolExecutor)" in found.stdout
    assert f"orks by fork, not by {method}" in found.stdout
    assert 'get_context("fork")' in found.stdout


DRAW = """
import time

import numpy.random


def draw(number):
    time.sleep(0.03)
    return numpy.random.random()
"""


@pytest.mark.matrix
def test_random_numbers_that_workers_repeat_are_warned_about(user):
    """Every forked worker has numpy's state as the caller had it: what to write instead; no round fails for it."""
    (user.folder / "chance.py").write_text(DRAW)
    found = user.plan("chance.py:draw", *NARROW, "--strategies", "process_executor")
    assert found.returncode == 0, found.stderr
    assert "Items draw from numpy.random, which every forked worker has in the same state" in found.stdout
    assert "rng = numpy.random.default_rng([seed, number])" in found.stdout
    assert "failed" not in found.stdout
