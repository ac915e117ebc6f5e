"""lightwork plan: for small jobs whose answer follows from how they are made, the answer that an expert would give."""

import json
import os
import subprocess
import sys
from math import ceil

import pytest
from calibrations import calibrate, shipped
from command_line import run_here

PLACES, WARM_UP_S = 3, 0.3
JOBS = f"""
import asyncio
import multiprocessing
import threading
import time

gate = multiprocessing.get_context("fork").BoundedSemaphore({PLACES})
ready = threading.local()


def short_waits():
    return [0.02] * 60


def giant_last():
    return [*range(30), "giant"]


def numbers():
    return list(range(40))


def many():
    return list(range(100_000))


def wait(seconds):
    time.sleep(seconds)


async def wait_too(seconds):
    await asyncio.sleep(seconds)


def wait_longest_for_the_giant(name):
    with open("began", "a") as file:
        file.write(f"{{name}}\\n")
    time.sleep(0.4 if name == "giant" else 0.02)


def compute(number):
    return sum(turn * number for turn in range(300_000))


def wait_at_the_gate(seconds):
    with gate:
        time.sleep(seconds)


def wait_when_ready(seconds):
    if not hasattr(ready, "model"):
        time.sleep({WARM_UP_S})
        ready.model = True
    time.sleep(seconds)


def add(number):
    return sum(range(500))
"""
SHIPPED = shipped().costs
QUICK = ("--quick",)


@pytest.fixture
def home(tmp_path):
    """A user's folder with a module of jobs, on a machine already calibrated."""
    (tmp_path / "small_jobs.py").write_text(JOBS)
    (tmp_path / "data").mkdir()
    calibrate(tmp_path / "data", SHIPPED | {("asyncio", "fork"): SHIPPED["threads", "fork"]})
    return tmp_path


def answer(home, function, items, *words):
    """What a plan's JSON says."""
    found = run_here(
        home, "plan", f"small_jobs.py:{function}", "--items", f"small_jobs.py:{items}", *words, "--json",
        LIGHTWORK_DATA=str(home / "data"),
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def cores_of(told):
    """How many cores the plan could use, a part of one counted as one."""
    return ceil(told["machine"]["usable_cpus"])


@pytest.mark.parametrize("words", [("--once",), pytest.param(QUICK, marks=pytest.mark.timing)])
def test_waits_take_many_threads(home, words):
    """Work that only waits: threads, and far more than there are cores."""
    told = answer(home, "wait", "short_waits", *words)
    chosen = told["recommendation"]
    assert chosen["strategy"] == "threads"
    assert chosen["workers"] > max(4, cores_of(told))
    assert "ThreadPoolExecutor" in chosen["code"]


@pytest.mark.parametrize("words", [("--once",), pytest.param(QUICK, marks=pytest.mark.timing)])
def test_computing_takes_no_more_workers_than_cores(home, words):
    """Plain Python that computes: processes, or serial where there is but one core; never threads."""
    told = answer(home, "compute", "numbers", *words)
    chosen = told["recommendation"]
    assert chosen is None or chosen["strategy"] in ("process_executor", "map", "imap_unordered")
    assert chosen is None or chosen["workers"] <= cores_of(told)
    assert chosen is not None or cores_of(told) < 2 or told["warnings"]
    processes = [one["workers"] for one in told["predictions"] if one["strategy"] != "threads"]
    assert max(processes) <= cores_of(told)


@pytest.mark.parametrize("words", [("--once",), pytest.param(QUICK, marks=pytest.mark.timing)])
def test_a_giant_at_the_end_goes_first(home, words):
    """One item that takes as long as twenty others stands last in the list, and first in the script."""
    told = answer(home, "wait_longest_for_the_giant", "giant_last", *words)
    chosen = told["recommendation"]
    assert chosen["order"] == "largest-first"
    assert told["longest_item"]["name"] == "giant"
    (home / "began").unlink()
    (home / "pasted.py").write_text(chosen["code"])
    subprocess.run([sys.executable, "pasted.py"], cwd=home, check=True, timeout=200, env=dict(os.environ))
    began = (home / "began").read_text().split()
    assert len(began) == 31
    assert "giant" in began[: chosen["workers"]]


@pytest.mark.parametrize("words", [("--once",), pytest.param(QUICK, marks=pytest.mark.timing)])
def test_a_coroutine_is_awaited_many_at_a_time(home, words):
    """An async function that waits: one event loop, no pool."""
    chosen = answer(home, "wait_too", "short_waits", *words)["recommendation"]
    assert chosen["strategy"] == "asyncio"
    assert chosen["workers"] > 4
    assert "asyncio" in chosen["code"]


@pytest.mark.timing
def test_a_gate_of_three_places_takes_no_crowd(home):
    """Sixty waits before three places: about three at a time go through, and no crowd is recommended to stand there."""
    chosen = answer(home, "wait_at_the_gate", "short_waits", *QUICK)["recommendation"]
    assert chosen["workers"] <= 8 * PLACES
    assert chosen["speedup"]["point"] < 1.3 * PLACES


@pytest.mark.timing
def test_what_every_worker_pays_first_is_measured_and_said(home):
    """A function whose first call in each worker takes 0.3 s: no round is promised to be shorter than that."""
    told = answer(home, "wait_when_ready", "short_waits", *QUICK)
    assert any("The first item of every worker takes" in reason for reason in told["reasons"])
    assert told["serial_wall_s"]["point"] / told["recommendation"]["speedup"]["point"] > WARM_UP_S


@pytest.mark.timing
def test_a_hundred_thousand_tiny_items_are_handed_over_in_large_chunks(home):
    """Items of some microseconds: no more workers than cores, and no pool with chunks of under a hundred items."""
    told = answer(home, "add", "many", *QUICK)
    chosen = told["recommendation"]
    assert chosen is None or chosen["workers"] <= cores_of(told)
    assert chosen is None or chosen["strategy"] == "static" or chosen["chunksize"] >= 100


@pytest.mark.timing
def test_what_is_recommended_was_measured(home):
    """With time to measure, the recommended setting has rounds, beside what was predicted of it before."""
    told = answer(home, "wait", "short_waits", *QUICK)
    assert told["recommendation"]["measured"]
    (cell,) = [cell for cell in told["cells"] if cell["judged"] == "recommended"]
    assert cell["rounds"] >= 1
    assert cell["predicted_speedup"] > 0
    assert {cell["workers"] for cell in told["cells"]} <= {one["workers"] for one in told["predictions"]}
