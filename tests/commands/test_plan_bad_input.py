"""What a plan refuses, and what it says of work that fails: one clear line, the right status, nothing left running."""

import json
import re
import subprocess
import sys

import pytest
from control_groups import control_group, inside
from rounds import nothing_left_behind

NARROW = ("--strategies", "static", "--workers", "2", "--orders", "given", "--blocks", "1")


@pytest.mark.parametrize(
    ("words", "saying"),
    [
        (["load.py:load_fil", "a", "b"], "has no 'load_fil': did you mean load_file?"),
        (["load.py:nothing_like_it", "a", "b"], "has no 'nothing_like_it': "),
        (["none.py:f", "a", "b"], "none.py does not exist"),
        (
            ["load.py:short", "a", "b", "--strategies", "map"],
            "can't be sent to workers of map (it is a lambda): define",
        ),
        (
            ["load.py:wrapped", "a", "b", "--strategies", "map"],
            "sent to workers of map (_undressed() made it; if that is a decorator, let it use functools.wraps): define",
        ),
        (
            ["load.py:load_file", "--items", "load.py:endless"],
            "load.py:endless still yields items after 5,000,000, 10 s or 2 GiB",
        ),
        (["load.py:add", "a", "b"], "takes 2 arguments (left, right), but item 1 of 2 is of type str: make each item"),
        (["load.py:add", "--items", "load.py:triples"], "but item 1 of 2 is of type tuple with 3 values: make each"),
        (["load.py:scaled", "--items", "load.py:numbers"], "needs the argument by: give it by --arguments"),
        (["load.py:scaled", "a", "b", "--arguments", '{"bye": 3}'], "has no argument 'bye': it has number, by"),
        (["load.py:scaled", "a", "b", "--arguments", "by=3"], "arguments can't be 'by=3': give a JSON object"),
        (["load.py:load_file", "--items", "load.py:numbers", "--starmap"], "takes 1 argument (path), but item 1 of 20"),
        (["load.py:load_file", "a", "b", "--starmap"], "but item 1 of 2 is of type str by --starmap: name a function"),
        (["load.py:whole", "1", "two"], "item 2 of 2, 'two', is not the int that load.py:whole is annotated with"),
        (
            ["parses.py:work", "a", "b"],
            "SystemExit: 2 ({folder}/parses.py, line 5): put what reads the command line or",
        ),
        (["load.py:Loader", "a", "b"], "is a class: name a function"),
        (["load.py:Loader.load", "a", "b"], "is a method and needs an object: create one in the module"),
        (["__main__:f", "a", "b"], "can't import from __main__: save the function in a file"),
        (["work.ipynb:f", "a", "b"], "can't import from a notebook: save the function in a file"),
        (["load.py:load_file"], "has no items"),
        (["load.py:load_file", "a"], "has one item, so there is nothing to parallelise"),
        (["load.py:load_file", "--items", "load.py:nothing"], "has no items: give it at least two"),
        (["load.py:load_file", "--items", "load.py:none_at_all"], "returned a NoneType: it must return a list"),
        (["load.py:load_file", "--items", "load.py:locked"], "item 2 of 2, <unlocked _thread.lock object>, can't"),
        (["load.py:wait", "a", "--items", "load.py:numbers"], "items are given twice"),
        (["load.py:briefly", "a", "b", "--cold"], "no item is a file"),
        (["sleep_io", "a"], "with its own items"),
        (["sleep_io", "--skip-failing"], "with its own items"),
        (["sleep_io", "--rate", "20/s"], "with its own items"),
        (["no_such_workload"], "unknown workload"),
    ],
)
def test_refuses_what_it_can_not_plan(user, words, saying):
    """A target or items that no plan can be made for: one line and status 2, before anything runs."""
    found = user.plan(*words)
    assert (found.returncode, found.stdout) == (2, ""), found.stderr
    *theirs, line = found.stderr.splitlines()
    assert line.startswith("lightwork: ")
    assert all(words.startswith(("usage: parses.py", "parses.py: error")) for words in theirs)
    assert saying.format(folder=user.folder) in line


@pytest.mark.parametrize(
    ("words", "saying"),
    [
        (["--strategies", "magic"], "unknown strategy"),
        (["--strategies", "serial"], "name a strategy that has workers"),
        (["--strategies", "fork", "--start-methods", "spawn"], "fork can't start with spawn"),
        (["--workers", "0"], "workers can't be '0'"),
        (["--workers=-2"], "workers can't be '-2'"),
        (["--budget", "0"], "budget can't be '0': it must be a positive number of seconds, such as 90, 60s or 2m"),
        (["--budget=-5"], "budget can't be '-5'"),
        (["--budget", "never"], "budget can't be 'never'"),
        (["--timeout", "0"], "timeout can't be '0'"),
        (["--blocks", "0"], "blocks can't be 0"),
        (["--cores", "0"], "cores can't be '0': it must be a positive number of cores"),
        (["--chunksizes", "0"], "chunksize can't be '0'"),
        (["--memory-limit", "much"], "memory-limit can't be 'much': it must be a positive number of bytes"),
        (["--max-in-flight", "0"], "max-in-flight can't be 0: one item at a time is the serial run; give at least 2"),
        (["--max-in-flight", "few"], "max-in-flight can't be 'few': it must be a whole number"),
        (["--workers", "4-9", "--max-in-flight", "8"], "--workers 9 and --max-in-flight 8 contradict each other"),
        (["--rate", "fast"], "rate can't be 'fast': give items in a unit of time, such as 20/s, 300/min or 5000/h"),
        (
            ["--rate", "1/min"],
            "--rate 1/min starts an item every 60 s, too few for a budget of 60 s: give --budget 240s",
        ),
        (["--rate", "20/s", "--strategies", "static"], "static has no clock for --rate that its workers share: choose"),
        (["--orders", "upwards"], "unknown order"),
        (["--check", "load.py:none"], "has no 'none'"),
        (["--quick", "--budget", "9s"], "--quick and --budget contradict each other"),
        (["--once", "--blocks", "3"], "--once and --blocks contradict each other"),
        (["--cores", "8", "--blocks", "3"], "--cores and --blocks contradict each other"),
        (["--once", "--cold"], "--once and --cold contradict each other"),
        (["--on-error", "ignore"], "on-error can't be 'ignore': choose raise or collect"),
        (["--retries", "many"], "retries can't be 'many': it must be a whole number"),
        (["--retries", "50"], "retries can't be 50: at most 10"),
        (["--item-timeout", "0"], "item-timeout can't be '0': it must be a positive number of seconds"),
    ],
)
def test_refuses_options_that_make_no_sense(user, words, saying):
    """A bad value, or two options that exclude each other: one line and status 2."""
    found = user.plan("load.py:load_file", *user.files, *words)
    assert (found.returncode, found.stdout) == (2, ""), found.stderr
    assert found.stderr.count("\n") == 1
    assert saying in found.stderr


def test_a_function_that_makes_no_items_is_told_with_its_reason(user):
    """What the function of --items raises ends the plan with status 1."""
    found = user.plan("load.py:load_file", "--items", "load.py:broken")
    assert (found.returncode, found.stdout) == (1, "")
    assert "creating its items failed, OSError: the index is gone" in found.stderr
    found = user.plan("load.py:load_file", "--items", "load.py:leaving")
    assert (found.returncode, found.stdout) == (1, "")
    assert "creating its items failed, SystemExit: no index" in found.stderr


def test_an_item_that_raises_is_named_and_the_others_are_run(user):
    """Status 1 with the first item that raised, its traceback, and what became of the others."""
    found = user.plan("load.py:fail", *user.files, *NARROW)
    assert (found.returncode, found.stdout) == (1, "")
    assert "2 of 24 items raised, first item 4 of 24, file_03.txt, raised ValueError: this file" in found.stderr or (
        "raised ValueError: this file can't be read (the other 1" in found.stderr
    )
    assert 'load.py", line ' in found.stderr
    assert "in fail\n" in found.stderr
    assert "trial.py" not in found.stderr
    assert "--skip-failing" in found.stderr


@pytest.mark.matrix
def test_failing_items_are_left_out_on_request(user):
    """--skip-failing plans for the other items, says how many were left out, and names them."""
    found = user.plan("load.py:fail_after_a_while", *user.files, *NARROW, "--skip-failing", "--details")
    assert found.returncode == 0, found.stderr
    assert "2 items fail and are left out: " in found.stdout
    assert "file_03.txt raised ValueError: this file can't be read" in found.stdout
    *_, (run, left) = re.findall(r"running (\d+) of (\d+) items serially", found.stderr)
    assert run == left
    assert 22 <= int(left) <= 24
    assert len(results_of(user, found.stdout)) == 22


def results_of(user, output):
    """The results of the script below a plan's answer."""
    code = output[re.search(r"^(?:from|import) ", output, flags=re.MULTILINE).start() :]
    (user.folder / "job.py").write_text(f"{code}    print(*results)\n")
    command = [sys.executable, "job.py", *user.files]
    return subprocess.check_output(command, cwd=user.folder, text=True, timeout=200).split()


def test_nothing_left_to_plan_is_a_failure(user):
    """Where every item fails, leaving them out leaves nothing: status 1, and how many failed."""
    found = user.plan("load.py:fail_always", *user.files, *NARROW, "--skip-failing")
    assert (found.returncode, found.stdout) == (1, "")
    assert "only 0 of 16 items succeeded" in found.stderr


@pytest.mark.parametrize(
    ("function", "saying"),
    [
        ("die", "item 4 of 24, file_03.txt, ended its process, the host ended with exit code 7 (3 items done before"),
        ("leave", "item 4 of 24, file_03.txt, raised SystemExit: enough (the other 23 items done in "),
    ],
)
def test_an_item_that_breaks_the_run_is_named(user, function, saying):
    """One that ends its process, or leaves; none is left."""
    with nothing_left_behind():
        found = user.plan(f"load.py:{function}", *user.files, "--once")
    assert (found.returncode, found.stdout) == (1, ""), found.stderr
    assert saying in found.stderr


def test_results_that_can_not_be_pickled_need_a_worker_in_the_caller(user):
    """Where only processes are asked for, the first such result is named, and what to do about it."""
    found = user.plan("load.py:generate", *user.files, "--strategies", "map,process_executor", "--once")
    assert (found.returncode, found.stdout) == (1, "")
    saying = "the result for item 1 of 24, file_00.txt, can't be sent back by a worker (TypeError: cannot pickle"
    assert saying in found.stderr
    assert "or use threads" in found.stderr


def test_results_that_can_not_be_pickled_are_planned_with_threads(user):
    """Nothing but threads is predicted or measured, and a note says why."""
    found = user.plan("load.py:generate_slowly", *user.files, "--budget", "10s", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    named = {each["strategy"] for each in (*told["cells"], *told["predictions"])}
    assert named <= {"threads", "serial"}
    assert told["recommendation"]["strategy"] == "threads"
    assert any(note.startswith("Results can't be pickled (TypeError: cannot pickle") for note in told["notes"])


def test_an_item_that_hangs_is_named(user):
    """The deadline ends a plan at the item that hangs, and names it with what was done before it; none is left."""
    for timeout_s in (1, 5, 25, 60):  # a busy machine may need more than the shortest to come to the item at all
        with nothing_left_behind():
            found = user.plan("load.py:hang", *user.files, "--once", "--timeout", str(timeout_s))
        assert (found.returncode, found.stdout) == (1, ""), found.stderr
        if "(3 items done before" in found.stderr:
            break
    assert f"item 4 of 24, file_03.txt, was still running after {timeout_s}.0 s: stopped (3 items done" in found.stderr


@pytest.mark.matrix
def test_an_item_that_ends_its_process_may_be_left_out(user):
    """--skip-failing runs once more without it."""
    found = user.plan("load.py:die", *user.files, *NARROW, "--skip-failing", "--details")
    assert found.returncode == 0, found.stderr
    assert "1 item fails and is left out: file_03.txt ended its process" in found.stdout


@pytest.mark.parametrize("place", ["/proc/lightwork", "{folder}/load.py"])
def test_a_data_folder_that_can_not_be_written_is_refused(user, place):
    """Where nothing can be kept, one line says which folder and how to name another."""
    found = user.plan("load.py:load_file", *user.files, LIGHTWORK_DATA=place.format(folder=user.folder))
    assert (found.returncode, found.stdout) == (2, ""), found.stderr
    assert "can't be written to" in found.stderr
    assert "choose another with LIGHTWORK_DATA" in found.stderr


def test_an_output_that_can_not_be_written_is_refused_before_anything_runs(user):
    """A folder that takes no files is found out at once, not after the measuring."""
    found = user.plan("load.py:store", *user.files, "--json=/proc/plan.json")
    assert (found.returncode, found.stdout) == (2, ""), found.stderr
    assert "/proc can't be written to" in found.stderr
    assert not list(user.folder.glob("*.out"))


@pytest.mark.timing
def test_half_a_cpu_is_enough_and_said(user):
    """A container with a quota below one CPU gets its plan, and is told what that means."""
    words = user.words("load.py:a_while", *user.files, "--once", "--strategies", "map", "--workers", "2", "--details")
    with control_group(0.5) as group:
        found = subprocess.run(
            inside(group, *words), cwd=user.folder, env=user.environment, capture_output=True, text=True, check=False,
            timeout=200,
        )  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert "only 0.5 of a CPU is available" in found.stdout.replace("Only", "only")
