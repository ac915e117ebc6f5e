"""CI runs a few failed tests again, alone: it names those that pass then, and fails with one that does not."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from repository import REPOSITORY

CI = REPOSITORY / ".ci"
CROWDED = "import os\ndef test_{0}():\n    assert 'PYTEST_XDIST_WORKER' not in os.environ\n"  # passes alone
BROKEN = "def test_broken():\n    assert False\n"
ONCE = """
from pathlib import Path

def test_once():
    before = Path("before").exists()
    Path("before").touch()
    assert before
"""
BESIDE_OTHERS = ("-n", "2")
MAKE = """#!/bin/sh
for word; do case $word in PYTEST=*) ${word#*=} -n 2;; esac; done
"""


def retried(folder: Path, files: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run these test files as CI does."""
    for name, text in files.items():
        (folder / f"test_{name}.py").write_text(text)
    words = [sys.executable, str(CI / "retry_failed.py"), *arguments]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=200, check=False)


def unsteady_in(folder: Path) -> list[str]:
    """What the run keeps for the end of the build."""
    path = folder / "build" / "unsteady.txt"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.matrix
def test_what_fails_beside_others_and_passes_alone_is_named(tmp_path):
    """Such tests do not fail the run; each is named, and only they run a second time."""
    files = {name: CROWDED.format(name) for name in ("first", "second")} | {"good": "def test_good():\n    pass\n"}
    run = retried(tmp_path, files, *BESIDE_OTHERS)
    assert run.returncode == 0, run.stdout
    assert re.findall(r"(\d+) (failed|passed)", run.stdout) == [("2", "failed"), ("1", "passed"), ("2", "passed")]
    names = ["test_first.py::test_first", "test_second.py::test_second"]
    assert "unsteady" in run.stdout.splitlines()[-1]
    assert all(name in run.stdout.splitlines()[-1] for name in names)
    assert unsteady_in(tmp_path) == names


@pytest.mark.matrix
def test_what_fails_without_others_is_retried_too(tmp_path):
    """A run without xdist, as that of tests that measure time, is treated the same; names of earlier runs stay."""
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "unsteady.txt").write_text("earlier\n")
    run = retried(tmp_path, {"once": ONCE})
    assert run.returncode == 0, run.stdout
    assert unsteady_in(tmp_path) == ["earlier", "test_once.py::test_once"]


@pytest.mark.matrix
def test_one_that_fails_again_fails_the_run(tmp_path):
    """One test that fails alone, too, is enough, and nothing is called unsteady."""
    run = retried(tmp_path, {"crowded": CROWDED.format("crowded"), "broken": BROKEN}, *BESIDE_OTHERS)
    assert run.returncode == 1, run.stdout
    assert re.findall(r"(\d+) failed", run.stdout) == ["2", "1"]
    assert unsteady_in(tmp_path) == []


@pytest.mark.matrix
@pytest.mark.parametrize(("tests", "status"), [(5, 0), (6, 1)])
def test_many_failures_are_no_accident(tmp_path, tests, status):
    """Up to 5 failed tests run again; more fail the run at once."""
    files = {f"crowded_{number}": CROWDED.format(number) for number in range(tests)}
    assert retried(tmp_path, files, *BESIDE_OTHERS).returncode == status
    assert len(unsteady_in(tmp_path)) == (tests if status == 0 else 0)


@pytest.mark.matrix
def test_tests_that_can_not_be_collected_fail_the_run(tmp_path):
    """A file that does not import is not retried."""
    run = retried(tmp_path, {"good": "def test_good():\n    pass\n", "unreadable": "import nowhere_at_all\n"})
    assert run.returncode == 2, run.stdout
    assert unsteady_in(tmp_path) == []


@pytest.fixture
def project(tmp_path):
    """A folder that .ci/run takes for a repository, whose make runs only the tests there."""
    shutil.copytree(CI, tmp_path / ".ci")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "bin").mkdir()
    for name, text in {"chromium": "", "make": MAKE}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


@pytest.mark.matrix
@pytest.mark.parametrize(("text", "status"), [(CROWDED.format("it"), 0), (BROKEN, 1)], ids=["unsteady", "broken"])
def test_the_build_ends_with_the_unsteady_tests(project, text, status):
    """`.ci/run` passes with the names of unsteady tests as its last lines, and fails with a test that fails twice."""
    (project / "test_it.py").write_text(text)
    environment = os.environ | {"PATH": f"{project / 'bin'}:{os.environ['PATH']}"}
    run = subprocess.run(
        [project / ".ci" / "run"], env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    assert run.returncode == status, run.stdout
    if status == 0:
        assert run.stdout.splitlines()[-2].startswith("unsteady: 1 test")
        assert run.stdout.splitlines()[-1] == "test_it.py::test_it"


def test_all_tests_run_in_this_way():
    """Both parts of `make test-all`, those that measure time and the others, run by what PYTEST says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    words = ["make", "--dry-run", "test-all", "PYTEST=retried"]
    run = subprocess.run(
        words, cwd=REPOSITORY, env=environment, capture_output=True, text=True, timeout=200, check=True
    )
    ways = [line for line in run.stdout.splitlines() if "timing" in line]
    assert [line.partition(" ")[0] for line in ways] == ["retried", "retried"]
