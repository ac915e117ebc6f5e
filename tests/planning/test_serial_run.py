"""The serial run: as many items as the budget allows, and very short ones several as one."""

import json

import pytest
from calibrations import calibrate
from command_line import run_here
from environments import environment
from hypothesis import given
from hypothesis import strategies as st

from lightwork.launch import file_locks
from lightwork.launch.workdir import open_workdir
from lightwork.planning.axes import Axes
from lightwork.planning.items import JobItems, items_of
from lightwork.planning.request import Request
from lightwork.planning.serial_run import FEWEST_BUNDLES, PILOT, run_serially
from lightwork.workload.target import bundled

WORK = """
import fcntl
import multiprocessing
import time


def slow_items():
    return [0.2] * 40


def uneven_items():
    return [0.05] * 12 + [0.001] * 28


def short_items():
    return list(range(100_000))


def some():
    return list(range(4_000))


def little_work():
    return [0.001] * 20


def wait(seconds):
    time.sleep(seconds)
    return seconds


def square(number):
    return number * number


def total(number):
    return sum(range(1000))


def all_there(results):
    return len(results) == 4_000


def few():
    return list(range(6))


def large_items():
    return [bytes(1_000_000), bytes(2_000_000)]


def size_of(content):
    return len(content)


def start_pool(number):
    with multiprocessing.Pool(2) as pool:
        return sum(pool.map(square, range(number + 9)))


def hold_lock(number):
    with open("shared.lock", "w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        time.sleep(0.1)


def fail_late(seconds):
    wait(seconds)
    if seconds < 0.01:
        raise ValueError("too short")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A user's folder with a module, on a machine already calibrated."""
    place = tmp_path_factory.mktemp("serial")
    (place / "serial_work.py").write_text(WORK)
    (place / "data").mkdir()
    calibrate(place / "data")
    return place


def serially(folder, function, items, budget_s=60.0, *, clock_s=lambda: 0.0, **more):
    """The serial run of a function of `serial_work.py`, and what was said meanwhile."""
    said = []
    with open_workdir(folder / "data") as workdir:
        reference = f"{folder / 'serial_work.py'}:{{}}".format
        parameters = {"source": f"call:{reference(items)}", **more.pop("parameters", {})}
        request = Request(reference(function), parameters, more.pop("axes", Axes()), 2.0, budget_s, **more)
        here = environment(workdir, folder / "data", clock_s=clock_s, say=said.append)
        return run_serially(request, here, items_of(request, workdir)), said


def test_a_pilot_stops_when_its_time_is_up(folder):
    """Items of 0.2 s and a budget of 5 s: two or three are run, not sixteen, and all forty stay in the plan."""
    serial, said = serially(folder, "wait", "slow_items", budget_s=5.0)
    assert said == [f"running {PILOT} of 40 items serially"]
    assert 2 <= len(serial.run) < PILOT
    assert len(serial.sample.stands_for) == len(serial.places) == 40
    assert {serial.sample.stands_for[place] for place in range(40)} <= set(range(len(serial.run)))
    assert (serial.failed, serial.is_first) == ({}, True)


def test_all_are_run_where_they_fit(folder):
    """Of 40 items a tenth of the budget is enough for all: after the pilot every one is run."""
    serial, said = serially(folder, "wait", "uneven_items", budget_s=200.0)
    assert said == [f"running {PILOT} of 40 items serially", "running 40 of 40 items serially"]
    assert serial.sample.is_all
    assert not serial.is_first


def test_the_size_of_items_is_that_of_pickled_ones(folder):
    """The mean of all, as they would be sent; so many times as much of bundles."""
    serial, _ = serially(folder, "size_of", "large_items")
    assert serial.items.item_bytes == pytest.approx(1_500_000, rel=0.01)
    assert serial.items.bundled(2).item_bytes == 2 * serial.items.item_bytes


def test_a_check_needs_all_results(folder):
    """With a check there is no pilot and no bundle: every item is run by itself."""
    checked = {"parameters": {"check": f"{folder / 'serial_work.py'}:all_there"}}
    serial, said = serially(folder, "square", "some", **checked)
    assert said[0] == "running 4,000 of 4,000 items serially"
    assert (serial.items.bundle, serial.sample.is_all) == (1, True)


def test_a_lock_that_items_hold_is_seen(folder, monkeypatch):
    """Which file it is on, and for most of their time."""
    monkeypatch.chdir(folder)
    facts = serially(folder, "hold_lock", "few")[0].finished.round.facts
    assert facts[file_locks.NAME] == "shared.lock"
    assert facts[file_locks.SHARE] > 0.5


def test_an_items_own_pool_stores_nothing(folder):
    """What its processes write to each other, through pipes, is not taken for something that the function stores."""
    serial, said = serially(folder, "start_pool", "few")
    assert not serial.written
    assert "seems to store something" not in "".join(said)


@pytest.fixture(scope="module")
def very_short(folder):
    """The run of 100,000 items of a microsecond or less."""
    return serially(folder, "square", "short_items")


def test_items_of_microseconds_are_run_in_bundles(very_short):
    """Several hundred bundles, each long enough to be timed; together they are all items."""
    serial, said = very_short
    items = serial.items
    assert items.bundle > 1
    assert FEWEST_BUNDLES <= len(items) <= 100_000 // items.bundle + 1
    assert items.of_user == 100_000
    assert [number for some in items.all for number in some] == list(range(100_000))
    assert said[-1] == f"running {len(serial.run):,} of {len(items):,} bundles of {items.bundle:,} items serially"


def test_bundles_are_named_by_the_items_in_them(very_short):
    """As a user counts them: the first is the first."""
    items = very_short[0].items
    assert items.name(0) == f"items 1 to {items.bundle}"
    assert items.name(1).startswith(f"items {items.bundle + 1:,} to ")
    assert items.name(len(items) - 1).endswith(" to 100,000")


@pytest.mark.parametrize(
    "asked", [{"axes": Axes(chunksizes=(1,))}, {"axes": Axes(("queue",))}, {"skip_failing": True}, {"once": True}]
)
def test_items_stay_single_where_single_ones_are_asked_about(folder, asked):
    """A chunksize, a strategy written by hand, items that may fail, a single run: nothing is bundled."""
    request = Request(f"{folder / 'serial_work.py'}:square", {}, **{"axes": Axes(), "usable_cpus": 2.0, **asked})
    assert not request.can_bundle
    assert Request(f"{folder / 'serial_work.py'}:square", {}, Axes(), 2.0).can_bundle


def test_a_short_job_is_not_run_twice(folder):
    """Twenty items of a millisecond: the pilot tells enough."""
    _, said = serially(folder, "wait", "little_work")
    assert said == [f"running {PILOT} of 20 items serially"]


def test_failed_items_are_not_those_that_were_left(folder):
    """Items that raise are left out of the plan, and the pilot that had them is followed by the run of all others."""
    serial, said = serially(folder, "fail_late", "uneven_items", budget_s=200.0, skip_failing=True)
    assert set(serial.failed) == set(range(12, 40))
    assert all(reason.startswith("raised ValueError") for reason in serial.failed.values())
    assert len(serial.places) == 12
    assert len(said) == 2


@given(st.lists(st.integers(), min_size=1, max_size=300), st.integers(1, 50))
def test_bundles_hold_every_item_once_in_order(numbers, size):
    """All of one size, but for the last."""
    made = bundled(numbers, size)
    assert [number for some in made for number in some] == numbers
    assert {len(some) for some in made[:-1]} <= {size}
    assert 1 <= len(made[-1]) <= size


@given(st.lists(st.floats(0, 100), min_size=2, max_size=300), st.integers(2, 50))
def test_a_bundle_weighs_what_its_items_do(weights, size):
    """And counts as many; a bundle of one is no bundle."""
    items = JobItems(None, list(range(len(weights))), weights)
    made = items.bundled(size)
    assert sum(made.weights) == pytest.approx(sum(weights))
    assert made.of_user == len(weights)
    assert items.bundled(1) is items


def plan(folder, *words):
    """A plan in the user's folder, as it ended."""
    return run_here(folder, "plan", *words, LIGHTWORK_DATA=str(folder / "data"))


def test_a_plan_of_twenty_milliseconds_starts_no_worker(folder):
    """It is answered at once: stay serial, and no round with workers was measured."""
    found = plan(folder, "serial_work.py:wait", "--items", "serial_work.py:little_work", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert (told["kind"], told["cells"], told["predictions"]) == ("stay serial", [], [])
    assert "measuring" not in found.stderr


@pytest.mark.matrix
def test_chunks_of_very_short_items_are_told_in_items(folder):
    """Whatever is chosen, its chunksize is a number of the user's items, and so are all that were predicted."""
    found = plan(folder, "serial_work.py:total", "--items", "serial_work.py:short_items", "--cores", "8", "--json")
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    (bundle,) = (int(note.split()[-1]) for note in told["notes"] if "timed in bundles of" in note)
    sizes = {one["chunksize"] for one in told["predictions"] if one["chunksize"]}
    assert bundle > 1
    assert sizes
    assert {size % bundle for size in sizes} == {0}
    assert (told["items"], told["longest_item"]["share"]) == (100_000, 0)
