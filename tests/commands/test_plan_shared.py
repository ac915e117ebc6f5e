"""Jobs whose items have something in common: a large table that all of them carry, or a state that all of them update.

What is predicted from one serial run is asked for, so that no neighbour of the machine has a say.
"""

import json
import subprocess
import sys

import pytest
from users import furnish

SHARED = """
import multiprocessing
import threading
import time

TABLE = bytes(20_000_000)
TOTAL = multiprocessing.Value("q", 0)


def compute(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def with_table():
    return [(place, TABLE) for place in range(24)]


def look_up(place, table):
    compute(0.015)
    return len(table) + place


class Scorer:
    def __init__(self):
        self.table = TABLE

    def score(self, place):
        return look_up(place, self.table)


SCORER = Scorer()
PLACES = list(range(24))
MANY = list(range(120))  # long beside the start of two interpreters, on any machine
score = lambda place: look_up(place, TABLE)


def add_up(place):
    with TOTAL.get_lock():
        compute(0.015)
        TOTAL.value += place


def add_once(place):
    compute(0.015)
    with TOTAL.get_lock():
        TOTAL.value += place


def array():
    import numpy

    matrix = numpy.arange(1_000_000.0)
    return [(place, matrix) for place in range(12)]


def look_at(place, matrix):
    time.sleep(0.2)
    return float(matrix[place])


def change(place, matrix):
    time.sleep(0.02)
    matrix[place] = 0


def records():
    table = {str(number): number for number in range(50_000)}
    return [{"key": str(place), "table": table} for place in range(12)]


def find(key, table):
    compute(0.1)
    return table[key]


def with_lock():
    lock = threading.Lock()
    return [(place, lock) for place in range(12)]


def hold(place, lock):
    compute(0.1)
    return place


def others():
    return [(place, [place]) for place in range(12)]
"""
TWO = ("--once", "--workers", "2")


@pytest.fixture
def user(tmp_path):
    """A user with the module above."""
    some = furnish(tmp_path)
    (some.folder / "shared.py").write_text(SHARED)
    return some


PROCESSES = ("--strategies", "process_executor", "--workers", "2")
FORKED = ("--start-methods", "fork")


def planned(user, function, items, *words):
    """What the plan's JSON holds, for two workers, from one serial run."""
    ended = user.plan(f"shared.py:{function}", "--items", f"shared.py:{items}", *TWO, *words, "--json")
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize(
    ("function", "items"), [("look_up", "with_table"), ("SCORER.score", "PLACES"), ("score", "PLACES")]
)
def test_what_is_large_or_can_not_be_sent_is_inherited(user, function, items):
    """20 MB in every item or in the function, or a lambda: workers inherit it, in the script to paste as well."""
    chosen = planned(user, function, items)["recommendation"]
    assert (chosen["strategy"], chosen["workers"]) == ("inherited", 2)
    script = user.folder / "pasted.py"
    script.write_text(chosen["code"] + "    print(sum(results))\n")
    ran = subprocess.run(
        [sys.executable, script], cwd=user.folder, capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout == f"{24 * 20_000_000 + sum(range(24))}\n"


def test_items_that_hold_one_lock_are_told_to_return_their_parts(user):
    """All of an item under a Value's lock: no more than it lets through, and what parts of their own would bring."""
    answer = planned(user, "add_up", "PLACES", *FORKED)
    chosen = answer["recommendation"]
    assert chosen is None or chosen["speedup"]["point"] < 1.3
    (lock,) = [reason for reason in answer["reasons"] if "holds TOTAL" in reason]
    assert "workers take turns" in lock
    (parts,) = [reason for reason in answer["reasons"] if "Without TOTAL" in reason]
    assert "for part in executor.map(add_up, items): total.update(part)" in parts


def test_a_lock_that_is_held_for_a_moment_limits_nothing(user):
    """The same sum, added once at the end of each item: two processes, and no word of the lock."""
    answer = planned(user, "add_once", "PLACES", *FORKED)
    assert answer["recommendation"]["speedup"]["point"] > 1.3
    assert not any("TOTAL" in words for words in (*answer["reasons"], *answer["warnings"]))


def test_a_lock_that_each_worker_makes_for_itself_is_warned_of(user):
    """Workers that import the module again have a TOTAL each: what they add to it does not come back."""
    words = (*PROCESSES, "--start-methods", "spawn", "--once", "--json")
    answer = json.loads(user.plan("shared.py:add_once", "--items", "shared.py:MANY", *words).stdout)
    assert any("makes its own TOTAL: no lock is shared" in words for words in answer["warnings"])
    assert not any("take turns" in reason for reason in answer["reasons"])
    assert any("start by spawn: each imports the module again" in reason for reason in answer["reasons"])


def shared(user, function, items, name, *words):
    """The plan's JSON with this argument given once, and what its reason says of the ways to give it."""
    ended = user.plan(f"shared.py:{function}", "--items", f"shared.py:{items}", "--shared", name, *words, "--json")
    assert ended.returncode == 0, ended.stderr
    answer = json.loads(ended.stdout)
    return answer, [reason for reason in answer["reasons"] if f" {name} (" in reason]


def run_script(user, answer):
    """What the plan's script computes."""
    (user.folder / "pasted.py").write_text(answer["recommendation"]["code"] + "    print(sum(results))\n")
    ran = subprocess.run(
        [sys.executable, "pasted.py"], cwd=user.folder, capture_output=True, text=True, timeout=60, check=True
    )
    return float(ran.stdout)


@pytest.mark.timing  # other ways are measured on quiet cores only
@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_shared_argument_is_given_once_and_the_ways_are_measured(user, method):
    """Items that wait, so that whoever else computes has no say: all ways have figures, the script the results."""
    words = ("--strategies", "process_executor", "--workers", "4", "--start-methods", method, "--blocks", "1")
    answer, (ways,) = shared(user, "look_at", "array", "matrix", *words)
    assert "atrix (7.63 MiB)" in ways
    assert "sent with every item" in ways
    assert "predicted" not in ways
    assert "no time" not in ways
    assert "initializer=keep" in answer["recommendation"]["code"]
    assert run_script(user, answer) == sum(range(12))


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_shared_argument_is_predicted_from_one_run(user, method):
    """A dict in dicts, by its key: items are small then, and sending it in each is predicted to be slower."""
    answer, (ways,) = shared(user, "find", "records", "table", *PROCESSES, "--start-methods", method, "--once")
    assert "Workers are given table" in ways
    assert ways.count("(predicted)") == 2
    assert run_script(user, answer) == sum(range(12))


@pytest.mark.timing
def test_a_way_that_fails_is_said_to(user):
    """A function that changes the array can't be given one that is mapped for reading."""
    _, (ways,) = shared(user, "change", "array", "matrix", *PROCESSES, "--blocks", "1")
    assert "memory-mapped fails (ValueError: assignment destination is read-only)" in ways


def test_threads_need_not_be_given_it(user):
    """They share it, and the script is the usual one."""
    words = ("--strategies", "threads", "--workers", "4", "--once")
    answer, _ = shared(user, "look_at", "array", "matrix", *words)
    assert "--shared matrix changes nothing: threads share the caller's memory" in answer["reasons"]
    assert "keep" not in answer["recommendation"]["code"]


def test_forked_workers_inherit_what_can_not_be_pickled(user):
    """A lock in every item: forks have it, and spawned workers can't."""
    answer, _ = shared(user, "hold", "with_lock", "lock", *PROCESSES, *FORKED, "--once")
    assert answer["recommendation"]["strategy"] == "process_executor"
    assert run_script(user, answer) == sum(range(12))


def test_large_items_that_hold_one_object_name_the_option(user):
    """Where workers are sent them; not where they inherit them."""
    ended = user.plan(
        "shared.py:find", "--items", "shared.py:records", *PROCESSES, "--start-methods", "spawn", "--once", "--json"
    )
    reasons = json.loads(ended.stdout)["reasons"]
    assert any("all items share `table`: --shared table gives it to each worker once" in each for each in reasons)
    inherited = planned(user, "look_up", "with_table")["reasons"]
    assert not any("--shared" in each for each in inherited)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["look_at", "--items", "shared.py:array", "--shared", "matrx"], "shared.py:look_at has no such argument"),
        (["look_at", "--items", "shared.py:array", "--shared", "place"], "item 2 of 12 has another place (1)"),
        (["find", "--items", "shared.py:array", "--shared", "matrix"], "it has key, table"),
        (["hold", "--items", "shared.py:others", "--shared", "lock"], "has another lock ([1]) than item 1"),
        (["hold", "a", "b", "--shared", "lock"], "use --items REFERENCE"),
        (["hold", "--items", "shared.py:with_lock", "--shared", "lock", "--start-methods", "spawn"],
         "it can't be sent to a worker (TypeError: cannot pickle '_thread.lock' object)"),
        (["hold", "--items", "shared.py:others", "--shared", "lock", "--rate", "5/s"], "contradict each other"),
        (["hold", "--items", "shared.py:others", "--shared", "lock", "--strategies", "static"],
         "workers of static take no initializer: choose process_executor"),
        (["add_up", "--items", "shared.py:PLACES", "--shared", "place"], "gets each item whole"),
    ],
)  # fmt: skip
def test_what_can_not_be_shared_is_refused_in_one_line(user, words, message):
    """With status 2, before anything runs."""
    ended = user.plan(f"shared.py:{words[0]}", *words[1:])
    assert (ended.returncode, ended.stdout) == (2, "")
    *notes, line = ended.stderr.splitlines()
    assert all("loading shared takes" in note for note in notes)  # on a busy machine
    assert line.startswith("lightwork: ")
    assert message in line
