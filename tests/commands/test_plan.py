"""lightwork plan: a user's own function and files, from the command line to code that runs as pasted."""

import json
import os
import subprocess
import sys

import pytest
from calibrations import calibrate
from command_line import run_here

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


def many():
    return [80_000] * 64


def compute(turns):
    return sum(turn * turn for turn in range(turns))


def wait(seconds):
    time.sleep(seconds)
    return seconds
"""
NARROW = ("--strategies", "map,static", "--workers", "1,2,4", "--orders", "given", "--blocks", "6")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A user's folder: a module, files of a known waiting time, a list of them, and a place for calibrations."""
    return furnished(tmp_path_factory.mktemp("user"))


def furnished(folder):
    """The folder with all of that in it."""
    (folder / "load.py").write_text(LOAD)
    for number in range(24):
        (folder / f"file_{number:02}.txt").write_text("0.04" if number == 17 else "0.012")
    names = "\n".join(sorted(path.name for path in folder.glob("*.txt")))
    (folder / "list").write_text(names + "\n")
    (folder / "data").mkdir()
    calibrate(folder / "data")
    return folder


def plan(home, *words, **more):
    """A plan in the user's folder, as it ended."""
    return run_here(home, "plan", *words, **{"LIGHTWORK_DATA": str(home / "data"), **more})


def files(home):
    """The names of the user's files."""
    return sorted(path.name for path in home.glob("file_*.txt"))


@pytest.mark.timing
def test_recommends_a_setting_with_its_reason_and_code(home):
    """Waiting work on one, two or four workers: four are recommended, with speedup, loss and a script."""
    found = plan(home, "load.py:load_file", *files(home), *NARROW, "--details")
    assert found.returncode == 0, found.stderr
    first = found.stdout.splitlines()[0]
    assert first.startswith("Use 4 processes (")
    assert " faster, " in first
    assert "Measured in 6 blocks." in first
    assert "predicted 6 settings" in found.stdout
    assert "from load import load_file" in found.stdout
    assert "running 24 of 24 items serially" in found.stderr


def test_the_code_runs_as_pasted(home, tmp_path):
    """What stands below the answer is a script that does the work with exactly this setting."""
    told = plan(home, "load.py:load_file", *files(home), "--once", "--workers", "2,4").stdout
    assert told.startswith("Use ")
    assert "Predicted, not measured." in told
    script = tmp_path / "run.py"
    script.write_text(told[told.index("\n\n") :] + "    print(len(results))\n")
    environment = {**os.environ, "PYTHONPATH": str(home)}
    ran = subprocess.run(
        [sys.executable, str(script), *files(home)], cwd=home, env=environment, capture_output=True, text=True,
        check=False, timeout=200,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["24"]


def test_once_runs_everything_one_time_and_predicts(home):
    """--once runs each item a single time, and says that every speedup is predicted."""
    counted = home / "count.py"
    counted.write_text("def note(path):\n    open('runs', 'a').write('x')\n    import time; time.sleep(0.02)\n")
    found = plan(home, "count.py:note", *files(home), "--once", "--workers", "2,4", "--details")
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("Use ")
    assert "Predicted, not measured." in found.stdout
    assert "every speedup is predicted" in found.stdout
    assert (home / "runs").read_text() == "x" * 24


@pytest.mark.matrix
def test_predicts_for_another_machine(home):
    """--cores N predicts a machine that isn't there: as many workers as it has cores, and what is assumed."""
    found = plan(home, "load.py:compute", "--items", "load.py:many", "--cores", "16", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert any("for 16 cores as fast as these" in note for note in told["notes"])
    assert 4 < max(one["workers"] for one in told["predictions"]) <= 16
    assert all(0 < one["speedup"]["low"] < one["speedup"]["high"] for one in told["predictions"])
    assert not told["cells"]


@pytest.mark.parametrize("words", [["@list"], ["-"], ["--items", "load.py:numbers"]])
def test_items_come_from_wherever_people_have_them(home, words):
    """A list in a file, standard input, and a function that returns them."""
    target = "load.py:wait" if "--items" in words else "load.py:load_file"
    found = plan(home, target, *words, "--dry-run", stdin="\n".join(files(home)))
    assert found.returncode == 0, found.stderr
    assert "nothing was run" in found.stdout


def test_a_dry_run_runs_nothing(home):
    """--dry-run tells what would be run, predicted and measured, and for how long, and does not call the function."""
    found = plan(home, "load.py:fail", *files(home), "--dry-run", "--budget", "2m", "--workers", "1-3")
    assert found.returncode == 0, found.stderr
    assert "would plan load.py:fail in 2.0 min; nothing was run" in found.stdout
    assert "16 items, then all or as many as take 4.8 s" in found.stdout
    assert "1, 2, 3 workers; chunksize by the job; order by the job" in found.stdout
    assert "the best of them beside the serial run, in up to 9 blocks" in found.stdout
    fixed = plan(home, "load.py:fail", *files(home), "--dry-run", "--blocks", "5", "--strategies", "static")
    assert "in 5 blocks exactly" in fixed.stdout


def test_items_may_stand_behind_options(home):
    """Options and items in any order; what is neither is refused."""
    words = ("--strategies", "static", "--dry-run", *files(home)[:3], "--workers", "2", *files(home)[3:])
    found = plan(home, "load.py:load_file", *words)
    assert found.returncode == 0, found.stderr
    assert "nothing was run" in found.stdout
    assert plan(home, "load.py:load_file", *words, "--unheard-of").returncode == 2


def test_a_check_sees_all_results(user):
    """A user's check is called with every item's result in every round, so that no sample is taken."""
    words = ("--check", "load.py:all_there", "--strategies", "static", "--workers", "2", "--blocks", "1")
    found = user.plan("load.py:load_file", *user.files, *words)
    assert found.returncode == 0, found.stderr
    assert "running 16 of" not in found.stderr
    failing = user.plan("load.py:fail", *user.files, *words)
    assert (failing.returncode, failing.stdout) == (1, "")
    assert "2 of 24 items raised, first item 4 of 24, file_03.txt, raised ValueError" in failing.stderr


def test_a_strategy_without_chunks_stays_beside_those_that_have_them(home):
    """A chunksize that was asked for does not shut out strategies that have none."""
    words = ("--strategies", "map,static", "--chunksizes", "4,8", "--workers", "2", "--orders", "given", "--once")
    told = json.loads(plan(home, "load.py:load_file", *files(home), *words, "--json").stdout)
    settings = {(one["strategy"], one["requested_chunksize"]) for one in told["predictions"]}
    assert settings == {("map", 4), ("map", 8), ("static", None)}


@pytest.mark.matrix
def test_cold_files_are_read_cold_or_it_is_said(home):
    """--cold puts the items' files out of memory before each round; where the kernel keeps them, a note says so."""
    words = ("--strategies", "static", "--workers", "2", "--blocks", "1", "--cold")
    found = plan(home, "load.py:load_file", *files(home), *words, "--details")
    assert found.returncode == 0, found.stderr
    told = (
        "cold reads not possible here" in found.stdout.lower() or "unknown whether the reads were cold" in found.stdout
    )
    assert told is not can_be_cold(home)


def can_be_cold(home):
    """Whether this machine lets a file be put out of memory."""
    from lightwork.machine import page_cache

    path = home / "file_00.txt"
    page_cache.evict([path])
    return page_cache.facts("cold", page_cache.resident_fraction([path]))["cache_note"] == ""


def test_help_fits_a_screen(home):
    """The help has its four examples, on 64 lines of 80 columns."""
    found = plan(home, "--help", COLUMNS="80")
    assert found.returncode == 0
    assert found.stdout.count("lightwork plan ") >= 5
    assert len(found.stdout.splitlines()) <= 64
    assert max(map(len, found.stdout.splitlines())) <= 80
