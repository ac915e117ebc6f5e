"""manyhands plan: a user's own function and files, from the command line to code that runs as pasted."""

import json
import os
import subprocess
import sys

import pytest

LOAD = """
import time


def load_file(path):
    with open(path) as file:
        seconds = float(file.read())
    time.sleep(seconds)
    return path


def fail(path):
    raise ValueError("this file can't be read")


def numbers():
    return [0.002] * 20


def wait(seconds):
    time.sleep(seconds)
    return seconds
"""
NARROW = ("--strategy", "map,static", "--workers", "1,2,4", "--budget", "6s")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A user's folder: a module, files of a known waiting time, a list of them, and a place for calibrations."""
    folder = tmp_path_factory.mktemp("user")
    (folder / "load.py").write_text(LOAD)
    for number in range(24):
        (folder / f"file_{number:02}.txt").write_text("0.02" if number == 17 else "0.004")
    names = "\n".join(sorted(path.name for path in folder.glob("*.txt")))
    (folder / "list").write_text(names + "\n")
    return folder


def manyhands(home, *words, stdin=""):
    """The command line in the user's folder; its end, with output and complaints apart."""
    environment = {**os.environ, "MANYHANDS_DATA": str(home / "data")}
    return subprocess.run(
        [sys.executable, "-m", "manyhands", "plan", *words], cwd=home, env=environment, input=stdin,
        capture_output=True, text=True, timeout=110, check=False,
    )  # fmt: skip


def files(home):
    """The names of the user's files."""
    return sorted(path.name for path in home.glob("file_*.txt"))


def test_recommends_a_setting_with_its_reason_and_code(home):
    """Waiting work on one, two or four workers: four are recommended, with speedup, loss, memory and a script."""
    found = manyhands(home, "load.py:load_file", *files(home), *NARROW)
    assert found.returncode == 0, found.stderr
    first = found.stdout.splitlines()[0]
    assert first.startswith("Use 4 workers, ")
    assert " over serial" in first
    assert "Memory: " in found.stdout
    assert "predicted" in found.stdout
    assert "from load import load_file" in found.stdout
    assert "will be run many times on the same items" in found.stderr


def test_the_code_runs_as_pasted(home, tmp_path):
    """What stands below the answer is a script that does the work with exactly this setting."""
    told = manyhands(home, "load.py:load_file", *files(home), *NARROW).stdout
    script = tmp_path / "run.py"
    script.write_text(told[told.index("\n\n") :] + "    print(len(results))\n")
    environment = {**os.environ, "PYTHONPATH": str(home)}
    ran = subprocess.run(
        [sys.executable, str(script), *files(home)], cwd=home, env=environment, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["24"]


def test_once_runs_everything_one_time_and_predicts(home):
    """--once runs each item a single time, and says that every speedup is predicted."""
    counted = home / "count.py"
    counted.write_text("def note(path):\n    open('runs', 'a').write('x')\n    import time; time.sleep(0.003)\n")
    found = manyhands(home, "count.py:note", *files(home), "--once", "--workers", "2,4")
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("Predicted: use ")
    assert "every speedup is predicted" in found.stdout
    assert (home / "runs").read_text() == "x" * 24


def test_predicts_for_another_machine(home):
    """--cores N predicts a machine that isn't there, and says what is assumed."""
    found = manyhands(home, "load.py:load_file", *files(home), "--cores", "16", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert any("for 16 cores as fast as these" in line for line in told["lines"])
    assert max(one["setting"]["workers"] for one in told["predictions"]) == 64
    assert all(0 < one["low"] < one["speedup"] < one["high"] for one in told["predictions"])


@pytest.mark.parametrize("words", [["@list"], ["-"], ["--items", "load.py:numbers"]])
def test_items_come_from_wherever_people_have_them(home, words):
    """A list in a file, standard input, and a function that returns them."""
    target = "load.py:wait" if "--items" in words else "load.py:load_file"
    found = manyhands(home, target, *words, "--dry-run", stdin="\n".join(files(home)))
    assert found.returncode == 0, found.stderr
    assert "would run" in found.stdout


def test_a_dry_run_runs_nothing(home):
    """--dry-run tells how many settings would be predicted and measured, and does not call the function."""
    found = manyhands(home, "load.py:fail", *files(home), "--dry-run", "--budget", "10s")
    assert found.returncode == 0, found.stderr
    assert "and measure up to six of them, in 10 s in all" in found.stdout


def test_work_that_fails_is_one_line_with_the_item(home):
    """A function that raises ends the plan with status 1, naming what it raised and on which item."""
    found = manyhands(home, "load.py:fail", *files(home), *NARROW)
    assert (found.returncode, found.stdout) == (1, "")
    assert "ValueError: this file can't be read in item 0: file_" in found.stderr


@pytest.mark.parametrize(
    ("words", "saying"),
    [
        (["load.py:nothing", "a"], "has no 'nothing'"),
        (["none.py:f", "a"], "none.py is not there"),
        (["load.py:load_file"], "has nothing to work on"),
        (["load.py:wait", "a", "--items", "load.py:numbers"], "items are given twice"),
        (["sleep_io", "a"], "brings its own items"),
        (["no_such_workload"], "unknown workload"),
        (["load.py:load_file", "a", "--strategy", "magic"], "unknown strategy"),
        (["load.py:load_file", "a", "--workers", "0"], "workers can't be '0'"),
        (["load.py:load_file", "a", "--budget", "never"], "budget can't be 'never'"),
        (["load.py:load_file", "a", "--check", "load.py:none"], "has no 'none'"),
    ],
)
def test_refuses_what_it_can_not_plan(home, words, saying):
    """Every request that can't be carried out is one line and status 2, before anything runs."""
    found = manyhands(home, *words)
    assert (found.returncode, found.stdout) == (2, ""), found.stderr
    assert found.stderr.startswith("manyhands: ")
    assert found.stderr.count("\n") == 1
    assert saying in found.stderr


def test_help_fits_a_screen(home):
    """The help has its four examples, on some 50 lines."""
    found = manyhands(home, "--help")
    assert found.returncode == 0
    assert found.stdout.count("manyhands plan ") >= 5
    assert len(found.stdout.splitlines()) <= 50
