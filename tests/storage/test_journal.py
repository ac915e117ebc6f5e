"""The journal: what was measured is on disk at once, and stays there whatever happens to the process."""

import json
import subprocess
import sys

import pytest

from lightwork.core.round import Outcome, Round
from lightwork.launch.finished import Finished
from lightwork.storage.decode import read_as
from lightwork.storage.journal import Journal

FOUND = Round("map-w2", 0, 1, Outcome.OK, t0_ns=1, t1_ns=5, evidence={"rows": 3}, ledger="s1-b000-map-w2")
LOST = Round("map-w2", 1, 0, Outcome.LOST, "2 of 3 items", ledger="s1-b001-map-w2")


def lines(folder):
    """The journal's lines, each as data."""
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]


def test_a_round_is_written_down_when_it_is_kept(tmp_path):
    """Facts and rounds can be read from the file before the journal is closed, failed rounds among them."""
    journal = Journal(tmp_path / "s1")
    journal.open_study({"label": "toy"})
    assert lines(tmp_path / "s1") == [{"study": {"label": "toy"}}]
    journal.keep(Finished(FOUND, b"the ledger"))
    journal.keep(Finished(LOST, b""))
    _, first, second = lines(tmp_path / "s1")
    assert [read_as(Round, line["round"]) for line in (first, second)] == [FOUND, LOST]
    journal.close()


def test_keeps_the_bytes_of_every_ledger(tmp_path):
    """Each round's ledger lies beside under the round's name; a round without one leaves none."""
    journal = Journal(tmp_path / "s1")
    journal.keep(Finished(FOUND, b"the ledger"))
    journal.keep(Finished(LOST, b""))
    journal.close()
    assert [(name, path.read_bytes()) for name, path in journal.ledgers()] == [("s1-b000-map-w2", b"the ledger")]


def test_never_writes_over_another_journal(tmp_path):
    """A journal that is already there, of a killed run for instance, is left alone."""
    first = Journal(tmp_path / "s1")
    first.open_study({"label": "first"})
    first.close()
    with pytest.raises(FileExistsError):
        Journal(tmp_path / "s1")
    assert lines(tmp_path / "s1") == [{"study": {"label": "first"}}]


def test_survives_the_death_of_the_process(tmp_path):
    """After a SIGKILL every round kept before is there, whole, with its ledger."""
    code = f"""
import os, sys
from pathlib import Path
from lightwork.storage.journal import Journal
from lightwork.launch.finished import Finished
from lightwork.core.round import Outcome, Round
journal = Journal(Path({str(tmp_path / "s1")!r}))
journal.open_study({{"label": "toy"}})
for block in range(20):
    journal.keep(Finished(Round("map", block, 0, Outcome.OK, ledger=f"b{{block:03d}}"), b"x" * 5000))
os.kill(os.getpid(), 9)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    found = lines(tmp_path / "s1")
    assert [line["round"]["block"] for line in found[1:]] == list(range(20))
    assert {path.stat().st_size for path in (tmp_path / "s1" / "ledgers").iterdir()} == {5000}
