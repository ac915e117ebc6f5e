"""Tests that run side by side take turns with those that measure."""

import subprocess
import sys

import pytest
from repository import SUPPORT

HOLD = """
import sys, turns
from pathlib import Path
turns.GATE, turns.ROOM = map(Path, sys.argv[2:])
with turns.turn(alone=sys.argv[1] == "alone"):
    print("in", flush=True)
    input()
"""


@pytest.fixture
def enter(tmp_path):
    """Starts a test in a process of its own, which asks to enter now and leaves at a word; the files are its own."""
    files = [tmp_path / "gate", tmp_path / "room"]
    for file in files:
        file.touch()

    def start(kind):
        return subprocess.Popen(
            [sys.executable, "-c", HOLD, kind, *files], cwd=SUPPORT, text=True,
            env={"PYTEST_XDIST_WORKER": "gw9"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    return start


def leave(test):
    """Let it end."""
    test.communicate("\n", timeout=60)


@pytest.mark.parametrize(("first", "second"), [("alone", "any"), ("any", "alone"), ("alone", "alone")])
def test_one_that_measures_is_alone(first, second, enter):
    """Whoever comes while it runs waits until it has ended, and it waits for those that run."""
    one = enter(first)
    assert one.stdout.readline() == "in\n"
    other = enter(second)
    with pytest.raises(subprocess.TimeoutExpired):
        other.wait(1)
    leave(one)
    assert other.stdout.readline() == "in\n"
    leave(other)


def test_others_run_side_by_side(enter):
    """Two that do not measure are in the room at once."""
    tests = [enter("any"), enter("any")]
    assert [test.stdout.readline() for test in tests] == ["in\n", "in\n"]
    for test in tests:
        leave(test)
