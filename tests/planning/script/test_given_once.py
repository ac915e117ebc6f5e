"""Scripts that give what all items have in common to each worker once: run as pasted, compared with serial."""

import ast

import pytest
from pasted import run_pasted

from lightwork import strategies
from lightwork.core.setting import START_METHODS, Setting
from lightwork.planning.guards import Guards
from lightwork.planning.script.given_once import GivenOnce
from lightwork.planning.script.items_source import Origin
from lightwork.planning.script.source import InitializerCall, Source
from lightwork.planning.script.templates import recipe
from lightwork.workload.arguments import Passing
from lightwork.workload.shared_part import CommonPart

JOBS = """\
import os

import numpy as np

MATRIX = np.arange(1000.0)


def score(row, matrix):
    return float(matrix[row:].sum())


def weigh(matrix, low, high=5, factor=1):
    return float(matrix[low:high].sum()) * factor


def value(item, keep):
    return float(keep[item])


def pairs():
    return [(row, MATRIX) for row in range(12)]


def first():
    return [(MATRIX, low, low + 3) for low in range(12)]


def ragged():
    return [(MATRIX, low, low + 3)[: 2 + low % 2] for low in range(4)]


def dicts():
    return [{"row": row, "matrix": MATRIX} for row in range(12)]


def load(number):
    os.environ["LOADED"] = str(number)


def loaded(row, matrix):
    return score(row, matrix) + float(os.environ["LOADED"])
"""
MATRIX = [float(number) for number in range(1000)]
SCORES = [sum(MATRIX[row:]) for row in range(12)]
ABLE = ["process_executor", "map", "imap_unordered", "apply_async"]


def source(function="score", items="pairs", part=None, way="*", mapped=False, **more):
    """The user's work, its matrix given once."""
    origin = Origin(f"list({items}())", (f"from jobs import {items}",))
    passing = more.pop("passing", Passing(way))
    shared = GivenOnce(part or CommonPart("matrix", 1, True), mapped)
    return Source("jobs", function, origin, passing=passing, shared=shared, **more)


def ran(folder, code):
    """The results that the script leaves, in any order; it must print nothing else."""
    (folder / "jobs.py").write_text(JOBS)
    ended = run_pasted(folder, code + "    print(sorted(results))\n")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    return ast.literal_eval(ended.stdout)


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("mapped", [False, True])
def test_scripts_come_to_the_serial_results(tmp_path, method, mapped):
    """Under each start method, given or mapped; nothing stays behind."""
    code = recipe(source(mapped=mapped), Setting("process_executor", 2, start_method=method), 3)
    assert ran(tmp_path, code) == sorted(SCORES)
    assert {path.name for path in tmp_path.iterdir()} <= {"jobs.py", "job.py", "__pycache__"}


@pytest.mark.parametrize("name", ABLE)
def test_every_pool_takes_it(tmp_path, name):
    """By its initializer."""
    code = recipe(source(), Setting(name, 2, start_method="spawn"), None)
    assert "initializer=keep, initargs=(matrix,)" in code
    assert ran(tmp_path, code) == sorted(SCORES)


@pytest.mark.parametrize("mapped", [False, True])
@pytest.mark.parametrize(
    ("function", "items", "part", "way", "results"),
    [
        ("weigh", "first", CommonPart("matrix", 0), "*", [sum(MATRIX[low : low + 3]) for low in range(12)]),
        ("weigh", "ragged", CommonPart("matrix", 0), "*",
         [sum(MATRIX[low : low + 3 if low % 2 else 5]) for low in range(4)]),
        ("score", "pairs", CommonPart("matrix", 1), "*", SCORES),
        ("score", "dicts", CommonPart("matrix", None), "**", SCORES),
        ("value", "pairs", CommonPart("keep", 1, True), "*", MATRIX[:12]),
    ],
)  # fmt: skip
def test_arguments_are_put_together_as_they_were(tmp_path, function, items, part, way, results, mapped):
    """First, last, alone or not, by keyword, and where its name is one that the script needs."""
    code = recipe(source(function, items, part, way, mapped=mapped), Setting("map", 2, start_method="spawn"), 2)
    assert ran(tmp_path, code) == sorted(results)


def test_keyword_arguments_come_after_it(tmp_path):
    """As `--arguments` has them."""
    passing = Passing("*", {"factor": 2})
    code = recipe(source("weigh", "first", CommonPart("matrix", 0), passing=passing), Setting("map", 2), 2)
    assert "weigh(matrix, *item, factor=2)" in code
    assert ran(tmp_path, code) == sorted(2 * sum(MATRIX[low : low + 3]) for low in range(12))


@pytest.mark.parametrize("mapped", [False, True])
def test_the_users_own_initializer_is_called_too(tmp_path, mapped):
    """By what keeps the part."""
    work = source("loaded", mapped=mapped, initializer=InitializerCall("jobs", "load", (5,)))
    code = recipe(work, Setting("process_executor", 2, start_method="spawn"), None)
    assert ran(tmp_path, code) == sorted(score + 5 for score in SCORES)


def test_guards_stand_around_it(tmp_path):
    """The innermost of them puts the arguments together."""
    work = source(guards=Guards(30.0, 1, collects=True))
    (tmp_path / "jobs.py").write_text(JOBS)
    code = recipe(work, Setting("process_executor", 2, start_method="spawn"), None)
    ended = run_pasted(tmp_path, code + "    print(sorted(result for _, result, _ in results))\n")
    assert ast.literal_eval(ended.stdout) == sorted(SCORES), ended.stderr


@pytest.mark.parametrize("setting", [Setting("threads", 2), Setting("serial"), Setting("inherited", 2)])
def test_workers_that_have_it_anyway_are_given_nothing(tmp_path, setting):
    """Threads, the caller itself, forks that inherit all items."""
    code = recipe(source(), setting, None)
    assert "keep" not in code
    assert ran(tmp_path, code) == sorted(SCORES)


def test_the_script_reads_as_one_would_write_it():
    """Nothing but the part, the initializer and the call."""
    assert strategies.find("process_executor").takes_initializer
    assert recipe(source(), Setting("process_executor", 2), 3, usual_method="fork") == (
        "from concurrent.futures import ProcessPoolExecutor\n"
        "\n"
        "from jobs import pairs, score\n"
        "\n\n"
        "def keep(value):\n"
        "    global matrix\n"
        "    matrix = value\n"
        "\n\n"
        "def call_item(item):\n"
        "    return score(item, matrix)\n"
        "\n\n"
        'if __name__ == "__main__":\n'
        "    items = list(pairs())\n"
        "    matrix = items[0][1]\n"
        "    items = [item[0] for item in items]\n"
        "    with ProcessPoolExecutor(2, initializer=keep, initargs=(matrix,)) as executor:\n"
        "        results = list(executor.map(call_item, items, chunksize=3))\n"
    )
