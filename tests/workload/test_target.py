"""Targets: a function of the user's own as a workload, found, run and checked like any other; refused in one line."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from registered import in_matrix
from rounds import PATIENCE_S, job

from lightwork import strategies
from lightwork.core.round import Outcome
from lightwork.core.setting import START_METHODS, Setting
from lightwork.errors import UsageError
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.study.design import fits
from lightwork.workload import registry, target, user_function

LOAD = """
import functools
import json
import os
import threading

CALLS = os.path.join(os.path.dirname(__file__), "calls")


def size(path):
    return os.path.getsize(path)


def made():
    return [1, 2, 3]


def double(number):
    return 2 * number


def note_setup():
    with open(CALLS, "a") as file:
        file.write("setup ")


def note_cleanup():
    with open(CALLS, "a") as file:
        file.write("cleanup ")


def holds(results):
    assert sum(results) == 12, f"the sum is {sum(results)}"


def denies(results):
    return False


def breaks(*results):
    return json.loads("{")  # the line that is named


inner = [lambda item: item][0]


class Scale:
    factor = 3

    def __init__(self, by, lock=None):
        self.by, self.lock = by, lock

    def times(self, number):
        return self.by * number

    @classmethod
    def fixed(cls, number):
        return cls.factor * number

    @staticmethod
    def same(number):
        return number

    def __call__(self, number):
        return number + self.by


SCALE, LOCKED = Scale(5), Scale(5, threading.Lock())
bound, partial = SCALE.times, functools.partial(pow, exp=2)


def logged(function):
    def call(item):
        return function(item)
    return call


@logged
def hidden(number):
    return number


number = 3
"""


@pytest.fixture
def load(tmp_path):
    """A file with functions, in a folder of its own, and a module name that no other test has imported."""
    path = tmp_path / f"load_{tmp_path.name.strip('_').replace('-', '_')}.py"
    path.write_text(LOAD)
    yield path
    sys.modules.pop(path.stem, None)
    sys.path[:] = [folder for folder in sys.path if folder != str(tmp_path)]


def listed(folder, items):
    """A list of items in a file, as a source."""
    path = folder / "items.json"
    path.write_text(json.dumps(items))
    return f"list:{path}"


def run(folder, reference, setting=None, **parameters):
    """One round of a target."""
    with open_workdir(folder / "data") as workdir:
        return launch(
            workdir, job(workdir, setting or Setting("serial"), workload=reference, **parameters), PATIENCE_S
        ).round


def test_finds_a_function_in_a_file(load):
    """`file.py:function` is imported under the file's own name, from its own folder."""
    found = registry.find(f"{load}:double")
    assert found.function(4) == 8
    assert found.function.__module__ == load.stem


def test_finds_a_function_in_a_package():
    """`package.module:function` is whatever this Python imports by that name."""
    assert user_function.resolve("os.path:basename")("a/b") == "b"


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("SCALE.times", 20),
        ("partial", 16),
        *in_matrix(("bound", 20), ("Scale.fixed", 12), ("Scale.same", 4), ("SCALE", 9)),
    ],
)
def test_methods_partials_and_callable_objects_are_functions(name, result, load, tmp_path):
    """Each is called with an item as it is named, here and in a worker that imports it anew."""
    assert user_function.resolve(f"{load}:{name}")(4) == result
    setting, source = Setting("map", 2, start_method="spawn"), listed(tmp_path, [4])
    digests = {
        run(tmp_path, f"{load}:{name}", way, source=source).result_digest for way in (setting, Setting("serial"))
    }
    assert len(digests) == 1
    assert digests != {""}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("inner", "it is a lambda"),
        ("hidden", r"logged\(\) made it; if that is a decorator, let it use functools\.wraps"),
        ("LOCKED.times", "TypeError: cannot pickle '_thread.lock' object"),
        ("Scale.fixed", ""),
        ("partial", ""),
    ],
)
def test_says_why_processes_can_not_be_sent_a_function(load, name, why):
    """A lambda, what another function made, and a method whose object can't be pickled run in threads, not by name."""
    workload = registry.find(f"{load}:{name}")
    assert re.fullmatch(why, workload.unsendable)
    assert fits(workload, "threads")
    assert fits(workload, "joblib")
    assert fits(workload, "map") is not bool(why)


def test_what_is_sent_of_a_function_is_known(load):
    """The name of a function of the module; the whole object whose method it is."""
    load.write_text(
        "class Heavy:\n    table = None\n    def at(self, place):\n        return self.table[place]\n\n\n"
        "HEAVY = Heavy()\nHEAVY.table = bytes(1_000_000)\n\n\ndef light(place):\n    return HEAVY.at(place)\n"
    )
    assert registry.find(f"{load}:light").function_bytes < 1_000
    assert registry.find(f"{load}:HEAVY.at").function_bytes > 1_000_000


@pytest.mark.parametrize("setting", [Setting("threads", 2), *in_matrix((Setting("joblib", 2),))])
@pytest.mark.parametrize("name", ["hidden", *in_matrix(("inner",))])
def test_threads_and_joblib_run_what_has_no_name(load, tmp_path, name, setting):
    """A lambda and a closure do all items there."""
    if strategies.absent(setting.strategy):
        pytest.skip("joblib is not installed")
    found = run(tmp_path, f"{load}:{name}", setting, source=listed(tmp_path, [1, 2, 3]))
    assert (found.outcome, found.items_done) == (Outcome.OK, 3), found.detail


@pytest.mark.parametrize("method", START_METHODS)
def test_workers_of_every_start_method_find_it(load, tmp_path, method):
    """A pool's workers import the user's file themselves where they have not inherited it."""
    source = listed(tmp_path, [1, 2, 3, 4])
    found = run(tmp_path, f"{load}:double", Setting("map", 2, start_method=method), source=source)
    assert (found.outcome, found.items_done) == (Outcome.OK, 4), found.detail


def test_items_come_from_a_list_or_a_call_and_may_be_sampled(load, tmp_path):
    """A list as it is, what a function returns, and of either only the places of the sample."""
    (tmp_path / "sample.json").write_text("[2, 0]")
    sample = str(tmp_path / "sample.json")
    parameters = target.Parameters(listed(tmp_path, ["a", "b", "c"]))
    assert target.items_of(parameters) == ["a", "b", "c"]
    assert target.items_of(target.Parameters(parameters.source, sample)) == ["c", "a"]
    assert target.items_of(target.Parameters(f"call:{load}:made", sample)) == [3, 1]


def test_files_are_weighed_by_their_size(load, tmp_path):
    """A file's weight is its size and its name its own; anything else weighs the same and is called by its text."""
    (tmp_path / "big.csv").write_text("x" * 500)
    found = registry.find(f"{load}:size")
    assert (found.weight_of(str(tmp_path / "big.csv")), found.name_of(str(tmp_path / "big.csv"))) == (500.0, "big.csv")
    assert (found.weight_of("no such file"), found.name_of(17)) == (1.0, "17")


def test_setup_and_cleanup_stand_around_each_round(load, tmp_path):
    """The user's own set-up is called before the round and the clean-up after it, once each."""
    names = {"setup": f"{load}:note_setup", "cleanup": f"{load}:note_cleanup"}
    run(tmp_path, f"{load}:double", source=f"call:{load}:made", **names)
    assert (tmp_path / "calls").read_text() == "setup cleanup "


@pytest.mark.parametrize(
    ("option", "outcome"), [("setup", Outcome.RAISED), ("cleanup", Outcome.RAISED), ("check", Outcome.WRONG)]
)
def test_a_setup_cleanup_or_check_that_raises_is_named_with_its_line(load, tmp_path, option, outcome):
    """The round fails with one line: the user's function, what it raised, and the line in the user's file."""
    found = run(tmp_path, f"{load}:double", source=f"call:{load}:made", **{option: f"{load}:breaks"})
    line = LOAD.splitlines().index('    return json.loads("{")  # the line that is named') + 1
    assert found.outcome is outcome
    assert f"{load}:breaks raised JSONDecodeError: " in found.reason
    assert f"({load.name}, line {line})" in found.reason
    assert "Traceback" not in found.reason + found.detail


def test_a_cleanup_does_not_hide_why_the_setup_failed(load, tmp_path):
    """Where both raise, the setup is named: what it did not make can't be cleaned up."""
    names = dict.fromkeys(("setup", "cleanup"), f"{load}:breaks")
    assert run(tmp_path, f"{load}:double", source=f"call:{load}:made", **names).reason.startswith("--setup ")


@pytest.mark.parametrize(
    ("check", "outcome", "reason"),
    [("holds", Outcome.OK, ""), ("denies", Outcome.WRONG, "returned False")],
)
def test_the_users_check_decides_whether_the_work_was_done(load, tmp_path, check, outcome, reason):
    """A check that asserts nothing wrong passes, one that returns False fails the round."""
    found = run(tmp_path, f"{load}:double", source=f"call:{load}:made", check=f"{load}:{check}")
    assert found.outcome is outcome
    assert reason in found.reason


def test_a_failed_assertion_of_the_check_is_the_reason(load, tmp_path):
    """What the user's assertion says stands in the round's reason."""
    found = run(tmp_path, f"{load}:double", source=listed(tmp_path, [1]), check=f"{load}:holds")
    assert (found.outcome, found.reason.endswith("the sum is 2")) == (Outcome.WRONG, True)


def test_a_module_of_a_package_is_named_by_its_package(tmp_path, monkeypatch):
    """A file that imports from beside itself can't be imported alone; the line says how to name it."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "in_package.py").write_text("from . import other\n\ndef load(path):\n    return path\n")
    with pytest.raises(UsageError, match=r"name it as package\.in_package:function"):
        user_function.resolve(f"{tmp_path}/in_package.py:load")


@pytest.mark.parametrize(
    ("reference", "saying"),
    [
        ("{load}:nothing", "has no 'nothing': it has "),
        ("{load}:number", r"is not a function \(its type is int\)"),
        ("{load}:Scale.times", r"is a method and needs an object: .*OBJECT = Scale\(\.\.\.\)"),
        ("{load}:Scale", "is a class"),
        ("{load}:SCALE.tims", ":SCALE has no 'tims': did you mean times"),
        ("{load}:SCALE.nothing", ":SCALE has no 'nothing': it has fixed, same, times"),
        ("{load}:NONE.times", "has no 'NONE': it has "),
        ("{folder}/none.py:f", "none.py does not exist"),
        ("no.such.module:f", "no module no.such.module"),
        ("a b:f", "can't be imported"),
        (":f", "is not a function"),
        ("{load}:", "is not a function"),
    ],
)
def test_refuses_what_is_no_function_of_the_users(load, reference, saying):
    """Each part that can be wrong is told in one line with the next step."""
    with pytest.raises(UsageError, match=saying) as refused:
        registry.find(reference.format(load=load, folder=load.parent))
    assert "\n" not in str(refused.value)


def test_refuses_a_file_that_hides_behind_another_module(tmp_path):
    """A file called like a module that is loaded already would be mistaken for it."""
    (tmp_path / "json.py").write_text("def load(item): pass")
    with pytest.raises(UsageError, match="has the same name as module json"):
        user_function.resolve(f"{tmp_path}/json.py:load")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\nimport no_such_dependency\n", "ModuleNotFoundError: No module named 'no_such_dependency'"),
        ("\ndef load(path) return path\n", "SyntaxError: "),
        ("\nload = 1 / 0\n", "ZeroDivisionError: division by zero"),
    ],
)
def test_a_bug_in_the_users_file_is_one_line_that_names_its_place(tmp_path, text, reason):
    """An import that fails inside the user's own file is told with its reason, file and line."""
    path = tmp_path / f"broken_{reason.partition(':')[0].lower()}.py"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        user_function.resolve(f"{path}:load")
    assert reason in str(refused.value)
    assert f"({path}, line 2)" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_without_a_function_is_told_how_to_name_one():
    """Forgetting the function is the first mistake that one makes."""
    with pytest.raises(UsageError, match=r"load\.py is not a function: write load\.py:function"):
        registry.find("load.py")


def test_the_host_needs_nothing_heavy_for_a_target(load):
    """Finding a target imports the standard library, lightwork and the user's own module."""
    code = f"import sys; from lightwork.workload.registry import find; find({f'{load}:double'!r}); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert load.stem in loaded
    assert not {"numpy", "pandas", "psutil", "scipy"} & set(loaded)


def test_references_hold_in_another_folder(load, monkeypatch):
    """A file's reference is made absolute; a module's stays."""
    monkeypatch.chdir(load.parent)
    assert user_function.absolute(f"{load.name}:size") == f"{load}:size"
    assert user_function.absolute("os.path:basename") == "os.path:basename"
    assert Path(user_function.absolute("load.py:f").rpartition(":")[0]).is_absolute()
