"""Plans of functions and items of many shapes, as people have them: planned with a script that runs, or one line."""

import re
import subprocess
import sys

import pytest
from registered import in_matrix
from users import furnish

SHAPES = """
import asyncio
import functools
import itertools
import time
from dataclasses import dataclass

import pandas as pd


def wait(item):
    time.sleep(0.01)
    return str(item)


async def wait_awaited(item):
    await asyncio.sleep(0.01)
    return str(item)


def add(left, right, *, extra=0):
    time.sleep(0.01)
    return left + right + extra


def typed(number: int):
    time.sleep(0.01)
    return number + 1


short = lambda item: wait(item)
NUMBERS = list(range(24))


def yielded():
    yield from range(24)


def pairs():
    return [(number, 1) for number in range(24)]


def frame():
    return pd.DataFrame({"left": range(24), "right": 1})


def texts():
    return [("word%d " % number) * 500 for number in range(24)]
"""
FOUR_THREADS = ("--strategies", "threads", "--workers", "4")
NARROW = (*FOUR_THREADS, "--blocks", "1")


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A user with a module of many shapes."""
    made = furnish(tmp_path_factory.mktemp("user"))
    (made.folder / "shapes.py").write_text(SHAPES)
    (made.folder / "numbers").write_text("".join(f"{number}\n" for number in range(24)))
    return made


def results_of(user, output, *words):
    """The results of the script below a plan's answer."""
    code = output[re.search(r"^(?:from|import) ", output, flags=re.MULTILINE).start() :]
    (user.folder / "job.py").write_text(f"{code}    print(*results)\n")
    return subprocess.check_output([sys.executable, "job.py", *words], cwd=user.folder, text=True, timeout=200).split()


@pytest.mark.parametrize(
    ("words", "results"),
    [
        (["shapes.py:add", "--items", "shapes.py:pairs", "--arguments", '{"extra": 2}'], range(3, 27)),
        *in_matrix(
            (["shapes.py:typed", "@numbers"], range(1, 25)),
            (["shapes.py:wait", "--items", "shapes.py:NUMBERS"], range(24)),
            (["shapes.py:wait", "--items", "shapes.py:yielded"], range(24)),
            (["shapes.py:add", "--items", "shapes.py:pairs"], range(1, 25)),
            (["shapes.py:add", "--items", "shapes.py:frame"], range(1, 25)),
            (["shapes.py:short", "--items", "shapes.py:NUMBERS"], range(24)),
            (["shapes.py:wait_awaited", "--items", "shapes.py:NUMBERS"], range(24)),
        ),
    ],
)
def test_a_shape_is_planned_and_its_script_does_all_items(user, words, results):
    """Whatever the function and the items are, the pasted script runs them in the same way."""
    found = user.plan(*words, *FOUR_THREADS, "--once")  # predicted: a round of 60 ms tells nothing on a busy machine
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("Use 4 threads"), found.stdout
    assert results_of(user, found.stdout) == list(map(str, results))


def test_text_in_a_numbers_place_is_told_in_one_line(user):
    """That such items are texts, and what to write: no traceback."""
    found = user.plan("shapes.py:add", "1", "2", "--arguments", '{"right": 1}')
    assert (found.returncode, found.stdout) == (1, "")
    *_, line = found.stderr.splitlines()
    assert "item 1 of 2, 1, raised TypeError: can only concatenate str" in line
    assert line.endswith("are texts; annotate the argument, as in def add(item: int), or convert it, int(item)")


@pytest.mark.matrix
def test_a_lambda_is_said_to_be_one_and_run_by_threads(user):
    """The plan compares what can run it, and says what it takes to compare processes."""
    found = user.plan("shapes.py:short", "--items", "shapes.py:NUMBERS", "--quick", "--details", "--blocks", "1")
    line = "rocesses can't be sent shapes.py:short by its name (it is a lambda): define it with def at the module's"
    assert found.returncode == 0
    assert line in found.stderr
    assert line in " ".join(found.stdout.split())


@pytest.mark.matrix
def test_the_longest_item_has_a_short_name(user):
    """Of a long text its number, its type and how it begins."""
    found = user.plan("shapes.py:wait", "--items", "shapes.py:texts", *NARROW)
    line = next(line for line in found.stdout.splitlines() if line.startswith("Longest item: "))
    assert re.match(r"Longest item: item \d+, str word\d+ word.{20,40}, [\d.]+ % of the work\.", line), line


def test_a_script_that_reads_its_command_line_and_runs_at_import_is_refused(user):
    """One line says what it does and where that belongs: what it would do with arguments nobody can tell."""
    reads = "import argparse, time\nargparse.ArgumentParser().parse_args()\ntime.sleep(0.2)\n"
    (user.folder / "script.py").write_text(f"{reads}def work(item):\n    return item\n")
    found = user.plan("script.py:work", "a", "b", "--quick")
    assert (found.returncode, found.stdout) == (2, "")
    line = r"lightwork: script is a script: loading it reads .* runs its job \(\d+ ms\): put both behind if __name__ =="
    assert re.match(line, found.stderr)
    assert found.stderr.count("\n") == 1


def test_a_job_that_runs_at_import_is_reported_with_its_time(user):
    """Two lines: how long loading takes, and where such a job belongs."""
    (user.folder / "at_import.py").write_text("import time\ntime.sleep(0.2)\ndef work(item):\n    return item\n")
    found = user.plan("at_import.py:work", "a", "b", "--quick")
    assert re.match(r"loading at_import takes \d+ ms, and each worker .* put that behind if __name__ ==", found.stderr)
