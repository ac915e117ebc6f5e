"""Plans whose scripts survive: what is asked for stands around each item in the script, and in what is measured."""

import json

import pytest
from pasted import run_pasted
from users import furnish

JOBS = """
import os
import threading
import time

LOCK, RUNNING, CALLS = threading.Lock(), [], []


def numbers():
    return list(range(24))


def fragile(number):
    time.sleep(0.08)
    if number == 5:
        time.sleep(600)
    if number == 7:
        raise ValueError("bad record")
    return number


def deadly(number):
    time.sleep(0.08)
    if number == 5:
        os._exit(3)
    if number == 7:
        raise ValueError("bad record")
    return number


def limited(number):
    with LOCK:
        RUNNING.append(number)
        refused = len(RUNNING) > 3
    try:
        if refused:
            raise ConnectionError("429 too many requests")
        time.sleep(0.1)
    finally:
        with LOCK:
            RUNNING.remove(number)


def flaky(number):
    time.sleep(0.08)
    with LOCK:
        CALLS.append(number)
        fails = len(CALLS) % 12 == 5
    if fails:
        raise ConnectionError("reset by peer")
"""
NARROW = ("--items", "jobs.py:numbers", "--workers", "2", "--blocks", "1", "--strategies", "map")


@pytest.fixture
def user(tmp_path):
    """A user with the module above."""
    some = furnish(tmp_path)
    (some.folder / "jobs.py").write_text(JOBS)
    return some


def script_and_notes(user, *words):
    """The script and the notes of a plan."""
    ended = user.plan(*words)
    assert ended.returncode == 0, ended.stderr
    plan = json.loads(ended.stdout)
    return plan["recommendation"]["code"], plan["notes"]


def left_by(user, code):
    """The results and errors that the script leaves."""
    ended = run_pasted(user.folder, f'{code}    print(__import__("json").dumps([results, errors]))\n')
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.matrix
def test_an_item_that_hangs_and_one_that_raises_are_planned_around_and_collected(user):
    """Neither is measured; the script runs them too, ends the one that hangs and keeps both errors."""
    guards = ("--on-error", "collect", "--item-timeout", "2s")
    code, notes = script_and_notes(user, "jobs.py:fragile", *NARROW, "--budget", "300s", "--json", *guards)
    assert any("2 items fail and are left out of the measurement (the script collects" in note for note in notes)
    results, errors = left_by(user, code)
    assert [result for _, result, error in results if not error] == [n for n in range(24) if n not in (5, 7)]
    assert [(item, error.splitlines()[-1]) for item, error in errors] == [
        (5, "TimeoutError: an item took longer than 2 s"), (7, "ValueError: bad record"),
    ]  # fmt: skip


@pytest.mark.matrix
def test_an_item_that_ends_its_process_is_left_out_of_the_script(user):
    """No script survives it; the one that only raises stays."""
    code, _ = script_and_notes(user, "jobs.py:deadly", *NARROW, "--json", "--on-error", "collect")
    assert "del items[5]  # it failed\n" in code
    results, errors = left_by(user, code)
    assert (len(results), [item for item, _ in errors]) == (23, [7])


@pytest.mark.matrix
def test_a_time_out_rules_threads_out(user):
    """A job that waits is planned with processes, whose items can be ended."""
    words = ("--items", "jobs.py:numbers", "--budget", "20s", "--json", "--on-error", "collect", "--item-timeout", "2s")
    code, _ = script_and_notes(user, "jobs.py:fragile", *words)
    assert "signal.setitimer(signal.ITIMER_REAL, 2)" in code
    assert "Thread" not in code


@pytest.mark.matrix
@pytest.mark.parametrize(("function", "works", "words"), [("limited", 2, "4 threads failed ("), ("flaky", 4, "")])
def test_errors_by_chance_fail_no_setting_but_those_of_more_workers_do(user, function, works, words):
    """Where a service refuses what more workers ask of it, the count that it takes is recommended."""
    ended = user.plan(
        f"jobs.py:{function}", "--items", "jobs.py:numbers", "--strategies", "threads", "--workers", "2,4",
        "--blocks", "1", "--on-error", "collect",
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert f"Use {works} threads" in ended.stdout
    assert words in ended.stdout
    assert words or "threads failed" not in ended.stdout
