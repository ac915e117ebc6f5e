"""Writing: what a function stores is seen in its first run, and told before the second."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from lightwork.core.round import Outcome, Round
from lightwork.core.usage import Usage
from lightwork.host import inner_work
from lightwork.launch.finished import Finished
from lightwork.planning import side_effects
from lightwork.text.notes import note_sentence

NARROW = ("--strategies", "static", "--workers", "2", "--orders", "given", "--blocks", "1")


def told(found):
    """What a reader is told of it."""
    return note_sentence(side_effects.note_on("load.py:store", found))


def finished(call_bytes, printed_bytes=0, **more):
    """A round whose write calls came to so many bytes."""
    found = Round("serial", 0, 0, Outcome.OK, usage=Usage(write_call_bytes=call_bytes, **more))
    return Finished(found, b"", printed_bytes)


def test_a_function_that_stores_is_warned_about_before_it_runs_again(user):
    """The files of the first run and the ways out are told ahead of the second run, and among the notes."""
    found = user.plan("load.py:store", *user.files, *NARROW, "--details")
    assert found.returncode == 0, found.stderr
    lines = found.stderr.splitlines()
    (told,) = (number for number, line in enumerate(lines) if "seems to store something" in line)
    assert "its first run created 16 files (file_" in lines[told]
    assert "wrote 96 B" in lines[told]
    assert "with --scratch, or run each item only once with --once" in lines[told]
    assert lines[told + 1] == "running 24 of 24 items serially"
    assert "seems to store something" in found.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["load.py:load_file"],
        ["load.py:tell"],
        pytest.param(["load.py:store", "--once"], marks=pytest.mark.matrix),
        ["load.py:store", "--cleanup", "load.py:undo"],
    ],
)
def test_no_warning_without_a_reason(user, words):
    """A function that only reads or prints is not warned about, nor one whose traces are undone, or made only once."""
    found = user.plan(words[0], *user.files, "--details", *words[1:], *([] if "--once" in words else NARROW))
    assert found.returncode == 0, found.stderr
    assert "seems to store something" not in found.stderr + found.stdout


@pytest.mark.matrix
def test_output_that_goes_to_a_file_beside_the_items_is_no_storing(user):
    """`lightwork plan ... > plan.txt 2> plan.log` in the folder where the work is done."""
    with (user.folder / "plan.txt").open("w") as output, (user.folder / "plan.log").open("w") as complaints:
        words = user.words("load.py:load_file", *user.files, *NARROW)
        subprocess.run(words, cwd=user.folder, env=user.environment, stdout=output, stderr=complaints, check=True)
    assert "seems to store" not in (user.folder / "plan.log").read_text()


def test_tells_what_was_created_changed_and_removed(tmp_path):
    """Files below a folder are compared by size and time of change; what lies in hidden folders does not count."""
    for name in ("same", "grown", "gone"):
        (tmp_path / name).write_text("x")
    below, hidden, own = (tmp_path / name for name in ("below", ".git", "own"))
    for folder in (below, hidden, own):
        folder.mkdir()
    before = side_effects.look([tmp_path], [own])
    (tmp_path / "grown").write_text("xx")
    (tmp_path / "gone").unlink()
    for folder in (below, hidden, own):
        (folder / "new").write_text("x")
    found = side_effects.written(before, side_effects.look([tmp_path], [own]), finished(0))
    names = [[Path(path).name for path in paths] for paths in (found.created, found.changed, found.removed)]
    assert names == [["new"], ["grown"], ["gone"]]
    assert found.created == (str(below / "new"),)
    assert "run created 1 file (new), changed 1 file (grown), removed 1 file (gone)." in told(found)


def test_bytes_beyond_what_was_printed_were_stored():
    """What goes to the output is no storing; bytes that go elsewhere are told even where no file was seen."""
    assert not side_effects.written({}, {}, finished(500, printed_bytes=500))
    assert not side_effects.written({}, {}, finished(0, printed_bytes=500))
    found = side_effects.written({}, {}, finished(2548, printed_bytes=500))
    assert found
    assert "first run wrote 2.00 KiB." in told(found)


def test_what_processes_write_to_each_other_is_no_storing():
    """An item's own pool, or a program whose output it reads, writes to pipes; what goes to storage is told still."""
    with_children = {"cpu_ns": 9, "caller_cpu_ns": 8}
    assert not side_effects.written({}, {}, finished(5000, **with_children, written_bytes=0))
    assert side_effects.written({}, {}, finished(5000, **with_children, written_bytes=4096)).written_bytes == 4096
    assert side_effects.written({}, {}, finished(5000, cpu_ns=8, caller_cpu_ns=8, written_bytes=0))


def test_the_folder_of_an_items_own_fork_server_is_no_storing():
    """What its socket takes on a disk is left out, and nothing more; without such a server all of it is told."""
    ended = finished(500_000, cpu_ns=9, caller_cpu_ns=8, written_bytes=12_288)
    assert side_effects.written({}, {}, ended).written_bytes == 12_288
    served = replace(ended, round=replace(ended.round, facts={inner_work.FORK_SERVER: True}))
    assert not side_effects.written({}, {}, served)
    more = replace(served, round=replace(served.round, usage=replace(served.round.usage, written_bytes=100_000)))
    assert side_effects.written({}, {}, more).written_bytes == 100_000 - side_effects.SERVER_BYTES


def test_only_what_both_looks_met_is_compared_where_files_abound(tmp_path, monkeypatch):
    """With more files than are looked at, a file that only one look reached is neither new nor gone."""
    monkeypatch.setattr(side_effects, "FILES", 3)
    for number in range(5):
        (tmp_path / str(number)).write_text("x")
    before = side_effects.look([tmp_path], [])
    found = side_effects.written(before, dict(list(before.items())[:3]), finished(0))
    assert not found
