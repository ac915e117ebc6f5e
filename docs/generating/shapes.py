"""docs/jobs.md with what a plan takes and refuses, from docs/example/shapes.json, by docs/record_shapes.py."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import psutil

from generating.blocks import filled, table
from generating.examples import EXAMPLE
from lightwork.core.setting import START_METHODS
from lightwork.machine.shared_memory import FOLDER
from lightwork.storage.decode import read_as

SAVED = EXAMPLE / "shapes.json"
SHAPES = """
import asyncio
import functools
import itertools
import threading
import time

NUMBERS = list(range(12))


def function(item):
    time.sleep(0.002)
    return str(item)


async def coroutine(item):
    await asyncio.sleep(0.002)
    return str(item)


def several(left, right):
    return function((left, right))


def limited(item, *, limit):
    return function(item)[:limit]


def typed(number: int):
    return function(number)


def untyped(number):
    return number + 1


def generator(item):
    yield item


class Grader:
    def grade(self, item):
        return function(item)

    def __call__(self, item):
        return function(item)


class Guarded(Grader):
    def __init__(self):
        self.lock = threading.Lock()


def logged(function):
    def call(item):
        return function(item)

    return call


GRADER, GUARDED, decorated = Grader(), Guarded(), logged(function)
partial = functools.partial(limited, limit=3)
short = lambda item: function(item)


def yielded():
    yield from range(12)


def endless():
    return itertools.count()


def pairs():
    return [(number, -number) for number in range(12)]


def frame():
    import pandas as pd

    return pd.DataFrame({"left": range(12), "right": 1})


def locks():
    return [threading.Lock(), threading.Lock()]


def text():
    return "1 2 3"
"""
FUNCTIONS: Mapping[str, tuple[str, ...]] = {
    "a function": ("function",),
    "`async def`": ("coroutine",),
    "several arguments": ("several",),
    "keyword arguments": ("limited", "--arguments", '{"limit": 3}'),
    "annotated with `int`": ("typed",),
    "a method of an object": ("GRADER.grade",),
    "`functools.partial`": ("partial",),
    "a callable object": ("GRADER",),
    "a lambda, by threads": ("short", "--strategies", "threads"),
    "a generator function": ("generator",),
}
ITEMS: Mapping[str, tuple[str, ...]] = {
    "a list": ("--items", "shapes.py:NUMBERS"),
    "a generator": ("--items", "shapes.py:yielded"),
    "tuples": ("--items", "shapes.py:pairs"),
    "rows of a data frame": ("--items", "shapes.py:frame"),
    "words": tuple("123456789"),
    "files of a pattern": ("data/*.txt",),
}
REFUSED: Mapping[str, tuple[str, ...]] = {
    "a lambda, by processes": ("shapes.py:short", *ITEMS["a list"], "--strategies", "map"),
    "a decorator without `functools.wraps`": ("shapes.py:decorated", *ITEMS["a list"], "--strategies", "map"),
    "an object that can't be pickled": ("shapes.py:GUARDED.grade", *ITEMS["a list"], "--strategies", "map"),
    "a method without its object": ("shapes.py:Grader.grade", *ITEMS["a list"]),
    "a class": ("shapes.py:Grader", *ITEMS["a list"]),
    "a keyword argument that is missing": ("shapes.py:limited", *ITEMS["a list"]),
    "a keyword argument that is not there": ("shapes.py:function", *ITEMS["a list"], "--arguments", '{"limit": 3}'),
    "keyword arguments that are no JSON object": ("shapes.py:limited", *ITEMS["a list"], "--arguments", "limit=3"),
    "text in a number's place": ("shapes.py:untyped", "1", "2"),
    "a generator without an end": ("shapes.py:function", "--items", "shapes.py:endless"),
    "a text from `--items`": ("shapes.py:function", "--items", "shapes.py:text"),
    "items that can't be pickled": ("shapes.py:function", "--items", "shapes.py:locks"),
    "no items": ("shapes.py:function",),
    "one item": ("shapes.py:function", "1"),
    "a function that is not there": ("shapes.py:functoin", "1", "2"),
    "a module that reads its command line": ("script.py:work", "1", "2"),
    "a notebook": ("work.ipynb:work", "1", "2"),
}
SCRIPT = "import sys\n\nlimit = int(sys.argv[1]) if sys.argv[1:] else sys.exit('how many?')\n"
NARROW = ("--workers", "2", "--blocks", "1", "--budget", "5s")
MARK = "LIGHTWORK_SHAPES"
LATE_S = 200.0


@dataclass(frozen=True)
class Case:
    """One plan and how it ended. exit: its status; line: what it refused; "" for one that was planned."""

    function: str
    items: str
    method: str
    exit: int = -1
    line: str = ""


def cases() -> list[Case]:
    """All shapes of functions and items under every start method."""
    return [Case(*names) for names in product(FUNCTIONS, ITEMS, START_METHODS)]


def refusals() -> list[Case]:
    """What is refused whatever the start method."""
    return [Case(what, "", "") for what in REFUSED]


def words_of(case: Case) -> list[str]:
    """What stands behind `lightwork plan`."""
    if case.function in REFUSED:
        return [*REFUSED[case.function]]
    name, *more = FUNCTIONS[case.function]
    strategy = () if "--strategies" in more else ("--strategies", "map")
    return [f"shapes.py:{name}", *ITEMS[case.items], *more, *strategy, *NARROW, "--start-methods", case.method]


def lay_out(folder: Path) -> None:
    """The user's module and files."""
    (folder / "shapes.py").write_text(SHAPES)
    (folder / "script.py").write_text(SCRIPT)
    (folder / "data").mkdir()
    for number in range(12):
        (folder / "data" / f"{number}.txt").touch()


def ended(case: Case, folder: Path, kept: Path) -> tuple[Case, list[str]]:
    """The case with how its plan ended, and what was wrong with that: tracebacks, and what was left anywhere.

    folder: that lay_out made. kept: for calibrations, and temporary files.
    """
    temporary = kept / "tmp"
    temporary.mkdir(exist_ok=True)
    before, mark = sorted(folder.rglob("*.*")), f"{os.getpid()}-{time.monotonic_ns()}"
    environment = {**os.environ, "LIGHTWORK_DATA": str(kept / "data"), "TMPDIR": str(temporary), MARK: mark}
    run = subprocess.run(
        [sys.executable, "-B", "-m", "lightwork", "plan", *words_of(case)], cwd=folder, env=environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LATE_S, check=False,
    )  # fmt: skip
    wrong = ["a traceback"] if "Traceback" in run.stdout + run.stderr else []
    wrong += [f"left {path}" for path in sorted(folder.rglob("*.*")) if path not in before and path.suffix != ".pyc"]
    wrong += [f"left {path}" for path in [*temporary.iterdir(), *_segments_of_the_dead()]]
    wrong += [f"left running: {process}" for process in _running(mark)]
    line = run.stderr.strip().rpartition("\n")[2].removeprefix("lightwork: ") if run.returncode else ""
    line = line.replace(f"{folder}/", "")
    return Case(case.function, case.items, case.method, run.returncode, line), wrong


def _segments_of_the_dead() -> list[Path]:
    """What bears the number of a process that is no more, in shared memory, and stays."""
    for _ in range(20):
        dead = [path for path in FOLDER.glob("sem.mp-*") if not psutil.pid_exists(int(_number(path)))]
        if not dead:
            return []
        time.sleep(0.1)
    return [path for path in dead if path.exists()]


def _number(path: Path) -> str:
    match = re.search(r"sem\.mp-(\d+)", path.name)
    return match[1] if match else str(os.getpid())


def _running(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                yield process
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue


def saved() -> tuple[Case, ...]:
    """The recorded cases."""
    return tuple(read_as(Case, case) for case in json.loads(SAVED.read_text())["cases"])


def text_of(recorded: Iterable[Case]) -> str:
    """The file's content: one line a case."""
    lines = ",\n".join(json.dumps(asdict(case)) for case in recorded)
    return f'{{"cases": [\n{lines}\n]}}\n'


def page(text: str) -> str:
    """docs/jobs.md with its tables made again."""
    recorded = saved()
    return filled(text, {"shapes": _shapes(recorded), "refused": _refused(recorded)})


def _shapes(recorded: Sequence[Case]) -> str:
    lines = list(dict.fromkeys(case.line for case in recorded if case.method and case.exit))
    rows = [
        (f, *(_cell([c for c in recorded if (c.function, c.items) == (f, i)], lines) for i in ITEMS)) for f in FUNCTIONS
    ]
    notes = "\n".join(f"{number}. `{line}`" for number, line in enumerate(lines, 1))
    return f"{table(('function', *ITEMS), rows)}\n\n{notes}"


def _cell(alike: Sequence[Case], lines: Sequence[str]) -> str:
    """How it ended, and under which start methods where they differ."""
    words = [f"refused ({lines.index(case.line) + 1})" if case.exit else "planned" for case in alike]
    if len(set(words)) == 1:
        return words[0]
    return ", ".join(f"{case.method}: {word}" for case, word in zip(alike, words, strict=True))


def _refused(recorded: Sequence[Case]) -> str:
    return table(
        ("what", "the line", "status"),
        [(case.function, f"`{case.line}`", str(case.exit)) for case in recorded if case.function in REFUSED],
    )
