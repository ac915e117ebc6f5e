"""Record how long plans take against their budget: `python docs/record_plan_time.py`, then generate.py. Ten minutes.

2 to a million items of a microsecond to ten seconds each, jobs of a day at most. Run it on a quiet machine.
"""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from generating.plan_time import PLAN_TIME, TimedPlan, text_of

from lightwork.machine.facts import facts
from lightwork.storage.paths import data_dir

BUDGET_S = 15.0
LONGEST_S = 86_400.0  # longer jobs are no different
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
KEPT = ("usable_cpus", "processor", "python")


def timed(item_s: float, count: int, folder: Path) -> TimedPlan:
    """One plan, from the start of the command to its end."""
    (folder / "job.py").write_text(JOB.format(seconds=item_s, count=count))
    words = [sys.executable, "-m", "lightwork", "plan", "job.py:work", "--items", "job.py:items"]
    began_s = time.perf_counter()
    done = subprocess.run(
        [*words, "--budget", f"{BUDGET_S:g}s"], capture_output=True, text=True, cwd=folder, timeout=120, check=False
    )
    took_s = time.perf_counter() - began_s
    plan = TimedPlan(item_s, count, BUDGET_S, round(took_s, 2), (done.stdout or done.stderr).partition("\n")[0])
    print(f"{item_s:8g} s  {count:9,} items  {took_s:5.1f} s  {plan.answer}", flush=True)
    return plan


def main() -> None:
    """Time all plans, and keep what they took."""
    with TemporaryDirectory() as folder:
        plans = [timed(item_s, n, Path(folder)) for item_s in ITEM_S for n in COUNTS if item_s * n <= LONGEST_S]
    machine = {name: value for name, value in facts(data_dir()).items() if name in KEPT}
    PLAN_TIME.write_text(text_of(plans, machine, f"{datetime.now(UTC):%Y-%m-%d}"))


if __name__ == "__main__":
    main()
