"""Traffic: what is pickled to hand items over and results back, counted in a probing round and in no other."""

import os
import pickle
import subprocess
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from registered import all_but, unless_absent
from rounds import PATIENCE_S, job

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.pickled_bytes import apart
from lightwork.workload.initializer import initialized

RESULT_BYTES = 20_000
ITEMS = 12
PROCESSES = [name for name in strategies.names() if not strategies.find(name).in_caller]
CELLS = all_but(
    [("map", "fork"), ("queue", "fork"), ("single_writer", "fork"), ("static", "spawn")],
    [unless_absent(name, method) for name in PROCESSES for method in strategies.find(name).start_methods],
)


def probed(folder, setting, probe=True, **parameters):
    """One round of squares whose results are padded, probing or not."""
    with open_workdir(folder) as workdir:
        asked = job(workdir, setting, **{"items": ITEMS, "result_bytes": RESULT_BYTES, **parameters})
        return launch(workdir, replace(asked, probe=probe), PATIENCE_S).round


@pytest.mark.parametrize(("strategy", "method"), CELLS)
def test_counts_every_result_that_comes_back(strategy, method, tmp_path):
    """Whatever the strategy and the start method, all results' bytes are counted as returned, and hardly more."""
    found = probed(tmp_path, Setting(strategy, 2, start_method=method))
    assert found.ok
    pickled = 2 if strategy == "shared_memory" else 1  # by itself, to see the size, and then by its pool
    assert ITEMS * RESULT_BYTES <= found.traffic.returned_bytes <= pickled * ITEMS * (RESULT_BYTES + 500)
    assert found.traffic.returned_messages >= 2


def test_threads_hand_results_over_as_they_are(tmp_path):
    """What stays in one process is not pickled, and not counted."""
    found = probed(tmp_path, Setting("threads", 2))
    assert found.ok
    assert (found.traffic.sent_bytes, found.traffic.returned_bytes) == (0, 0)


@pytest.mark.matrix
def test_items_inherited_by_a_fork_are_not_sent(tmp_path):
    """A static split sends nothing under fork, and every item under spawn."""
    inherited = probed(tmp_path, Setting("static", 2)).traffic
    sent = probed(tmp_path, Setting("static", 2, start_method="spawn")).traffic
    assert (inherited.sent_bytes, inherited.sent_messages) == (0, 0)
    assert sent.sent_bytes > 50 * ITEMS


def test_chunks_are_messages(tmp_path):
    """A pool sends one message a chunk, and hears one back."""
    one_by_one = probed(tmp_path, Setting("imap_unordered", 2, 1)).traffic
    in_fours = probed(tmp_path, Setting("imap_unordered", 2, 4)).traffic
    assert one_by_one.returned_messages == ITEMS
    assert in_fours.returned_messages == ITEMS / 4
    assert one_by_one.sent_messages - in_fours.sent_messages == ITEMS - ITEMS / 4


def test_what_items_pickle_for_themselves_is_no_hand_over(tmp_path):
    """An item that pickles 20 kB into a file and returns a number hands over a number."""
    found = probed(tmp_path, Setting("imap_unordered", 2), fault="pickle", result_bytes=0)
    assert found.ok, found.reason
    assert found.traffic.returned_bytes < ITEMS * 500


def test_every_legal_call_is_counted(tmp_path):
    """Strategies may name pickle's arguments: the probe counts them and changes nothing."""
    code = """
import io, os, pickle, sys
from pathlib import Path
from lightwork.ledger import pickled_bytes
from lightwork.ledger.table import Ledger
Ledger.create(Path(sys.argv[1]), 1, 1)
ledger = Ledger(sys.argv[1])
pickled_bytes.count(ledger, os.getpid())
file = io.BytesIO()
pickle.dump(obj="x" * 1000, file=file, protocol=4)
pickled = pickle.dumps("y" * 1000, protocol=4)
assert pickle.loads(file.getvalue()) == "x" * 1000
assert ledger.sent() == (len(file.getvalue()) + len(pickled), 2), ledger.sent()
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "ledger")], check=True)


def test_serial_work_sends_nothing(tmp_path):
    """Items that the caller runs itself are pickled by nobody."""
    found = probed(tmp_path, Setting("serial")).traffic
    assert (found.sent_bytes, found.returned_bytes) == (0, 0)


def test_a_timed_round_counts_nothing(tmp_path):
    """Counting costs time: a round that is timed has no traffic."""
    assert probed(tmp_path, Setting("map", 2), probe=False).traffic is None


def test_a_function_that_has_an_initializer_keeps_it(tmp_path):
    """In a probing round too a worker calls its initializer before its first item, wherever that is pickled to."""
    plain, with_one = apart(abs), pickle.loads(pickle.dumps(apart(initialized(abs, partial(os.chdir, tmp_path)))))
    assert not hasattr(plain, "initialize")
    before = Path.cwd()
    try:
        with_one.initialize()
        assert Path.cwd() == tmp_path
    finally:
        os.chdir(before)
    assert with_one(-3) == 3
