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
score = lambda place: look_up(place, TABLE)


def add_up(place):
    with TOTAL.get_lock():
        compute(0.015)
        TOTAL.value += place


def add_once(place):
    compute(0.015)
    with TOTAL.get_lock():
        TOTAL.value += place
"""
TWO = ("--once", "--workers", "2")


@pytest.fixture
def user(tmp_path):
    """A user with the module above."""
    some = furnish(tmp_path)
    (some.folder / "shared.py").write_text(SHARED)
    return some


def planned(user, function, items):
    """What the plan's JSON holds, for two workers, from one serial run."""
    ended = user.plan(f"shared.py:{function}", "--items", f"shared.py:{items}", *TWO, "--json")
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
    answer = planned(user, "add_up", "PLACES")
    chosen = answer["recommendation"]
    assert chosen is None or chosen["speedup"]["point"] < 1.3
    (lock,) = [reason for reason in answer["reasons"] if "holds TOTAL" in reason]
    assert "workers take turns" in lock
    (parts,) = [reason for reason in answer["reasons"] if "Without TOTAL" in reason]
    assert "for part in executor.map(add_up, items): total.update(part)" in parts


def test_a_lock_that_is_held_for_a_moment_limits_nothing(user):
    """The same sum, added once at the end of each item: two processes, and no word of the lock."""
    answer = planned(user, "add_once", "PLACES")
    assert answer["recommendation"]["speedup"]["point"] > 1.3
    assert not any("TOTAL" in reason for reason in answer["reasons"])
