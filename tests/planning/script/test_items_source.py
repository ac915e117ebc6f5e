"""Origins: the items of a pasted script are those that the command line of its plan named."""

import json
import os
import subprocess
import sys

import pytest
from registered import in_matrix

from lightwork.core.setting import Setting
from lightwork.planning.script.items_source import made_by, origin_of, pattern_of
from lightwork.planning.script.script import script_for
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe

LOAD = """
def load_file(path):
    return str(path)

def make_items():
    return [3, 1, 2]

def Pool():
    return [1, 2]
"""
MAP = Setting("map", 2)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A user's working directory: a module, another in a folder below, five files and a list of three of them."""
    (tmp_path / "load.py").write_text(LOAD)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "deep.py").write_text(LOAD)
    (tmp_path / "data").mkdir()
    for name in ("a1.csv", "a2.csv", "b1.csv", "b2.csv", "notes.txt"):
        (tmp_path / "data" / name).write_text(name)
    (tmp_path / "list.txt").write_text("data/b1.csv\n\ndata/a1.csv\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def done(folder, code, arguments=(), stdin=""):
    """The results of the script as pasted, and of how many lines it consists."""
    (folder / "job.py").write_text(code + '    print(__import__("json").dumps(results))\n')
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    found = subprocess.run(
        [sys.executable, "-W", "error", "job.py", *arguments], cwd=folder, env=surroundings, input=stdin,
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    return json.loads(found.stdout)


def lines_in(code):
    """How many lines a script has, blank ones left out."""
    return len([line for line in code.splitlines() if line.strip()])


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (["a1.csv", "a2.csv", "b1.csv", "b2.csv"], "data/*.csv"),
        (["a1.csv", "a2.csv"], "data/a*.csv"),
        (["a1.csv", "a2.csv", "b1.csv", "b2.csv", "notes.txt"], "data/*"),
        (["a2.csv", "a1.csv"], None),
        (["a1.csv", "b1.csv"], None),
        (["a1.csv"], None),
        ([], None),
    ],
)
def test_a_pattern_is_found_that_matches_exactly_these_files(names, pattern, folder):
    """The shell's expansion is traced back where one pattern gives the same files in the same order, else not."""
    assert pattern_of([f"data/{name}" for name in names]) == pattern


def test_a_folder_whose_name_looks_like_a_pattern_is_no_pattern(folder):
    """Brackets and stars in a folder's name stand for themselves."""
    (folder / "[a]*").mkdir()
    for name in ("x.csv", "y.csv"):
        (folder / "[a]*" / name).touch()
    paths = ["[a]*/x.csv", "[a]*/y.csv"]
    code = script_for("load.py:load_file", paths, None, [1.0, 1.0])(MAP, 1)
    assert done(folder, code) == paths


@pytest.mark.parametrize(
    ("words", "items", "says"),
    [
        (["data/a1.csv", "data/a2.csv"], None, 'sorted(glob("data/a*.csv"))'),
        (["data/b1.csv", "data/a1.csv"], None, "sys.argv[1:]"),
        (["one", "two"], None, "sys.argv[1:]"),
        (["@list.txt"], ["data/b1.csv", "data/a1.csv"], 'Path("list.txt")'),
        (["-"], ["p", "q"], "for line in sys.stdin]"),
        (["@list.txt", "data/a2.csv"], ["data/b1.csv", "data/a1.csv", "data/a2.csv"], "sys.argv[1:]"),
    ],
)
@pytest.mark.parametrize("method", ["fork", *in_matrix(("spawn",), ("forkserver",))])
def test_the_script_does_the_items_that_were_named(words, items, says, method, folder):
    """Files, texts, a list with an empty line, standard input, and a mixture: the pasted script does just those."""
    code = script_for("load.py:load_file", words, None, [1.0] * 3)(Setting("map", 2, start_method=method), 1)
    plain = [word for word in words if word != "-" and not word.startswith("@")]
    assert says in code
    assert done(folder, code, plain if "argv" in code else (), "\n".join(items or [])) == (items or words)
    assert lines_in(code) <= 10


@pytest.mark.parametrize(("maker", "items"), [("make_items", ["3", "1", "2"]), ("Pool", ["1", "2"])])
def test_a_function_that_returns_items_is_imported_and_called(maker, items, folder):
    """`--items load.py:make_items` becomes an import and a call, also where its name is one that the script needs."""
    code = script_for("load.py:load_file", [], f"load.py:{maker}", [1.0] * 3)(MAP, 1)
    assert done(folder, code) == items
    assert lines_in(code) <= 8


def test_a_module_in_another_folder_is_found_by_every_worker(folder):
    """`src/deep.py:load_file` is imported from its folder, in the script and in spawned workers."""
    code = script_for("src/deep.py:load_file", ["data/a1.csv", "data/a2.csv"], "", [1.0, 2.0])(
        Setting("map", 2, start_method="spawn"), 1
    )
    assert done(folder, code) == ["data/a1.csv", "data/a2.csv"]


def test_function_and_maker_of_one_name_do_not_meet(folder):
    """A function and a maker from two modules may be called the same."""
    (folder / "other.py").write_text("def load_file():\n    return ['x', 'y']\n")
    source = Source("load", "load_file", made_by("other", "load_file"))
    assert done(folder, recipe(source, MAP, 1)) == ["x", "y"]


def test_a_built_in_workload_has_no_script():
    """There is nothing to paste for work that is lightwork' own."""
    assert script_for("sleep_io", [], None, [1.0])(MAP, 1) == ""


def test_items_without_a_size_are_not_sorted_by_one(folder):
    """Texts that are no files are not asked for their size in an order by size."""
    setting = Setting("map", 2, order="largest-first")
    assert "getsize" not in script_for("load.py:load_file", ["one", "two"], None, [1.0, 1.0])(setting, 1)
    assert "getsize" in script_for("load.py:load_file", ["data/a1.csv", "data/b1.csv"], None, [6.0, 6.0])(setting, 1)


def test_an_origin_asks_for_no_pattern_among_texts(folder):
    """What is no file is not looked for on the disk."""
    assert origin_of(["a", "b"], ["a", "b"], files=False, match=pytest.fail).expression == "sys.argv[1:]"
