"""Scratch: each round begins in a folder as the working folder is, which stays as it was; real rounds, no plan."""

import os

import pytest
from environments import environment

from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch.workdir import open_workdir
from lightwork.planning import scratch
from lightwork.planning.axes import Axes
from lightwork.planning.request import Request

STORE = """
import os


def names():
    return ["a", "b", "c", "d"]


def store(name):
    assert not os.path.exists(f"{name}.out"), "not fresh"
    with open(f"{name}.out", "w") as file:
        file.write(name)
    with open("log", "a") as log:
        log.write(name)
    if name == "d":
        os.remove("given")
        with open("log") as log:
            assert len(log.read()) <= 5, "not this round's log alone"
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A user's folder with a module and two files, being the working one."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "storing.py").write_text(STORE)
    (home / "log").write_text("-")
    (home / "given").touch()
    monkeypatch.chdir(home)
    return home


def rounds_in(folder, data_dir, count=2):
    """So many rounds of the job, one after the other, and what is left where they kept what they made."""
    with open_workdir(data_dir) as workdir:
        reference = f"{folder / 'storing.py'}:{{}}".format
        parameters = {"source": f"call:{reference('names')}", "scratch": True}
        request = Request(reference("store"), parameters, Axes(), 2.0)
        settings = [Setting("serial"), Setting("process_executor", 2)][:count]
        rounds = [
            environment(workdir, data_dir).run(request, parameters, setting, setting.strategy, 60.0).round
            for setting in settings
        ]
        return rounds, sorted(path.name for path in workdir.rounds.iterdir())


def state(folder):
    """The names of the files there, with what they hold."""
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("way", ["copy", "overlay"])
def test_every_round_begins_with_the_same_files(folder, tmp_path, monkeypatch, way):
    """What an earlier round made, changed or removed is as it was; the folder stays so, and no copy is left."""
    if way == "overlay":
        monkeypatch.setattr(scratch, "SMALL_FILES", 0)
        if not scratch.can_overlay(folder, tmp_path):
            pytest.skip("overlayfs is not permitted here")
    before = state(folder)
    rounds, left = rounds_in(folder, tmp_path / "data")
    assert [(round_.outcome, round_.reason) for round_ in rounds] == [(Outcome.OK, "")] * 2
    assert state(folder) == before
    assert left == []


def test_a_folder_that_holds_what_rounds_change_is_copied(folder, monkeypatch):
    """Where the folder can't be laid under what lies within it, a copy serves as well."""
    monkeypatch.setattr(scratch, "SMALL_FILES", 0)
    rounds, left = rounds_in(folder, folder / "data", count=1)
    assert ([round_.outcome for round_ in rounds], left) == ([Outcome.OK], [])
    assert "a.out" not in os.listdir(folder)


def test_a_folder_too_large_to_copy_is_refused_where_nothing_else_is_permitted(folder, tmp_path, monkeypatch):
    """One line that says what else to do."""
    monkeypatch.setattr(scratch, "can_overlay", lambda *_: False)
    with (folder / "large.bin").open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(UsageError, match=r"has more than 1.00 GiB or 20,000 files: run in a smaller folder"):
        rounds_in(folder, tmp_path / "data", count=1)
