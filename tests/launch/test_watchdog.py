"""The watch over a host: its end, its deadline, and workers that die as fast as they are made."""

import subprocess
import time
from pathlib import Path

import pytest
from rounds import PATIENCE_S

from lightwork.launch import watchdog
from lightwork.launch.capture import Output
from lightwork.launch.watchdog import STORM, Watch
from lightwork.ledger.table import START, Ledger, State

WORKERS, ITEMS = 2, 60


@pytest.fixture
def ledger(tmp_path):
    """A ledger of many items and no worker."""
    Ledger.create(tmp_path / "ledger", ITEMS, 100)
    return Ledger(str(tmp_path / "ledger"))


@pytest.fixture
def watched(ledger):
    """Watch a process that sleeps so long, until the deadline: what came of it."""

    def watch(sleeps_s, deadline_s):
        output = Output()
        host = subprocess.Popen(["sleep", str(sleeps_s)])
        try:
            return Watch(host, output, Path(ledger.path), WORKERS).until(deadline_s)
        finally:
            host.kill()
            host.wait()
            output.close()

    return watch


def begin(ledger, items):
    """Write so many items down as begun."""
    for index in range(items):
        START.pack_into(ledger.memory, ledger.offset_of(index), 1, 0, State.RUNNING)


def make_workers(ledger, workers):
    """Take so many slots."""
    for _ in range(workers):
        ledger.claim(0, 1)


def test_tells_the_exit_code(watched):
    """A host that ends by itself ends the watch."""
    end = watched(0.1, PATIENCE_S)
    assert (end.exit_code, end.reason) == (0, "")


def test_tells_of_the_deadline(watched):
    """One that does not is told of at its deadline."""
    end = watched(60, 0.3)
    assert (end.exit_code, end.reason) == (None, "still running after 0.3 s: stopped")


def test_a_pause_does_not_count_towards_the_deadline(ledger, watched):
    """While the ledger says so no deadline comes; after a pause there is as much time left as before it."""
    now_ns = time.monotonic_ns()
    ledger.pause(now_ns)
    assert watched(1.0, 0.3).exit_code == 0
    ledger.pause(now_ns)
    ledger.end_pause(now_ns + 10**9)
    assert watched(60, 0.3).reason == "still running after 1.3 s: stopped"


def test_no_pause_is_for_ever(ledger, watched, monkeypatch):
    """A host that never comes back from its pause is ended all the same."""
    monkeypatch.setattr(watchdog, "LONGEST_DIGESTS_S", 0.5)
    ledger.pause(1)
    assert watched(60, 0.3).reason == "still running after 0.8 s: stopped"


def test_workers_that_begin_nothing_are_a_storm(ledger, watched):
    """More of them than a pool would ever replace end the watch, long before the deadline."""
    make_workers(ledger, WORKERS + STORM + 1)
    end = watched(60, 60.0)
    assert end.exit_code is None
    assert end.reason.startswith(f"{STORM + 1} workers started no item and were replaced")


def test_a_few_replaced_workers_are_no_storm(ledger, watched):
    """A pool may replace some workers that came to nothing."""
    make_workers(ledger, WORKERS + STORM)
    assert watched(1.2, 60.0).exit_code == 0


def test_new_workers_for_new_items_are_no_storm(ledger, watched):
    """As many workers as items, one after the other, are a way to work (maxtasksperchild=1)."""
    make_workers(ledger, ITEMS)
    begin(ledger, ITEMS)
    assert watched(1.2, 60.0).exit_code == 0


def test_takes_output_while_it_waits(ledger):
    """A host that prints more than a pipe holds is not held up by it."""
    output = Output()
    host = subprocess.Popen(["head", "-c", "1000000", "/dev/zero"], stdout=output.writer)
    try:
        assert Watch(host, output, Path(ledger.path), WORKERS).until(PATIENCE_S).exit_code == 0
    finally:
        host.kill()
        host.wait()
        output.close()
