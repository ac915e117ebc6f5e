"""How long `lightwork plan` takes against its budget: 2 to a million items, of microseconds to ten seconds each."""

import subprocess
import sys
import time

import pytest

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

BUDGET_S, LEEWAY = 15.0, 1.1
LONGEST_S = 86_400.0  # a job of a day: longer ones are no different
JOB = """
import time


def work(seconds):
    if seconds >= 0.001:
        time.sleep(seconds)
    else:
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            pass
    return seconds


def items():
    return [{seconds}] * {count}
"""
ITEM_S = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0, 10.0)
COUNTS = (2, 20, 1_000, 100_000, 1_000_000)
CASES = [(seconds, count) for seconds in ITEM_S for count in COUNTS if seconds * count <= LONGEST_S]


def test_a_plan_takes_no_longer_than_its_budget(tmp_path):
    """Of all plans none takes more than a tenth longer than its budget."""
    over = {}
    for seconds, count in CASES:
        (tmp_path / "job.py").write_text(JOB.format(seconds=seconds, count=count))
        took_s, answer = planned(tmp_path)
        over[seconds, count] = took_s / BUDGET_S
        print(f"\n{seconds:8g} s  {count:9,} items  {took_s:5.1f} s  {answer}", end="", flush=True)
    print(f"\n{sum(ratio <= LEEWAY for ratio in over.values())} of {len(over)} within {LEEWAY:g} times the budget")
    assert max(over.values()) <= LEEWAY


def planned(folder):
    """Seconds from start to answer, and the answer."""
    words = [sys.executable, "-m", "lightwork", "plan", "job.py:work", "--items", "job.py:items"]
    began_s = time.perf_counter()
    done = subprocess.run(
        [*words, "--budget", f"{BUDGET_S:g}s"], capture_output=True, text=True, cwd=folder, timeout=120, check=False
    )
    return time.perf_counter() - began_s, (done.stdout or done.stderr).partition("\n")[0][:90]
