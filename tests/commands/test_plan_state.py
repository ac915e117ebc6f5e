"""Jobs that keep something: helpers that run beside them, work that is done once, what workers must have first."""

import pytest
from rounds import nothing_left_behind
from users import furnish

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


@pytest.mark.parametrize("name", ["beside_a_manager", "beside_a_thread"])
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
    assert all(way in line for way in ("--setup", "--cleanup", "--once"))


def test_a_second_run_that_fails_is_said_to_be_one(user):
    """An item that the first run did and a later one can not: that is said, with what it raised, in one line."""
    found = user.plan("state.py:only_once", *NARROW, "--skip-failing")
    assert (found.returncode, found.stdout) == (1, "")
    line = found.stderr.splitlines()[-1]
    assert "worked in its first run and fails when it runs again: item 1 of 24, 0, raised FileExistsError" in line
    assert all(way in line for way in ("--setup", "--cleanup", "--once"))
