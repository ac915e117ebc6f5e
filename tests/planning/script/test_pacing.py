"""Scripts at a rate: pasted, their items start no faster, whoever runs them, and nothing is left out."""

import ast
import json
from dataclasses import replace

import pytest
from pasted import run_pasted
from registered import all_but, in_matrix, unless_absent

from lightwork import strategies
from lightwork.core.rate import StartRate
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.planning.script.items_source import made_by
from lightwork.planning.script.templates import InitializerCall, Source, recipe

APART_S, ITEMS = 0.04, 10
RATE = StartRate(25, "s")
JOBS = f"""
from time import monotonic

FACTOR = []


def items():
    return list(range({ITEMS}))


def note(item):
    return item, monotonic(), *FACTOR


async def note_too(item):
    return item, monotonic()


def load(factor):
    FACTOR.append(factor)


turn = share = lock = sleep = paced_item = note
"""
PACED = [name for name in strategies.names() if strategies.find(name).can_be_paced and not strategies.absent(name)]
PLAIN = [name for name in PACED if not strategies.find(name).awaits]
CLAIMS = [unless_absent(name, method) for name in PLAIN for method in strategies.find(name).start_methods]
SHOWN = [("threads", "fork"), ("map", "fork"), ("process_executor", "spawn"), ("process_executor", "fork")]


def ran(folder, code):
    """What the script's results are, sorted by item, and how many seconds lay between the first and the last start."""
    (folder / "jobs.py").write_text(JOBS)
    ended = run_pasted(folder, code + '    print(__import__("json").dumps(results))\n')
    assert ended.returncode == 0, ended.stderr
    results = sorted(json.loads(ended.stdout))
    moments = sorted(result[1] for result in results)
    return results, moments[-1] - moments[0]


def source(function="note", **more):
    """The job at its rate."""
    return Source("jobs", function, made_by("jobs", "items"), rate=RATE, **more)


@pytest.mark.parametrize(("name", "method"), all_but(SHOWN, CLAIMS))
def test_all_workers_together_keep_the_rate(name, method, tmp_path):
    """Ten items take nine turns, but for how late the first one was; a chunk of several makes no burst."""
    size = 3 if strategies.find(name).default_chunksize else None
    results, span_s = ran(tmp_path, recipe(source(), Setting(name, 3, size, start_method=method), size))
    assert [result[0] for result in results] == list(range(ITEMS))
    assert span_s > (ITEMS - 1) * APART_S / 2


@pytest.mark.parametrize("name", ["serial", "asyncio", "threads"])
def test_coroutines_keep_the_rate(name, tmp_path):
    """Awaited many at a time, one after the other, or in threads."""
    results, span_s = ran(tmp_path, recipe(source("note_too", is_coroutine=True), Setting(name, 3), None))
    assert [result[0] for result in results] == list(range(ITEMS))
    assert span_s > (ITEMS - 1) * APART_S / 2


def test_one_after_the_other_keeps_the_rate(tmp_path):
    """The script of a serial run has no lock and no pool."""
    code = recipe(source(), Setting("serial"), None)
    assert ran(tmp_path, code)[1] > (ITEMS - 1) * APART_S / 2
    assert not any(word in code for word in ("Lock", "Pool", "Executor"))


@pytest.mark.parametrize(("name", "method"), [("threads", "fork"), ("map", "spawn"), *in_matrix(("map", "fork"))])
def test_an_initializer_is_still_called(name, method, tmp_path):
    """A pool takes one: what shares the clock calls it."""
    begun = InitializerCall("jobs", "load", (7,))
    results, _ = ran(tmp_path, recipe(source(initializer=begun), Setting(name, 2, start_method=method), None))
    assert {result[2] for result in results} == {7}


@pytest.mark.parametrize("name", ["serial", "threads", "map", "asyncio"])
@pytest.mark.parametrize("function", ["turn", "share", "lock", "sleep", "paced_item"])
def test_a_function_may_be_called_like_a_part_of_the_script(name, function):
    """It is imported under another name where the script needs its own: no name is bound twice."""
    tree = ast.parse(recipe(source(function, is_coroutine=name == "asyncio"), Setting(name, 2), None))
    nodes = list(ast.walk(tree))
    names = [alias.asname or alias.name for node in tree.body for alias in getattr(node, "names", ())]
    names += [node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    names += {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("rate", "words"), [(RATE, "+ 1 / 25 -"), (StartRate(300, "min"), "+ 60 / 300 -"), (StartRate(1, "h"), "+ 3600 -")]
)
def test_the_rate_reads_as_it_was_given(rate, words):
    """So many in a unit of time, not a number of seconds that somebody worked out."""
    code = recipe(Source("jobs", "note", rate=rate), Setting("threads", 2), None)
    assert words in code
    assert f"# at most {rate}" in code


def test_a_strategy_without_a_clock_has_no_such_script():
    """Fixed shares in processes of their own take no clock."""
    with pytest.raises(UsageError, match="no recipe for static at a rate"):
        recipe(source(), Setting("static", 2), None)


@pytest.mark.parametrize("name", ["serial", "threads", "map", "asyncio"])
def test_the_first_item_waits_for_nothing(name):
    """However few may start, and however short the machine has been up."""
    code = recipe(source("note_too", is_coroutine=True), Setting(name, 2), None)
    slow = recipe(replace(source("note_too", is_coroutine=True), rate=StartRate(2, "day")), Setting(name, 2), None)
    assert "-86400 / 2" in slow
    assert "-1 / 25" not in code
