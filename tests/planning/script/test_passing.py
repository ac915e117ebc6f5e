"""Scripts for functions of several arguments, with keyword arguments, and for items that are converted or rows."""

import json

import pytest
from pasted import run_pasted
from registered import all_but, in_matrix, unless_absent

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.planning.script.items_source import made_by
from lightwork.planning.script.script import script_for
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe
from lightwork.workload.arguments import KEYWORDS, TUPLE, WHOLE, Passing

JOBS = """
import pandas as pd

PAIRS = [(1, 2), (3, 4), (5, 6)]


def add(left, right, *, times=1):
    return (left + right) * times


async def add_awaited(left, right, *, times=1):
    return (left + right) * times


def scaled(number: int, by=1):
    return number * by


def rows():
    return pd.DataFrame({"left": [1, 3, 5], "right": [2, 4, 6]})


def numbers():
    return [3, 7, 11]


call_item = add
"""
SCRIPTED = [name for name in strategies.names() if strategies.find(name).script]
BY_ALL = ("map", "process_executor")  # by all start methods: what passes items is the same under every strategy
CLAIMS = [
    unless_absent(name, method)
    for name in SCRIPTED
    for method in strategies.find(name).start_methods[: None if name in BY_ALL else 1]
]
SHOWN = [("threads", "fork"), ("process_executor", "fork")]
PLAIN = [claim for claim in CLAIMS if not strategies.find(claim.values[0]).awaits]


def results_of(folder, code, **more):
    """What the script leaves, in any order."""
    (folder / "jobs.py").write_text(JOBS)
    ended = run_pasted(folder, code + '    print(__import__("json").dumps(results))\n', **more)
    assert ended.returncode == 0, ended.stderr
    return sorted(json.loads(ended.stdout))


@pytest.mark.parametrize(("name", "method"), all_but(SHOWN, PLAIN))
def test_a_script_spreads_items_under_every_strategy(name, method, tmp_path):
    """A tuple over the arguments, with keyword arguments."""
    passing = Passing(TUPLE, {"times": 2}, is_list=True)
    source = Source("jobs", "add", made_by("jobs", "PAIRS", passing=passing), passing=passing)
    assert results_of(tmp_path, recipe(source, Setting(name, 2, start_method=method), None)) == [6, 14, 22]


@pytest.mark.parametrize(("name", "method"), all_but(SHOWN, PLAIN))
def test_a_script_gives_keyword_arguments_under_every_strategy(name, method, tmp_path):
    """By functools.partial."""
    passing = Passing(WHOLE, {"by": 2})
    source = Source("jobs", "scaled", made_by("jobs", "numbers"), passing=passing)
    code = recipe(source, Setting(name, 2, start_method=method), None)
    assert "call_item = partial(scaled, by=2)\n" in code
    assert results_of(tmp_path, code) == [6, 14, 22]


@pytest.mark.parametrize("name", ["asyncio", *in_matrix(("threads",), ("map",))])
def test_a_script_spreads_items_of_a_coroutine_function(name, tmp_path):
    """Where items are awaited in the loop as well as where each worker has its own."""
    passing = Passing(TUPLE, {"times": 2}, is_list=True)
    source = Source(
        "jobs", "add_awaited", made_by("jobs", "PAIRS", passing=passing), (), is_coroutine=True, passing=passing
    )
    assert results_of(tmp_path, recipe(source, Setting(name, 2), None)) == [6, 14, 22]


@pytest.mark.matrix
def test_a_data_frames_rows_are_passed_by_keywords(tmp_path):
    """As the dicts that its rows are."""
    passing = Passing(KEYWORDS, is_frame=True)
    source = Source("jobs", "add", made_by("jobs", "rows", passing=passing), passing=passing)
    code = recipe(source, Setting("map", 2), None)
    assert 'items = rows().to_dict("records")' in code
    assert results_of(tmp_path, code) == [3, 7, 11]


@pytest.mark.matrix
def test_a_function_may_be_called_like_the_wrapper(tmp_path):
    """It is imported under another name."""
    passing = Passing(TUPLE, is_list=True)
    source = Source("jobs", "call_item", made_by("jobs", "PAIRS", passing=passing), passing=passing)
    assert results_of(tmp_path, recipe(source, Setting("map", 2), None)) == [3, 7, 11]


@pytest.mark.parametrize("strategy", ["map", *in_matrix(("serial",))])
def test_words_are_converted_in_the_script_too(strategy, tmp_path):
    """As the plan converted them."""
    (tmp_path / "list").write_text("3\n7\n11\n")
    code = script_for("jobs.py:scaled", [f"@{tmp_path}/list"], None, [1.0] * 3, passing=Passing(converter="int"))
    assert results_of(tmp_path, code(Setting(strategy, 2), None)) == [3, 7, 11]


@pytest.mark.matrix
def test_items_that_end_in_nul_are_split_by_it(tmp_path, monkeypatch):
    """A list as well as standard input."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list").write_text("3\0007\00011\0")
    code = script_for("jobs.py:scaled", ["@list"], None, [1.0] * 3, passing=Passing(converter="int"), null=True)
    assert results_of(tmp_path, code(Setting("map", 2), None)) == [3, 7, 11]
    code = script_for("jobs.py:scaled", ["-"], None, [1.0] * 3, null=True)(Setting("map", 2), None)
    assert r'items = list(filter(str.strip, sys.stdin.read().split("\0")))' in code


def test_a_pattern_stays_a_pattern(tmp_path, monkeypatch):
    """The script looks for the files itself."""
    monkeypatch.chdir(tmp_path)
    for name in ("b.csv", "a.csv", "other.txt"):
        (tmp_path / name).touch()
    code = script_for("jobs.py:scaled", ["?.csv"], None, [1.0] * 2)(Setting("map", 2), None)
    assert 'items = sorted(glob("?.csv"))' in code
