"""Recipes are run as pasted: written to a file, started in an interpreter of their own, compared with serial."""

import json
import keyword
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pasted import run_pasted
from registered import all_but, each_once, unless_absent

from lightwork import strategies
from lightwork.core.setting import ORDERS, START_METHODS, Setting
from lightwork.errors import UsageError
from lightwork.planning.script.items_source import ARGUMENTS, Origin, listed_in, matching
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe

LOAD = """\
import os
from multiprocessing import current_process

def load_file(path):
    with open(path) as file:
        text = file.read()
    if text == "broken":
        raise ValueError(f"{path} is broken")
    return [path, text]

def load_and_tell(path):
    return [*load_file(path), type(current_process()).__name__, os.getpid()]

def usable(path):
    return sorted(os.sched_getaffinity(0))

def numbers():
    return list(range(5))

def items(number):
    return number * number
"""
SOURCE = Source("load", "load_file", matching("data/*.csv"))
RECIPES = [name for name in strategies.names() if strategies.find(name).script and not strategies.find(name).awaits]
CLAIMS = each_once(unless_absent(name, method) for name in RECIPES for method in strategies.find(name).start_methods)
SHORT = ["apply_async", "imap_unordered", "map", "process_executor", "serial", "threads"]
LONGEST = {
    "fork": 28, "queue": 34, "pipe": 28, "static": 26, "static_striped": 24, "apply_async": 11, "process_executor": 11,
    "mpire": 11, "shared_memory": 30, "dask": 17, "inherited": 15,
}  # fmt: skip
CLASSES = {"fork": ("Process", "ForkProcess"), "spawn": ("SpawnProcess",), "forkserver": ("ForkServerProcess",)}
MPIRES_CLASSES = {"fork": ("ForkWorker",), "spawn": ("SpawnWorker",), "forkserver": ("ForkServerWorker",)}
LIBRARIES_CLASSES = {"joblib": {"fork": ("LokyProcess",)}, "mpire": MPIRES_CLASSES}
# What dask logs where a busy machine holds up a heartbeat, with its traceback, or the end of a worker: no fault of the
# script.
HEARTBEAT = re.compile(
    r"^\d{4}-\S+ \S+ - distributed\S* - [A-Z]+ - .*(?:heartbeat|Event loop was unresponsive|still alive after).*\n"
    r"(?:(?:Traceback|The above|During handling|[ \t]|[\w.]+(?:Error|Exception)\b|$).*\n)*",
    flags=re.IGNORECASE | re.MULTILINE,
)
identifiers = st.from_regex(r"[^\W\d]\w{0,9}", fullmatch=True).filter(
    lambda name: name.isidentifier() and not keyword.iskeyword(name)
)


@pytest.fixture
def folder(tmp_path):
    """A user's folder, to be changed."""
    return furnish(tmp_path)


def furnish(folder):
    """A user's module, and seven files whose order by name is not the one by size."""
    (folder / "load.py").write_text(LOAD)
    (folder / "data").mkdir()
    for number, size in enumerate([5, 900, 20, 3000, 1, 70, 300]):
        (folder / "data" / f"{number}.csv").write_text(str(number) * size)
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """What the recipe of each cell returns, run when it is first asked for: file, content, and who loaded it."""
    folder = furnish(tmp_path_factory.mktemp("user"))

    @cache
    def results(name, method):
        source = replace(SOURCE, function="load_and_tell")
        return results_of(folder, source, Setting(name, 2, start_method=method), 2)

    return results


def start(folder, code, *arguments):
    """Run the recipe with one line appended, which prints its results."""
    code += '    print(__import__("json").dumps(results))\n'
    return run_pasted(folder, code, *arguments, flags=("-W", "error", "-W", "ignore:This process:DeprecationWarning"))


def results_of(folder, source, setting, chunksize=None, arguments=()):
    """What the recipe's `results` are."""
    found = start(folder, recipe(source, setting, chunksize), *arguments)
    assert (found.returncode, HEARTBEAT.sub("", found.stderr)) == (0, "")
    return json.loads(found.stdout)


def lines_in(code):
    """How many lines a recipe has, blank ones left out."""
    return len([line for line in code.splitlines() if line.strip()])


def test_only_heartbeats_are_no_complaints():
    """Dask's log of a late heartbeat goes with its traceback; any other line of a script's stderr stays."""
    late = """\
2026-11-29 10:00:00,123 - distributed.worker - ERROR - Failed to communicate with scheduler during heartbeat.
Traceback (most recent call last):
  File "core.py", line 1, in read
tornado.iostream.StreamClosedError: Stream is closed

The above exception was the direct cause of the following exception:

distributed.comm.core.CommClosedError: in <TCP (closed)>: Stream is closed
"""
    late += "2026-11-29 10:00:01,123 - distributed.nanny - WARNING - Worker process still alive after 4.0 seconds\n"
    killed = "2026-11-29 10:00:02,123 - distributed.nanny - WARNING - Worker process 7 was killed by signal 9\n"
    warning = "job.py:3: ResourceWarning: unclosed file\n"
    assert HEARTBEAT.sub("", warning + late + killed + late + warning) == warning + killed + warning


@pytest.mark.parametrize(("name", "method"), CLAIMS)
def test_runs_as_pasted_with_serials_results(name, method, done):
    """Every strategy's recipe, under every start method it claims, does every item once, as serial does."""
    found = sorted(result[:2] for result in done(name, method))
    assert found == sorted(result[:2] for result in done("serial", "fork"))
    assert len(found) == 7


@pytest.mark.parametrize(("name", "method"), CLAIMS)
def test_starts_workers_as_the_setting_says(name, method, done):
    """The items run in processes of the start method asked for, and in no more of them than workers."""
    found = [result[2:] for result in done(name, method)]
    if name != "fork" and not strategies.find(name).in_caller:
        assert {kind for kind, _ in found} <= set(LIBRARIES_CLASSES.get(name, CLASSES)[method])
    assert len({pid for _, pid in found}) <= 2


@pytest.mark.parametrize("name", all_but([("pipe",), ("static",)], map(unless_absent, RECIPES)))
def test_copes_with_more_workers_than_items(name, folder):
    """Workers that get nothing to do neither hang nor fail the script."""
    found = results_of(folder, replace(SOURCE, items=matching("data/[01].csv")), Setting(name, 4))
    assert sorted(path for path, _ in found) == ["data/0.csv", "data/1.csv"]


@pytest.mark.parametrize(
    ("name", "workers"),
    all_but(
        [("map", 2), ("fork", 2), ("queue", 2), ("pipe", 1), ("process_executor", 2)],
        [unless_absent(name, count) for name in RECIPES for count in (1, 2)],
    ),
)
def test_an_items_exception_ends_the_script(name, workers, folder):
    """An item that raises ends the script with an error that names it, instead of a hang or fewer results."""
    (folder / "data" / "4.csv").write_text("broken")
    found = start(folder, recipe(SOURCE, Setting(name, workers), None))
    assert found.returncode == 1
    assert "ValueError: data/4.csv is broken" in found.stderr
    assert "in load_file" in found.stderr
    assert found.stdout == ""


@pytest.mark.parametrize("name", ["fork", "queue", "pipe", "shared_memory"])
def test_results_larger_than_a_pipe_arrive(name, folder):
    """200 kB a file, more than a pipe holds, come back from the strategies that carry results by hand."""
    for path in (folder / "data").iterdir():
        path.write_text("x" * 200_000)
    found = results_of(folder, SOURCE, Setting(name, 2), 2)
    assert [len(text) for _, text in found] == [200_000] * 7


def test_names_a_start_method_only_where_it_is_not_the_usual_one():
    """The platform's own start method needs no context; any other is named."""
    for method in START_METHODS:
        usual = recipe(SOURCE, Setting("map", 2, start_method=method), 1, usual_method=method)
        assert "with Pool(2) as pool:" in usual
        assert "get_context" not in usual
    other = recipe(SOURCE, Setting("map", 2, start_method="fork"), 1, usual_method="forkserver")
    assert 'with get_context("fork").Pool(2) as pool:' in other


@pytest.mark.parametrize(
    ("order", "expected"), [("given", "0123456"), ("largest-first", "3165204"), ("largest-last", "4025613")]
)
def test_hands_files_out_in_the_order_asked_for(order, expected, folder):
    """Files are handed out by size where the setting says so, else as they are."""
    for strategy in ("serial", "imap_unordered"):
        found = results_of(folder, SOURCE, Setting(strategy, 1, order=order), 1)
        assert "".join(Path(path).stem for path, _ in found) == expected


def test_shuffles(folder):
    """A shuffled setting's recipe does every item, in an order that differs from run to run."""
    runs = [results_of(folder, SOURCE, Setting("serial", order="shuffled")) for _ in range(3)]
    assert {json.dumps(sorted(run)) for run in runs} == {json.dumps(results_of(folder, SOURCE, Setting("serial")))}
    assert len({json.dumps(run) for run in runs}) > 1


def test_says_what_to_sort_by_where_items_are_no_files(folder):
    """Items without a size run in given order, below a comment that shows the line to write."""
    source = Source("load", "items", Origin("numbers()", ("from load import numbers",)))
    setting = Setting("map", 2, order="largest-first")
    assert "# By what makes an item slow: items = sorted(items, key=..., reverse=True)\n" in recipe(source, setting, 1)
    assert results_of(folder, source, setting, 1) == [0, 1, 4, 9, 16]


def test_keeps_to_the_cores_asked_for(folder):
    """A setting with cores pins the script, and so its workers, to that many of the usable ones."""
    found = results_of(folder, replace(SOURCE, function="usable"), Setting("map", 2, cores=1), 1)
    assert found == [[min(os.sched_getaffinity(0))]] * 7


def test_a_chunksize_that_is_the_librarys_default_is_not_written_down():
    """One item at a time goes without saying where the library does so for any number of items."""
    assert "executor.map(load_file, items))" in recipe(SOURCE, Setting("process_executor", 2), 1)
    assert "executor.map(load_file, items, chunksize=2))" in recipe(SOURCE, Setting("process_executor", 2), 2)
    assert "pool.map(load_file, items, chunksize=1)" in recipe(SOURCE, Setting("map", 2), 1)


@pytest.mark.parametrize("name", ["map", "imap_unordered", "queue", "pipe"])
def test_hands_over_the_chunksize_in_force(name):
    """Where a strategy has chunks, the recipe hands over as many items together as the cell did."""
    code = recipe(SOURCE, Setting(name, 2), 3)
    if name in ("map", "imap_unordered"):
        assert "items, chunksize=3)" in code
        return
    (line,) = [line for line in code.splitlines() if line.startswith("    chunks = ")]
    chunks = eval(line.partition(" = ")[2], {"items": list(range(7))})
    assert list(chunks) == [[0, 1, 2], [3, 4, 5], [6]]


def test_takes_items_from_the_command_line_a_pattern_or_a_list(folder):
    """Each way of naming files gives the script the same items."""
    paths = [f"data/{number}.csv" for number in range(7)]
    (folder / 'it\'s a "list".txt').write_text("\n".join(paths))
    for items in (ARGUMENTS, matching("data/*.csv"), matching("**/*.csv"), listed_in('it\'s a "list".txt')):
        found = results_of(folder, replace(SOURCE, items=items), Setting("serial"), arguments=paths)
        assert [path for path, _ in found] == paths


def test_two_stars_reach_into_every_folder(folder):
    """A pattern with `**` finds files at any depth, as the user's own glob would."""
    (folder / "data" / "2026" / "may").mkdir(parents=True)
    (folder / "data" / "2026" / "may" / "deep.csv").touch()
    found = results_of(folder, replace(SOURCE, items=matching("data/**/*.csv")), Setting("serial"))
    assert [path for path, _ in found if "deep" in path] == ["data/2026/may/deep.csv"]
    assert len(found) == 8


@pytest.mark.parametrize("name", ["items", "Pool", "sorted", "os"])
def test_a_functions_name_does_not_get_into_the_scripts_way(name, folder):
    """A user's function may be named like something that the script itself uses."""
    (folder / "load.py").write_text(LOAD.replace("def load_file(", f"def {name}(") if name != "items" else LOAD)
    source = replace(SOURCE, function=name)
    if name == "items":
        source = Source("load", name, Origin("list(range(5))"))
    found = results_of(folder, source, Setting("map", 2, order="largest-first"), 1)
    assert len(found) == (5 if name == "items" else 7)


@pytest.mark.parametrize("name", RECIPES)
def test_is_short(name):
    """A simple strategy's recipe fits in ten lines whatever its start method, any recipe on a screen."""
    for method in strategies.find(name).start_methods:
        if name in SHORT:
            assert lines_in(recipe(Source("load", "load_file"), Setting(name, 6, start_method=method), 8)) <= 10
        setting = Setting(name, 6, start_method=method, order="largest-first", cores=4)
        assert lines_in(recipe(SOURCE, setting, 8)) <= LONGEST.get(name, 10)


@pytest.mark.skipif(shutil.which("ruff", path=Path(sys.executable).parent) is None, reason="needs ruff")
def test_gives_a_linter_nothing_to_say(folder):
    """Imports are sorted and used, lines are not too long, for every strategy, start method and order."""
    sources = (
        SOURCE,
        Source("load", "items", Origin("numbers()", ("from load import numbers",))),
        Source("load", "load_file", Origin("list(np.arange(3))", ("import numpy as np",))),
    )
    for number, (claim, order, source) in enumerate(product(CLAIMS, ORDERS, sources)):
        setting = Setting(claim.values[0], 16, start_method=claim.values[1], order=order, cores=2)
        (folder / f"job{number}.py").write_text(recipe(source, setting, 12))
    ruff = Path(sys.executable).parent / "ruff"
    command = [
        ruff,
        "check",
        "--isolated",
        "--no-cache",
        "--target-version=py311",
        "--select=E,F,I",
        *folder.glob("job*.py"),
    ]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_a_module_in_a_package_is_imported_by_its_full_name(folder):
    """`etl.load` stands in the import statement as it is."""
    (folder / "etl").mkdir()
    (folder / "load.py").rename(folder / "etl" / "load.py")
    found = results_of(folder, replace(SOURCE, module="etl.load"), Setting("map", 2), 1)
    assert len(found) == 7


def test_the_same_question_has_the_same_answer():
    """Equal input gives equal text, in another interpreter with another hash seed as well."""
    setting = Setting("pipe", 6, order="largest-first", start_method="spawn")
    ask = (
        "from lightwork.planning.script.items_source import matching;"
        "from lightwork.planning.script.templates import Source, recipe;"
        "from lightwork.core.setting import Setting;"
        f"print(recipe(Source('load', 'load_file', matching('data/*.csv')), {setting!r}, 8), end='')"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", ask]
        surroundings = os.environ | {"PYTHONHASHSEED": seed}
        assert subprocess.check_output(command, text=True, env=surroundings) == recipe(SOURCE, setting, 8)


def test_refuses_an_unknown_strategy():
    """A strategy without a recipe is refused with the names of those that have one."""
    with pytest.raises(UsageError, match=r"unknown strategy 'pool'.*imap_unordered.*serial"):
        recipe(SOURCE, Setting("pool"), None)


@pytest.mark.parametrize(
    ("module", "function"), [("my-load", "f"), ("load", "class"), ("", "a b"), ("load", "a.b c"), ("load", "a.")]
)
def test_refuses_what_can_not_be_imported(module, function):
    """A module or function that no import statement can name is refused, and so is code in a name's place."""
    with pytest.raises(UsageError, match="can't import"):
        Source(module, function)


@pytest.mark.parametrize("expression", ["", "1 +", "import os", "items = 1", "(yield)", "1\n2", "\0", "'\udce9'"])
def test_refuses_items_that_are_no_expression(expression):
    """Anything but one Python expression is refused before it spoils a script."""
    with pytest.raises(UsageError, match="items can't be"):
        Origin(expression)


@given(
    st.lists(identifiers, min_size=1, max_size=3),
    identifiers,
    st.one_of(
        st.text().map(matching),
        st.text().map(listed_in),
        st.text(max_size=8).map(lambda text: f"f(\n{text!r}, '''a\nb'''\n)").map(Origin),
        st.recursive(identifiers, lambda inner: st.builds("[{}({})]".format, identifiers, inner)).map(Origin),
    ),
    st.sampled_from([param.values for param in CLAIMS]),
    st.sampled_from(ORDERS),
    st.integers(1, 300),
    st.none() | st.integers(1, 300),
)
def test_any_names_and_any_items_give_code(module, function, items, claim, order, workers, chunksize):
    """Whatever the user's module, function and items are called, the recipe is Python, and the items are theirs."""
    source = Source(".".join(module), function, items)
    setting = Setting(claim[0], workers, start_method=claim[1], order=order, cores=chunksize)
    code = recipe(source, setting, chunksize)
    compile(code, "job.py", "exec")
    assert f"    items = {items.expression}\n" in code
    assert code.endswith("\n")


def test_a_function_of_the_script_itself_needs_no_import():
    """Where no module holds it, it is called by its name, or by another where the script's own code takes that."""
    code = recipe(Source("", "load", Origin("list(paths)")), Setting("threads", 4), None)
    assert "import load" not in code
    assert "executor.map(load, items)" in code
    awaited = recipe(Source("", "run", Origin("list(paths)"), is_coroutine=True), Setting("asyncio", 4), None)
    assert "run_ = run\n" in awaited
    assert "await run_(item)" in awaited


def test_a_function_without_a_name_is_made_by_its_expression():
    """A lambda or a partial is bound to a name before the script uses it."""
    source = Source("", "function", Origin("list(paths)"), bound="partial(load, 3)")
    code = recipe(source, Setting("threads", 4), None)
    assert code.index("function = partial(load, 3)\n") < code.index("executor.map(function, items)")
