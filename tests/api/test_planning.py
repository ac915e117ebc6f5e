"""lightwork.plan() from a real program: functions of scripts and modules, the answer as an object, what is refused."""

import asyncio
import json
import sys
import textwrap
import threading

import pytest
from programs import program
from registered import in_matrix
from repository import REPOSITORY

import lightwork
from lightwork.errors import UsageError

WAITS = """
import time
import lightwork


def load(number):
    time.sleep(0.01)
    return number * 2

"""
MAIN = 'if __name__ == "__main__":\n'


def answered(folder, text, data):
    """What the program printed. It must have ended well."""
    ended = program(folder, text, data=data)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_a_strangers_first_answer_takes_five_lines(tmp_path, data):
    """The README's own lines: an answer, and code that runs when it is pasted below the function."""
    readme = (REPOSITORY / "README.md").read_text()
    lines = readme.partition("```python\nimport lightwork\n")[2].partition("```")[0]
    assert 0 < len(lines.strip().splitlines()) <= 5
    (tmp_path / "load.py").write_text("import time\n\n\ndef load_file(path):\n    time.sleep(0.01)\n    return path\n")
    (tmp_path / "data").mkdir()
    for number in range(40):
        (tmp_path / "data" / f"{number}.csv").write_text("")
    out = answered(tmp_path, f"import lightwork\n{lines}", data)
    assert out.startswith("Use ")
    assert "from load import load_file" in out


SHAPES = {
    "a function of the script": ("load", "range(60)"),
    "a lambda": ("(lambda n: time.sleep(0.01))", "range(60)"),
    "a closure": ("made(2)", "range(60)"),
    "a method": ("LOADER.load", "range(60)"),
    "a partial": ("partial(load_for, 0.01)", "range(60)"),
    "a coroutine function": ("load_later", "range(60)"),
    "results of the script's own class": ("weigh", "range(60)"),
    "items of the script's own class": ("load_parcel", "[Parcel(n) for n in range(60)]"),
    "a generator": ("load", "(n for n in range(60))"),
}
SHAPED = """
import asyncio, time
from dataclasses import dataclass
from functools import partial
import lightwork


@dataclass
class Parcel:
    weight: int


class Job:
    # called as what lightwork itself uses
    def load(self, number):
        time.sleep(0.01)
        return self


LOADER = Job()


def load(number):
    time.sleep(0.01)


def load_for(seconds, number):
    time.sleep(seconds)


async def load_later(number):
    await asyncio.sleep(0.01)


def made(times):
    return lambda number: time.sleep(0.005 * times)


def weigh(number):
    time.sleep(0.01)
    return Parcel(number)


def load_parcel(parcel):
    time.sleep(0.01)
    return isinstance(parcel, Parcel) or 1 / 0

"""


NAMELESS = ("a lambda", "a closure")  # which no process that is started by spawn can be sent
SPAWNED = in_matrix(*((shape, "spawn") for shape in SHAPES if shape not in NAMELESS))


@pytest.mark.parametrize(("shape", "method"), [*((shape, "fork") for shape in SHAPES), *SPAWNED])
def test_whatever_a_script_holds_can_be_planned(shape, method, tmp_path, data):
    """Functions, items and results of the script's own, under threads and processes: every round does the work."""
    function, items = SHAPES[shape]
    calls = f"""{MAIN}
    plan = lightwork.plan({function}, {items}, workers=2, blocks=1, start_methods="{method}", quiet=True)
    rounds = plan.rounds.frame()
    print(sorted(set(rounds.outcome)), sorted(set(rounds.strategy)), plan.kind)
"""
    assert answered(tmp_path, SHAPED + calls, data).startswith("['ok'] [")


def test_a_function_of_a_module_is_found_where_the_program_finds_it(tmp_path, data):
    """In a folder that only the program looks in, of a package there; the code imports it by its name."""
    package = tmp_path / "elsewhere" / "etl"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "load.py").write_text("import time\n\n\ndef load(number):\n    time.sleep(0.01)\n")
    out = answered(
        tmp_path,
        """
        import sys
        sys.path.insert(0, "elsewhere")
        import lightwork
        from etl.load import load

        numbers = list(range(60))
        plan = lightwork.plan(load, numbers, workers=4, once=True, quiet=True)
        print(plan.code)
        """,
        data,
    )
    assert "from etl.load import load" in out
    assert "items = list(numbers)" in out


def test_the_plan_is_an_object(tmp_path, data):
    """Its verdict, tables and files are those of the command."""
    calls = f"""{MAIN}
    import json
    plan = lightwork.plan(load, range(60), workers=4, blocks=2, quiet=True)
    print(json.dumps({{
        "kind": plan.kind, "workers": plan.setting.workers, "speedup": plan.speedup.point, "first": str(plan)[:4],
        "json": json.loads(plan.to_json())["kind"], "saved": lightwork.load(plan.save("plan.json")).kind,
        "page": plan.save("plan.html").read_text()[:15], "repr": repr(plan)[:11], "serial_s": plan.serial_s,
        "predictions": len(plan.predictions.frame()), "rounds": len(plan.rounds.frame()), "warnings": plan.warnings,
        "html": plan._repr_html_()[:9], "details": len(plan.details()) > len(str(plan)),
    }}))
"""
    told = json.loads(answered(tmp_path, WAITS + calls, data))
    assert told["kind"] == told["json"] == told["saved"] == "use"
    assert (told["workers"], told["first"], told["repr"]) == (4, "Use ", "<Plan: Use ")
    assert 1 < told["speedup"] < 4.5
    assert told["predictions"] >= 1
    assert told["rounds"] >= 4
    assert told["page"] == "<!DOCTYPE html>"
    assert told["html"].lstrip().startswith("<div")
    assert told["details"]


@pytest.mark.parametrize(
    ("calls", "saying"),
    [
        ("lightwork.plan('load', range(9))", "'load' is not a function (its type is str)"),
        ("lightwork.plan(dict, range(9))", "dict is a class"),
        ("lightwork.plan(load, 7)", "items can't be 7 (its type is int)"),
        ("lightwork.plan(load, 'abc')", "items can't be 'abc'"),
        ("lightwork.plan(load, [])", "abs has no items"),
        ("lightwork.plan(load, [1])", "abs has one item"),
        ("lightwork.plan(load, range(9), workers=0)", "workers"),
        ("lightwork.plan(load, range(9), strategies=['nonesuch'])", "unknown strategy 'nonesuch'"),
        ("lightwork.plan(load, range(9), budget=[1])", "budget can't be [1]"),
        ("lightwork.plan(load, range(9), setup=3)", "setup=3 is not a function"),
        ("lightwork.plan(load, range(9), quick=True, budget='5s')", "contradict each other"),
        ("lightwork.plan(load, [lock] * 9)", "can't be sent to a worker"),
        ("lightwork.run(load, range(9), nonesuch=1)", "unknown option 'nonesuch'"),
        ("lightwork.measure(load, range(9), blocks=0)", "blocks can't be 0"),
        ("lightwork.load('nothing.json')", "nothing.json"),
        ("lightwork.compare(3, 4)", "3 is not a run"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(calls, saying, tmp_path, data, monkeypatch):
    """By a UsageError of one line that says what is wrong, before anything runs."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("LIGHTWORK_DATA", str(data))
    with pytest.raises(UsageError) as raised:
        eval(calls, {"lightwork": lightwork, "load": abs, "lock": threading.Lock()})
    assert saying in str(raised.value)
    assert "\n" not in str(raised.value)


def test_nothing_is_measured_where_others_would_be_in_the_way(monkeypatch):
    """In a thread, in a running event loop and beside other tests a plan is refused."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw1")
    with pytest.raises(UsageError, match="run pytest with -n 0"):
        lightwork.plan(abs, range(9))
    monkeypatch.delenv("PYTEST_XDIST_WORKER")

    async def within():
        lightwork.plan(abs, range(9))

    with pytest.raises(UsageError, match="would block the running event loop"):
        asyncio.run(within())
    refused = []

    def in_thread():
        try:
            lightwork.plan(abs, range(9))
        except UsageError as error:
            refused.append(str(error))

    thread = threading.Thread(target=in_thread)
    thread.start()
    thread.join()
    assert "runs in the main thread only" in refused[0]


def test_a_call_without_a_guard_is_refused_in_the_worker(tmp_path, data):
    """A module that plans when it is imported: the host that imports it says so, and nothing hangs."""
    (tmp_path / "jobs.py").write_text(textwrap.dedent(WAITS) + "lightwork.plan(load, range(9), budget='5s')\n")
    ended = program(tmp_path, "import jobs\n", data=data)
    assert ended.returncode == 1
    assert 'put the call under if __name__ == "__main__":' in ended.stderr


def test_an_error_of_an_item_is_told_by_the_function_as_the_program_calls_it(tmp_path, data):
    """The exception names function and item, and no file of ours."""
    calls = f"""

def broken(number):
    return 1 // (number - 3)


{MAIN}
    try:
        lightwork.plan(broken, range(9), quiet=True)
    except lightwork.WorkError as error:
        print(error)
"""
    out = answered(tmp_path, WAITS + calls, data)
    assert out.startswith("broken: item 4 of 9, 3, raised ZeroDivisionError")
    assert "lightwork_job" not in out


def test_the_public_names_are_there():
    """Everything in __all__ can be had, and is documented."""
    for name in lightwork.__all__:
        assert getattr(lightwork, name).__doc__, name
    assert not hasattr(lightwork, "nonesuch")
    assert set(lightwork.__all__) <= set(dir(lightwork))


def test_importing_the_package_loads_no_call(tmp_path):
    """`import lightwork` brings none of its rooms: workers pay for it."""
    import subprocess

    code = "import sys, lightwork; print([name for name in sys.modules if name.startswith('lightwork.')])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "[]"
