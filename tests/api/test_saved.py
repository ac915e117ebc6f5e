"""Saved runs and plans from Python: loaded, compared, and the machine asked."""

import pytest
from repository import REPOSITORY

import lightwork
from lightwork.errors import UsageError

EXAMPLE = REPOSITORY / "docs" / "example"


def test_a_run_is_loaded_and_shows_itself():
    """The saved example's rounds, as a frame."""
    run = lightwork.load(EXAMPLE / "many.json")
    assert len(run.frame()) > 10
    assert "<div" in run._repr_html_()


def test_a_run_compared_with_itself_changes_nothing():
    """Every setting is undecided, and the headline says so."""
    run = lightwork.load(EXAMPLE / "many.json")
    compared = lightwork.compare(run, run)
    frame = compared.frame()
    assert set(frame.word) == {"undecided"}
    assert frame.speedup_ratio.dropna().between(0.999, 1.001).all()
    assert str(compared)


def test_unlike_runs_are_refused():
    """Work of another kind under one label, or other machines: one sentence, unless forced."""
    run = lightwork.load(EXAMPLE / "many.json")
    other = lightwork.load(EXAMPLE / "many.json")
    other.machine["usable_cpus"] = 99.0
    with pytest.raises(UsageError, match="force=True"):
        lightwork.compare(run, other)
    assert len(lightwork.compare(run, other, force=True).frame())


@pytest.mark.matrix
def test_the_doctor_tells_what_the_command_tells():
    """Facts by name, and a line for each finding."""
    diagnosis = lightwork.doctor()
    assert diagnosis.facts["usable_cpus"] > 0
    assert isinstance(diagnosis.advice, list)
    assert "CPU" in str(diagnosis)
