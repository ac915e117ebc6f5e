"""Adding a plan's form: one file with one function under `@form(...)`, and the command has its option."""

import importlib.util

import pytest
from calibrations import calibrate

from lightwork import cli
from lightwork.planning import forms

FORM = '''
from lightwork.planning.forms import form


@form("toml", help="the target alone, as TOML", mark=b"target = ")
def as_toml(result):
    """One line."""
    return f'target = "{result.target}"\\n'
'''


@pytest.fixture
def toml(tmp_path, monkeypatch):
    """A form from a file of its own, registered for as long as a test runs."""
    monkeypatch.setattr(forms, "_registry", dict(forms._registry))
    path = tmp_path / "toml_form.py"
    path.write_text(FORM)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def test_a_new_form_is_an_option_and_a_file(toml, tmp_path, capsys, monkeypatch):
    """The help shows --toml, and a plan writes it to the file named, beside the words."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    calibrate(tmp_path / "data")
    with pytest.raises(SystemExit):
        cli.main(["plan", "--help"])
    assert "--toml [FILE]" in capsys.readouterr().out
    words = ("--strategies", "map", "--workers", "2", "--chunksizes", "1", "--orders", "given", "--once")
    assert cli.main(["plan", "sleep_io", *words, "--toml", "plan.toml"]) == 0
    assert (tmp_path / "plan.toml").read_text() == 'target = "sleep_io"\n'
    assert "Predicted, not measured" in capsys.readouterr().out


def test_a_new_form_keeps_off_files_that_are_not_its_own(toml, tmp_path, capsys, monkeypatch):
    """A file without the form's mark is not replaced."""
    (tmp_path / "theirs.toml").write_text("[theirs]\n")
    assert cli.main(["plan", "sleep_io", "--once", "--toml", str(tmp_path / "theirs.toml")]) == 2
    assert "lightwork did not write it" in capsys.readouterr().err
