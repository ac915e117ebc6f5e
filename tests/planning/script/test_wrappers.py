"""Scripts that survive their items: errors beside results, retries, time-outs and a bar, each run as pasted."""

import json
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest
from pasted import run_pasted
from registered import all_but, in_matrix, unless_absent

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.planning.guards import UNGUARDED, Guards
from lightwork.planning.script.items_source import made_by
from lightwork.planning.script.source import InitializerCall, Source
from lightwork.planning.script.templates import recipe
from lightwork.workload.arguments import TUPLE, Passing

JOBS = '''
import asyncio
import os
import time
from pathlib import Path


class Unsendable(Exception):
    """Can't be pickled and made again: it wants two arguments."""

    def __init__(self, what, why):
        super().__init__(f"{what}: {why}")


def items():
    return [0, 1, 2, 3, 4, 5, 6, 7]


def square(number):
    if number == 3:
        raise Unsendable(number, "is bad")
    return number * number


def stuck(number):
    while number == 3:
        time.sleep(0.01)
    return number * number


def flaky(number):
    """Works the second time, in whatever process that is."""
    mark = Path(f"tried-{number}")
    if number % 4 == 3 and not mark.exists():
        mark.touch()
        raise ConnectionError("not now")
    return number * number


async def square_awaited(number):
    await asyncio.sleep(0.001)
    return square(number)


async def stuck_awaited(number):
    await asyncio.sleep(1_000 if number == 3 else 0)
    return number * number


async def flaky_awaited(number):
    return flaky(number)


PAIRS = [(0, 1), (3, 1), (2, 5)]


def product(left, right):
    return square(left) * right


def load(number):
    square(number)
'''
SQUARES = [number * number for number in range(8)]
SCRIPTED = [name for name in strategies.names() if strategies.find(name).script]
# What stands around an item is the same under every strategy: each by its first start method, two of them by all.
BY_ALL = ("map", "process_executor")
CLAIMS = [
    unless_absent(name, method)
    for name in SCRIPTED
    for method in strategies.find(name).start_methods[: None if name in BY_ALL else 1]
]
SHOWN = [
    ("threads", "fork"), ("process_executor", "fork"), ("map", "spawn"), ("imap_unordered", "fork"),
    ("asyncio", "fork"),
]  # fmt: skip
STOPPED = [
    claim
    for claim in CLAIMS
    if strategies.find(claim.values[0]).workers == "processes" or strategies.find(claim.values[0]).awaits
]


def source_of(name, function, guards, **more):
    """The job under this strategy: its coroutine function where that awaits."""
    awaits = strategies.find(name).awaits
    whole = f"{function}_awaited" if awaits else function
    return Source("jobs", whole, made_by("jobs", "items"), is_coroutine=awaits, guards=guards, **more)


def ran(folder, source, name, method="fork", printed="results", chunksize=None):
    """What the script ended with, and what it leaves under some names."""
    (folder / "jobs.py").write_text(JOBS)
    code = recipe(source, Setting(name, 2, start_method=method), chunksize)
    ended = run_pasted(folder, f'{code}    print(__import__("json").dumps([{printed}]))\n')
    assert ended.returncode == 0, ended.stderr
    return ended, json.loads(ended.stdout)


@pytest.mark.parametrize(("name", "method"), all_but(SHOWN, CLAIMS))
def test_errors_are_collected_beside_results(name, method, tmp_path):
    """Of an item that raises what can't be pickled, too; all others have serial's results, each beside its item."""
    source = source_of(name, "square", Guards(collects=True))
    ended, (results, errors) = ran(tmp_path, source, name, method, "results, errors")
    by_item = {item: result for item, result, _ in results}
    assert by_item == {number: None if number == 3 else number * number for number in range(8)}
    ((item, error),) = errors
    assert (item, error.splitlines()[-1]) == (3, "jobs.Unsendable: 3: is bad")
    assert "in square" in error
    assert "1 of 8 items failed" in ended.stderr


@pytest.mark.parametrize(("name", "method"), all_but([SHOWN[1]], CLAIMS))
def test_an_item_that_raises_is_tried_again(name, method, tmp_path):
    """Until it works, in whichever worker."""
    _, (results,) = ran(tmp_path, source_of(name, "flaky", Guards(retries=1)), name, method)
    assert sorted(results) == SQUARES


@pytest.mark.parametrize(("name", "method"), all_but([SHOWN[1]], STOPPED))
def test_an_item_that_takes_too_long_is_given_up(name, method, tmp_path):
    """And is an error beside the others' results."""
    guards = Guards(timeout_s=1.5, collects=True)
    _, (results, errors) = ran(tmp_path, source_of(name, "stuck", guards), name, method, "results, errors")
    assert sorted(result for _, result, error in results if not error) == sorted({*SQUARES} - {9})
    assert [(item, "TimeoutError" in error) for item, error in errors] == [(3, True)]


@pytest.mark.parametrize("name", ["threads", *in_matrix(("map",))])
def test_a_coroutine_is_given_up_in_a_worker_of_its_own_too(name, tmp_path):
    """By asyncio itself, which works in threads as well."""
    source = Source(
        "jobs", "stuck_awaited", made_by("jobs", "items"), is_coroutine=True,
        guards=Guards(timeout_s=1.0, collects=True),
    )  # fmt: skip
    _, (errors,) = ran(tmp_path, source, name, printed="errors")
    assert [(item, "TimeoutError" in error) for item, error in errors] == [(3, True)]


def test_threads_say_that_they_have_no_time_out():
    """In a line in its place."""
    code = recipe(source_of("threads", "stuck", Guards(timeout_s=1.5)), Setting("threads", 2), None)
    assert "# No time-out: Python can't stop a thread. Give one to what stuck calls.\n" in code
    assert "signal" not in code


@pytest.mark.parametrize(
    ("name", "method", "bar"),
    all_but(
        [("process_executor", "fork", "tqdm"), ("asyncio", "fork", "tqdm"), ("map", "fork", "line")],
        [
            unless_absent(*claim.values, bar)
            for claim in CLAIMS
            for bar in (("tqdm", "line") if claim.values[0] in BY_ALL else ("tqdm",))
        ],
    ),
)
def test_a_bar_counts_to_the_end(name, method, bar, tmp_path):
    """It shows on standard error how many are done, and the results are those without it."""
    pytest.importorskip("tqdm")
    source = source_of(name, "square", Guards(bar=bar, collects=True))
    has_chunks = strategies.find(name).default_chunksize is not None
    ended, (results,) = ran(tmp_path, source, name, method, chunksize=2 if has_chunks else None)
    assert sorted(item for item, _, _ in results) == list(range(8))
    last = ended.stderr.replace("\n", "\r").rstrip("\r").split("\r")
    assert any(f"{count}{of}{count}" in line for line in last for count in (8, 4, 2, 6) for of in ("/", " of ")), last


def test_all_of_them_are_one_short_script(tmp_path):
    """With arguments that are spread, and an initializer: the innermost wrapper calls the function itself."""
    passing = Passing(TUPLE, is_list=True)
    source = Source(
        "jobs", "product", made_by("jobs", "PAIRS", passing=passing), passing=passing,
        initializer=InitializerCall("jobs", "load", (1,)), guards=Guards(5.0, 1, collects=True, bar="line"),
    )  # fmt: skip
    ended, (results, errors) = ran(tmp_path, source, "process_executor", printed="results, errors")
    assert sorted(result for _, result, error in results if not error) == [0, 20]
    assert [item for item, _ in errors] == [[3, 1]]
    assert "3 of 3" in ended.stderr
    code = recipe(source, Setting("process_executor", 2), None)
    assert code.count("product(*item)") == 1
    assert "call_item" not in code


@pytest.mark.parametrize("name", SCRIPTED)
def test_what_is_not_asked_for_does_not_appear(name):
    """A script without guards is the strategy's own."""
    code = recipe(source_of(name, "square", UNGUARDED), Setting(name, 2), None)
    words = ("attempt", "retry", "limited", "tqdm", "shown", "errors", "signal", "$")
    assert not [word for word in words if word in code]


@pytest.mark.parametrize("name", SCRIPTED)
def test_every_strategy_has_a_bar(name):
    """Its template with one differs from that without, and is Python whatever the bar."""
    strategy = strategies.find(name)
    assert strategy.watched.replace("$bar", "") != strategy.script
    for bar in ("tqdm", "line"):
        guards = Guards(2.0, 2, collects=True, bar=bar)
        compile(recipe(source_of(name, "square", guards), Setting(name, 2), 2), "job.py", "exec")


@pytest.mark.skipif(shutil.which("ruff", path=Path(sys.executable).parent) is None, reason="needs ruff")
def test_gives_a_linter_nothing_to_say(tmp_path):
    """Imports are sorted and used, lines are not too long, for every strategy with every guard."""
    (tmp_path / "jobs.py").touch()
    some = (
        Guards(2.5, 3, collects=True, bar="tqdm"),
        Guards(collects=True, bar="line"),
        Guards(5.0),
        Guards(retries=2),
    )
    for number, (claim, guards, most_items) in enumerate(product(CLAIMS, some, (None, 40))):
        name, method = claim.values
        chunksize = 12 if strategies.find(name).default_chunksize else None
        setting = Setting(name, 16, start_method=method)
        code = recipe(source_of(name, "square", guards), setting, chunksize, most_items=most_items)
        (tmp_path / f"job{number}.py").write_text(code)
    ruff = Path(sys.executable).parent / "ruff"
    command = [ruff, "check", "--isolated", "--no-cache", "--target-version=py311", "--select=E,F,I", "."]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


@pytest.mark.parametrize(
    "function", ["attempt", "tqdm", *in_matrix(("retry",), ("limited",), ("stop",), ("shown",), ("errors",))]
)
def test_a_function_may_be_called_like_a_wrapper(function, tmp_path):
    """It is imported under another name; what makes the items as well."""
    (tmp_path / "theirs.py").write_text(
        f"def {function}(number=None):\n    return [1, 2] if number is None else number"
    )
    guards = Guards(5.0, 1, collects=True, bar="tqdm" if function == "tqdm" else "line")
    source = Source("theirs", function, made_by("theirs", function), guards=guards)
    _, (results,) = ran(tmp_path, source, "map", method="fork")
    assert sorted(result for _, result, _ in results) == [1, 2]
    assert sys.modules.get("theirs") is None
