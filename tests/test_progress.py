"""A run whose output goes to no terminal prints how far it is, now and then."""

import os
import subprocess
import sys

import pytest
from processes import started
from repository import SUPPORT

SLOW = """
import pathlib, time

def test_quick():
    pass

def test_slow():
    while not pathlib.Path("seen").exists():
        time.sleep(0.01)
"""


@pytest.mark.parametrize(
    "workers", [pytest.param((), id="here"), pytest.param(("-n", "1"), id="in a worker", marks=pytest.mark.matrix)]
)
def test_tells_what_is_done_and_what_is_running(workers, tmp_path):
    """A line says how many tests are done and which one is running, until all are done."""
    (tmp_path / "test_it.py").write_text(SLOW)
    (tmp_path / "conftest.py").write_text("import progress\nprogress.EVERY_S = 0.05\n")
    words = [sys.executable, "-m", "pytest", "-p", "progress", "-p", "no:cacheprovider", *workers, "test_it.py"]
    environment = {**os.environ, "PYTHONPATH": str(SUPPORT)}
    with started(words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE) as running:
        for line in running.stdout:
            if "1 of 2 tests done; running test_it.py::test_slow" in line:
                (tmp_path / "seen").touch()
        assert running.wait(200) == 0
    assert (tmp_path / "seen").exists()
