"""What `lightwork plan` recommends, beside a rule of thumb, both choices timed in the same blocks.

The rule is the one that Amorsize (github.com/CampbellTrevor/Amorsize) documents: five items are timed; items below a
millisecond, and jobs of less than twice a worker's start, stay serial; else a process for each core, and chunks of a
fifth of a second, a tenth of the items at most.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import verdict_jobs

pytestmark = [pytest.mark.figures, pytest.mark.timeout(0)]

HERE = Path(__file__).parent
SAMPLED, TOO_FAST_S, START_S, CHUNK_S, SHARE = 5, 0.001, 0.015, 0.2, 0.1
BLOCKS = 9
SLOWER = 1.05  # times the rule's choice, at most

SERIAL = """\
from verdict_jobs import ITEMS, {name}

if __name__ == "__main__":
    results = [{name}(item) for item in ITEMS["{name}"]]
"""
POOL = """\
from multiprocessing import Pool

from verdict_jobs import ITEMS, {name}

if __name__ == "__main__":
    with Pool({workers}) as pool:
        results = pool.map({name}, ITEMS["{name}"], {chunksize})
"""


@dataclass(frozen=True)
class Choice:
    """A setting in words, and the script that runs it."""

    words: str
    script: str


def test_the_plan_is_never_slower_than_a_rule_of_thumb(tmp_path):
    """On no job is what the plan recommends slower than the rule's choice by more than 5 %, on half it is faster."""
    ratios = {}
    for name in verdict_jobs.ITEMS:
        ours, rule = planned(name, tmp_path), by_rule(name)
        ratios[name] = timed(ours, rule, tmp_path)
        print(f"\n{name:10} {ours.words:34} {rule.words:24} {ratios[name]:6.2f}x as fast", end="", flush=True)
    print()
    assert min(ratios.values()) > 1 / SLOWER
    assert sum(ratio > SLOWER for ratio in ratios.values()) >= len(ratios) / 2


def planned(name, folder):
    """What the plan recommends for this job, by default."""
    answer = folder / f"{name}.json"
    jobs = HERE / "verdict_jobs.py"
    words = [sys.executable, "-m", "lightwork", "plan", f"{jobs}:{name}", "--items", f"{jobs}:{name}_items"]
    subprocess.run([*words, "--json", str(answer)], check=True, capture_output=True, cwd=folder, timeout=120)
    chosen = json.loads(answer.read_text())["recommendation"]
    if chosen is None:
        return Choice("serial", SERIAL.format(name=name))
    order = "" if chosen["order"] == "given" else f", {chosen['order']}"
    return Choice(f"{chosen['strategy']} x {chosen['workers']}{order}", chosen["code"])


def by_rule(name):
    """What the rule of thumb says."""
    function, items = getattr(verdict_jobs, name), verdict_jobs.ITEMS[name]
    began_s = time.perf_counter()
    for item in items[:SAMPLED]:
        function(item)
    item_s = (time.perf_counter() - began_s) / SAMPLED
    workers = len(os.sched_getaffinity(0))
    if item_s < TOO_FAST_S or item_s * len(items) < 2 * START_S or workers == 1:
        return Choice("serial", SERIAL.format(name=name))
    chunksize = min(max(1, int(CHUNK_S / item_s)), max(1, int(SHARE * len(items))))
    script = POOL.format(name=name, workers=workers, chunksize=chunksize)
    return Choice(f"map x {workers}, chunksize {chunksize}", script)


def timed(ours, rule, folder):
    """How many times as fast our choice is, the median over blocks; who goes first takes turns."""
    if ours.script == rule.script:
        return 1.0
    ratios = []
    for block in range(BLOCKS):
        first, second = (rule, ours) if block % 2 else (ours, rule)
        walls_s = {choice.script: ran_s(choice, folder) for choice in (first, second)}
        ratios.append(walls_s[rule.script] / walls_s[ours.script])
    return statistics.median(ratios)


def ran_s(choice, folder):
    """How long a fresh interpreter takes for the script."""
    path = folder / "job.py"
    path.write_text(choice.script)
    began_s = time.perf_counter()
    subprocess.run(
        [sys.executable, str(path)], check=True, timeout=120, env={**os.environ, "PYTHONPATH": str(HERE)}, cwd=folder
    )
    return time.perf_counter() - began_s
