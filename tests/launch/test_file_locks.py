"""File locks: how long a process holds one place of a file for itself, as its items do."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from lightwork.launch.file_locks import FEWEST_LOOKS, NAME, SHARE, FileLocks

HOLDER = """
import fcntl, sys

call = fcntl.{} if {!r} == "flock" else fcntl.lockf
file = None
for line in sys.stdin:
    if file:
        file.close()
    file = open(line.strip(), "w") if line.strip() else None
    if file:
        call(file, fcntl.LOCK_EX)
    print("done", flush=True)
"""


@contextmanager
def holder(kind="lockf"):
    """Its locks, and a function that lets a process hold a lock on a file of this name, "" for none."""
    words = [sys.executable, "-c", HOLDER.format(kind, kind)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def hold(name):
            process.stdin.write(f"{name}\n")
            process.stdin.flush()
            process.stdout.readline()

        yield FileLocks(process.pid), hold
        process.stdin.close()


@pytest.mark.parametrize("kind", ["lockf", "flock"])
def test_the_file_is_named_with_the_share_of_time_in_which_it_is_locked(tmp_path, kind):
    """Seen in six of ten looks."""
    with holder(kind) as (locks, hold):
        for look in range(10):
            hold(tmp_path / "sales.db" if look % 5 < 3 else "")
            locks.look()
    assert locks.facts() == {NAME: "sales.db", SHARE: 0.6}


def test_files_of_their_own_keep_nobody_waiting(tmp_path):
    """Each item locks another file."""
    with holder() as (locks, hold):
        for look in range(10):
            hold(tmp_path / f"{look}.db")
            locks.look()
        assert locks.facts() == {}


def test_a_lock_for_the_whole_process_says_nothing_of_items(tmp_path):
    """Such as one that keeps a program from running twice: it is still held when all items are done."""
    with holder() as (locks, hold):
        hold(tmp_path / "only.lock")
        for _ in range(10):
            locks.look()
        assert locks.facts()[SHARE] == 1.0
        locks.forget_lasting()
    assert locks.facts() == {}


def test_a_few_looks_tell_nothing(tmp_path):
    """Nor does a lock that is held now and then, nor a process without any."""
    with holder() as (locks, hold):
        hold(tmp_path / "brief.db")
        for _ in range(FEWEST_LOOKS - 1):
            locks.look()
        assert locks.facts() == {}
        hold("")
        for _ in range(4 * FEWEST_LOOKS):
            locks.look()
    assert locks.facts() == {}
    assert FileLocks(0).facts() == {}
