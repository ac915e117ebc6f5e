"""--scheduler on the command lines: what can't be is refused in one line, before anything is measured."""

import os
import subprocess
import sys

import pytest
from registered import in_matrix
from repository import REPOSITORY

from lightwork import strategies

pytestmark = pytest.mark.skipif(bool(strategies.absent("dask")), reason=strategies.absent("dask"))


def bench(folder, *words):
    """What `pytest bench/` says, and its exit status."""
    command = [
        sys.executable, "-m", "pytest", str(REPOSITORY / "bench" / "bench_cells.py"), "-c",
        str(REPOSITORY / "pyproject.toml"), "--rootdir", str(folder), "--workloads", "sleep_io", *words,
    ]  # fmt: skip
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=200)
    return found.returncode, found.stdout + found.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--strategies", "dask", "--scheduler", "head"), "scheduler can't be 'head': write tcp://HOST:PORT"),
        *in_matrix(
            (("--strategies", "map", "--scheduler", "tcp://127.0.0.1:1"), "needs a strategy that uses it"),
            (("--strategies", "dask", "--scheduler", "tcp://127.0.0.1:1"), "no scheduler answers at tcp://127.0.0.1:1"),
        ),
    ],
)
def test_bench_refuses(words, said, tmp_path):
    """No address, a scheduler that nobody would use, and one that is not there: one line, exit status 2."""
    status, told = bench(tmp_path, *words)
    assert status == 2
    assert said in told
    assert "Traceback" not in told


def test_plan_refuses_a_cluster(tmp_path):
    """A plan whose strategy would run on a cluster is refused with the command that measures it."""
    words = [sys.executable, "-m", "lightwork", "plan", "sleep_io", "--strategies", "dask"]
    environment = {**os.environ, "LIGHTWORK_SCHEDULER": "tcp://head:8786"}
    found = subprocess.run(
        words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=200
    )
    assert found.returncode == 2
    assert "`pytest bench/ --strategies dask --scheduler tcp://head:8786`" in found.stderr
    assert "Traceback" not in found.stderr
