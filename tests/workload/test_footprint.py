"""A footprint: what items do beside returning a result is seen in a serial run, and what they may well do is not."""

import os
import subprocess
import sys

import numpy as np
import pytest
from repository import REPOSITORY

from lightwork.core.footprint import NO_FOOTPRINT, Gate, SharedFile, StateChange
from lightwork.workload.footprint import footprint_in
from lightwork.workload.kept_state import PICTURE_BYTES, StateWatch, picture

RESULTS, BY_NAME, LOADED, PLACES = [], {}, {}, [None] * 8
SEEN, TOTAL, READY = set(), 0, False
TABLE = np.zeros(8)


class Grader:
    """An object that collects."""

    graded = 0

    def __init__(self):
        self.results = []

    def grade(self, number):
        """Keep the number, and count it."""
        self.results.append(number)
        Grader.graded += 1


GRADER = Grader()


def append(number):
    """The usual way."""
    RESULTS.append(number)


def fill(number):
    """By name, a few names only."""
    BY_NAME[number % 3] = number


def place(number):
    """Into a list that is long enough already."""
    PLACES[number] = number * 1_000


def store(number):
    """Into an array."""
    TABLE[number] = 1.5


def add(number):
    """To a sum."""
    global TOTAL  # noqa: PLW0603  what is tested
    TOTAL += number


def collect(number, into=[]):  # noqa: B006  what is tested
    """Into a default."""
    into.append(number)


def closing():
    """A function that appends to a list of the function that made it."""
    inner = []
    return lambda number: inner.append(number)  # noqa: PLW0108  a function with a closure


def load(number):
    """Lazily, once."""
    global READY  # noqa: PLW0603  as people do
    READY = True
    if not LOADED:
        LOADED.update({each: each for each in range(100)})
    SEEN.add("once")


def changes_of(function, items=range(5)):
    """What a watch of this function finds after these items."""
    watch = StateWatch(function)
    for turn, item in enumerate(items):
        if turn == 1:
            watch.first_is_done()
        function(item)
    return [*watch.changes()]


@pytest.mark.parametrize(
    ("function", "change"),
    [
        (append, StateChange("RESULTS", "list", 0, 5)),
        (fill, StateChange("BY_NAME", "dict", 0, 3)),
        (place, StateChange("PLACES", "list")),
        (store, StateChange("TABLE", "ndarray")),
        (add, StateChange("TOTAL", "int")),
        (collect, StateChange("into", "list", 0, 5)),
        (closing(), StateChange("inner", "list", 0, 5)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_items_change_is_seen(function, change):
    """By its name, with the number of its entries where that is what changed."""
    assert changes_of(function) == [change]


def test_what_an_object_and_its_class_collect_is_seen():
    """A method's self, and an attribute of its class."""
    assert changes_of(GRADER.grade) == [
        StateChange("Grader.graded", "int"),
        StateChange("GRADER.results", "list", 0, 5),
    ]


LAZY = """
class Lazy:  # as a request of flask, or the settings of django, before there are any
    @property
    def __class__(self):
        raise RuntimeError("nothing is configured")
    def __getattr__(self, name):
        raise RuntimeError("nothing is configured")
    def __len__(self):
        raise RuntimeError("nothing is configured")
SETTINGS = Lazy()
def made():
    def inner(item):
        return late if item < 0 else item
    work = inner
    if False:
        late = 1
    return work
"""


def test_objects_that_are_not_there_yet_are_left_alone(watch_in_a_folder):
    """A proxy that raises whatever it is asked, as a global and as an item; a closure's variable that was never set."""
    assert watch_in_a_folder(f"{LAZY}def work(item):\n    return item\n", items="[job.SETTINGS] * 3") == NO_FOOTPRINT
    assert watch_in_a_folder(f"{LAZY}work = made()\n") == NO_FOOTPRINT


def test_what_only_the_first_item_makes_is_no_change():
    """A model that is loaded lazily is each worker's own, and nobody looks for it."""
    assert changes_of(load) == []


@pytest.fixture
def watch_in_a_folder(tmp_path):
    """Watch a module's function `work` for four items, in a process of its own: who listens there does so for ever."""

    def watch(source, items="range(4)"):
        (tmp_path / "job.py").write_text(source)
        code = (
            "import job; from lightwork.workload import footprint\n"
            "watched = footprint.watched(job.work, job.work)\n"
            f"[watched(item) for item in {items}]; print(footprint.facts()['footprint'])"
        )
        ended = subprocess.run(
            [sys.executable, "-c", code], check=True, cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src")},
        )  # fmt: skip
        return footprint_in({"footprint": ended.stdout})

    return watch


@pytest.mark.parametrize(
    ("work", "shared"),
    [
        ("open('out.csv', 'a').write('x')", SharedFile("out.csv", 4, appends=True)),
        ("open('part.tmp', 'w').write('x')", SharedFile("part.tmp", 4, appends=False)),
        ("LOG.write('x' * 10_000)", SharedFile("log.txt", 0, appends=True)),
        ("open(f'{item}.txt', 'w').write('x')", None),
        ("open('job.py').read()", None),
        ("open('job.lock', 'w')", None),
    ],
)
def test_files_that_several_items_write_are_seen(watch_in_a_folder, tmp_path, work, shared):
    """Added to, written anew, or open since import; not a file for each, one that is read, an empty one."""
    files = watch_in_a_folder(f"LOG = open('log.txt', 'a')\ndef work(item):\n    {work}\n").files
    assert [(os.path.relpath(file.path, tmp_path), file.items, file.appends) for file in files] == (
        [(shared.path, shared.items, shared.appends)] if shared else []
    )


def test_what_items_change_of_their_process_is_seen(watch_in_a_folder):
    """The working directory and the environment."""
    seen = watch_in_a_folder("import os\ndef work(item):\n    os.chdir('/')\n    os.environ['ITEM'] = str(item)\n")
    assert (seen.moves, seen.sets_environment) == (True, True)
    seen = watch_in_a_folder("import os\ndef work(item):\n    return os.getcwd(), os.environ.get('ITEM')\n")
    assert seen == NO_FOOTPRINT


def test_connections_of_the_module_are_seen(watch_in_a_folder):
    """What has the methods of a database's connection, by its name; its class is none."""
    opens = "from sqlite3 import Connection, connect\nOPEN = connect(':memory:')\n"
    assert watch_in_a_folder(f"{opens}def work(item):\n    return item\n").connections == ("OPEN",)


@pytest.mark.parametrize("module", ["threading", "asyncio"])
def test_semaphores_of_the_module_are_seen(watch_in_a_folder, module):
    """With as many places as they have when nobody holds them; a lock limits nothing outside of its process."""
    made = f"import {module}, threading\nGATE = {module}.BoundedSemaphore(4)\nLOCK = threading.Lock()\n"
    assert watch_in_a_folder(f"{made}def work(item):\n    return item\n").gates == (Gate("GATE", 4),)


@pytest.mark.parametrize(
    ("changes", "seen"),
    [("item['score'] = 1", [StateChange("their item", "dict")]), ("item = {**item, 'score': 1}", [])],
)
def test_items_that_are_changed_in_place_are_seen(watch_in_a_folder, changes, seen):
    """A row that gets its score, as the caller's never does; a new one in its place is no change."""
    work = f"def work(item):\n    {changes}\n"
    assert list(watch_in_a_folder(work, items="[{'id': 1}, {'id': 2}]").changes) == seen


@pytest.mark.parametrize(
    ("key", "caches"), [("item % 2", (StateChange("rate", "cache", 1, 3),)), ("item", ()), ("0 or PRE", ())]
)
def test_functions_that_keep_results_are_seen(watch_in_a_folder, key, caches):
    """Those that were asked for something new, and for something that was there; no method of a library's."""
    kept = "from functools import cache\n@cache\ndef rate(key):\n    return key\nPRE = 7\nrate(PRE)\n"
    assert watch_in_a_folder(f"{kept}def work(item):\n    rate({key})\n").caches == caches


def test_a_round_that_nobody_watched_has_none():
    """Nor has one of an earlier version."""
    assert footprint_in({}) == NO_FOOTPRINT


def test_a_large_item_is_not_read_to_see_whether_it_changes():
    """A table that an item carries is looked at no further than a megabyte: more takes longer than many items do."""
    read = []

    class Large:
        def __reduce__(self):
            read.append(1)
            return Part, ()

    class Part:
        pass

    assert picture((1, np.zeros(10))) == picture((1, np.zeros(10))) != picture((1, np.ones(10)))
    assert picture((np.zeros(PICTURE_BYTES), 1)) is None
    assert picture((np.zeros(PICTURE_BYTES), Large())) is None
    assert read == []
