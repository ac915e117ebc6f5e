"""Which start methods a strategy is measured under, named or not."""

import pytest

from lightwork import strategies
from lightwork.machine import start_method
from lightwork.planning.axes import Axes
from lightwork.study.profiles import Grid

EVERYWHERE = ("threads", "serial", "asyncio", "joblib", "interpreters")


@pytest.fixture(params=["fork", "forkserver", "spawn"])
def default(request, monkeypatch):
    """A Python that starts processes by this method; where it is spawn, it has no other, as macOS in the end."""
    methods = ("spawn",) if request.param == "spawn" else (request.param, "fork", "spawn", "forkserver")
    monkeypatch.setattr(start_method, "usable", lambda: methods)
    return request.param


@pytest.mark.parametrize("name", EVERYWHERE)
def test_workers_that_are_no_choice_stay_whatever_is_named(name):
    """Threads, coroutines, interpreters and a library's own processes have one way to start."""
    strategy = strategies.find(name)
    assert strategy.starts_its_own_way
    assert strategy.methods_among(("spawn",)) == strategy.methods_among(("fork", "forkserver")) == ("fork",)


def test_nothing_named_is_what_python_does(default):
    """Plans and the suite take its own method; what can only fork is left out where that is not safe."""
    assert Axes(("map",)).kinds() == [("map", default)]
    grid = Grid("sleep_io", strategies=("map", "fork", "threads"), workers=(2,))
    methods = {setting.strategy: setting.start_method for setting in grid.settings()}
    forked = {} if default == "spawn" else {"fork": "fork"}
    assert methods == {"map": default, "threads": "fork", **forked}


def test_what_is_named_is_all_that_is_taken(default):
    """A strategy that can't take the named method is left out, rather than started otherwise."""
    assert Axes(("map", "inherited", "threads"), start_methods=("spawn",)).kinds() == [
        ("map", "spawn"),
        ("threads", "fork"),
    ]


def test_what_is_measured_under_one_method_takes_one_that_is_there(default):
    """Costs and faults are measured under the first of a strategy's methods that the system has."""
    assert strategies.find("map").first_method == ("spawn" if default == "spawn" else "fork")
    assert strategies.find("threads").first_method == "fork"
