"""Adding a fault: one file with `FAULT = Fault(...)`, and it is measured and shown like the others."""

import importlib
from pathlib import Path

import pytest

from lightwork import cli
from lightwork.faults import fault, kinds

FILE = '''
from lightwork.faults.fault import Fault


def suffer(folder):
    """Raise KeyError."""
    raise KeyError("mislaid")


FAULT = Fault("mislay", "mislaid", "an item looks up a key that is not there", suffer=suffer)
'''


@pytest.fixture
def mislay(tmp_path, monkeypatch):
    """A fault from a file of its own, registered for as long as a test runs; workers can import the file."""
    (tmp_path / "mislay_fault.py").write_text(FILE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(fault, "_registry", dict(fault._registry))
    return fault.register(importlib.import_module("mislay_fault").FAULT)


def test_a_new_fault_is_measured_and_shown(mislay, tmp_path, capsys, monkeypatch):
    """The command takes its name, a worker suffers it, and the table has its column and its note."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path / "data"))
    assert cli.main(["faults", "--strategies", "static", "--faults", "mislay", "--details", "--json", "f.json"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "strategy mislaid" in shown
    assert "raises" in shown
    assert "an item looks up a key that is not there" in shown
    assert "KeyError" in shown
    assert cli.main(["faults", "--from", "f.json"]) == 0
    assert "mislaid" in capsys.readouterr().out


def test_the_faults_of_the_folder_need_no_list():
    """Every file in kinds/ is a fault of another name, found without being named anywhere."""
    files = list(Path(kinds.__file__).parent.glob("[!_]*.py"))
    assert len(fault.faults()) == len(files) > 0
