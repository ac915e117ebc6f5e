"""Scripts for coroutine functions: every strategy's awaits each item to its end, asyncio's many at the same time."""

import ast
import json

import pytest
from pasted import run_pasted
from registered import all_but, unless_absent

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.planning.script.items_source import made_by
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe

JOBS = '''
import asyncio
import os

loops = {}

async def fetch(item):
    """Twice the item; the loop that the last item of its thread ran in must still be there."""
    loop = asyncio.get_running_loop()
    last = loops.setdefault(id(loop), loop)
    await asyncio.sleep(0.01)
    assert not last.is_closed() and len(loops) <= int(os.environ["MOST_LOOPS"])
    if item == 99:
        raise ValueError("too much")
    return 2 * item

runner = local = await_item = run = work = fetch

def items():
    return [1, 2, 3, 4, 5]

def failing():
    return [1, 2, 99, 4, 5]
'''
SCRIPTED = [name for name in strategies.names() if strategies.find(name).script]
BY_ALL = ("map", "process_executor")  # by all start methods: what passes items is the same under every strategy
CLAIMS = [
    unless_absent(name, method)
    for name in SCRIPTED
    for method in strategies.find(name).start_methods[: None if name in BY_ALL else 1]
]
SHOWN = [("asyncio", "fork"), ("threads", "fork"), ("map", "spawn"), ("process_executor", "fork"), ("queue", "fork")]


def ran(folder, code, most_loops=3):
    """How the script ended, and its results, as it was pasted. most_loops: that its items may be awaited in."""
    (folder / "jobs.py").write_text(JOBS)
    code += '    print(__import__("json").dumps(results))\n'
    return run_pasted(folder, code, MOST_LOOPS=str(most_loops))


@pytest.mark.parametrize(("name", "method"), all_but(SHOWN, CLAIMS))
def test_a_script_awaits_every_item(name, method, tmp_path):
    """Under every strategy and start method the results are those of the coroutines."""
    source = Source("jobs", "fetch", made_by("jobs", "items", files=False), is_coroutine=True)
    # joblib sends the script's own functions anew with every batch, their loop with them.
    ended = ran(tmp_path, recipe(source, Setting(name, 3, start_method=method), None), 5 if name == "joblib" else 3)
    assert (ended.returncode, "never awaited" in ended.stderr) == (0, False), ended.stderr
    assert sorted(json.loads(ended.stdout)) == [2, 4, 6, 8, 10]


@pytest.mark.parametrize("name", ["asyncio", "threads", "map"])
def test_an_items_exception_ends_the_script(name, tmp_path):
    """It stands in the last line."""
    source = Source("jobs", "fetch", made_by("jobs", "failing", files=False), is_coroutine=True)
    ended = ran(tmp_path, recipe(source, Setting(name, 3), None))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "ValueError: too much" in ended.stderr


@pytest.mark.parametrize("name", ["asyncio", "threads", "map"])
@pytest.mark.parametrize("function", ["runner", "local", "await_item", "run", "work"])
def test_a_function_may_be_called_like_a_part_of_the_script(name, function, tmp_path):
    """It is imported under another name."""
    code = recipe(Source("jobs", function, made_by("jobs", "items"), is_coroutine=True), Setting(name, 2), None)
    imported = [node for node in ast.parse(code).body if isinstance(node, ast.ImportFrom) and node.module == "jobs"]
    names = [alias.asname or alias.name for node in imported for alias in node.names]
    defined = [
        node.name for node in ast.walk(ast.parse(code)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    assert not set(names) & {*defined, *(["runner"] if name == "map" else ["local"] if name == "threads" else [])}


def test_a_plain_functions_script_knows_nothing_of_it():
    """No loop where none is needed."""
    assert "asyncio" not in recipe(Source("jobs", "plain", made_by("jobs", "items")), Setting("map", 2), None)
