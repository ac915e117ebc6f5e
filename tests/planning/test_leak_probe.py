"""Leaks of real functions: a process runs their items twice, and what it then has is looked at."""

import re

import pytest
from pasted import run_pasted
from registered import in_matrix
from rounds import PATIENCE_S, job
from users import furnish

from lightwork.analysis.leaking import leaked_bytes
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.workload.memory_looks import looks_in
from lightwork.workload.target import CALL

MIB = 1 << 20
LEAKS = """
import functools
import time

KEPT, CACHE = [], {}


def twice():
    return [*range(30), *range(30)]


def many():
    return list(range(2_000))


def keeps_bytes(number):
    time.sleep(0.02)
    KEPT.append(b"x" * (1 << 20))


def keeps_small_objects(number):
    time.sleep(0.02)
    KEPT.append([[index] for index in range(10_000)])


def caches(number):
    time.sleep(0.02)
    if number not in CACHE:
        CACHE[number] = b"x" * (1 << 20)


@functools.lru_cache(maxsize=10)
def table(number):
    return b"x" * (1 << 20)


def caches_some(number):
    time.sleep(0.02)
    table(number)


def returns(number):
    time.sleep(0.02)
    return b"x" * (1 << 20)


def needs(number):
    time.sleep(0.02)
    return len(b"x" * ((number % 5) << 22))


class Ring:
    def __init__(self):
        self.whole, self.content = self, [0] * 20_000


def leaves_rings(number):
    time.sleep(0.02)
    for _ in range(300):
        Ring()
"""


@pytest.fixture
def folder(tmp_path):
    """A folder with the module above."""
    (tmp_path / "leaks.py").write_text(LEAKS)
    return tmp_path


def leaked(folder, function):
    """By how much an item grew a process that ran them all twice, without their results."""
    module = folder / "leaks.py"
    with open_workdir(folder / "data") as workdir:
        asked = job(
            workdir, Setting("serial"), f"{module}:{function}", source=f"{CALL}{module}:twice", trial_s=1e9,
            drops_results=True,
        )  # fmt: skip
        round_ = launch(workdir, asked, PATIENCE_S).round
    assert round_.ok, round_.reason
    return leaked_bytes(looks_in(round_.evidence))


@pytest.mark.parametrize(
    ("function", "item_bytes"), [("keeps_bytes", MIB), *in_matrix(("keeps_small_objects", 0.9 * MIB))]
)
def test_what_a_function_keeps_is_a_leak(folder, function, item_bytes):
    """Measured to a third: small objects share pages with others."""
    assert leaked(folder, function) == pytest.approx(item_bytes, rel=0.33)


@pytest.mark.parametrize("function", ["caches", "returns", *in_matrix(("caches_some",), ("needs",), ("leaves_rings",))])
def test_what_is_filled_freed_or_sent_away_is_none(folder, function):
    """A cache, results, what an item needs for itself, and garbage that waits for the collector."""
    assert leaked(folder, function) == 0


@pytest.mark.matrix
def test_a_plan_says_so_and_its_script_replaces_workers(tmp_path):
    """In a line of its answer, with the number that stands in the script, which runs."""
    user = furnish(tmp_path)
    (user.folder / "leaks.py").write_text(LEAKS)
    words = ("--strategies", "process_executor", "--workers", "2", "--memory-limit", "800MB", "--budget", "60s")
    ended = user.plan("leaks.py:keeps_bytes", "--items", "leaks.py:many", *words)
    assert ended.returncode == 0, ended.stderr
    (line,) = [line for line in ended.stdout.splitlines() if line.startswith("Warning: Memory grows by 1.0")]
    assert "all 2,000 would leave 1.9" in line
    after = int(line.rpartition("after ")[2].partition(" ")[0])
    assert 25 <= after <= 45
    code = ended.stdout[ended.stdout.index("from multiprocessing import Pool") :]
    (tasks,) = map(int, re.findall(r"with Pool\(2, maxtasksperchild=(\d+)\) as pool:", code))
    (chunksize,) = map(int, re.findall(r"items, chunksize=(\d+)\)", code))  # a chunk is one task
    assert tasks == after // chunksize
    assert run_pasted(user.folder, code).returncode == 0
