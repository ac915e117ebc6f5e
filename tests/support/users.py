"""A user's folder with a module and small files, and the real command line in it, on a machine already calibrated."""

import os
import subprocess
import sys

import rounds
from calibrations import calibrate
from command_line import run_here
from processes import started

LOAD = """
import os, time


def load_file(path):
    with open(path) as file:
        time.sleep(float(file.read()))
    return path


def fail(path):
    if "03" in path or "07" in path:
        raise ValueError("this file can't be read")
    return load_file(path)


def fail_always(path):
    raise ValueError("nothing can be read")


def die(path):
    if "03" in path:
        os._exit(7)
    return load_file(path)


def leave(path):
    if "03" in path:
        raise SystemExit("enough")
    return load_file(path)


def hang(path):
    if "03" in path:
        time.sleep(600)
    return load_file(path)


def store(path):
    with open(f"{path}.out", "w") as file:
        file.write("stored")
    return load_file(path)


def tell(path):
    print("loading", path)
    return load_file(path)


def generate(path):
    load_file(path)
    return (part for part in path)


def generate_slowly(path):
    time.sleep(0.02)
    return (part for part in path)


def slowly(path):
    time.sleep(0.5)


def a_while(path):
    time.sleep(0.03)


def fail_after_a_while(path):
    a_while(path)
    return fail(path)


def briefly(number):
    return number


def wait(seconds):
    time.sleep(seconds)
    return seconds


def grow(size):
    return len(bytes(size)) + len(load_file("file_00.txt")) and time.sleep(0.15)


def all_there(results):
    return sum(result.endswith('.txt') for result in results) == 24


def undo():
    for name in os.listdir():
        if name.endswith(".out"):
            os.remove(name)


def numbers():
    return [0.002] * 20


def sizes():
    return [30_000_000] * 4


def locked():
    import threading

    return ["fine", threading.Lock()]


def broken():
    raise OSError("the index is gone")


def nothing():
    return []


def endless():
    import itertools

    return itertools.count()


def add(left, right):
    time.sleep(0.004)
    return left + right


def triples():
    return [(1, 2, 3), (4, 5, 6)]


def pairs():
    return [(number, 1) for number in range(20)]


def scaled(number, *, by):
    time.sleep(0.004)
    return number * by


def whole(number: int):
    time.sleep(0.004)
    return number + 1


def untyped(number):
    return number + 1


def leaving():
    raise SystemExit("no index")


def none_at_all():
    return None


class Loader:
    def __init__(self, path):
        self.path = path

    def load(self):
        return self.path


def _undressed(function):
    def inner(path):
        return function(path)

    return inner


wrapped = _undressed(load_file)
short = lambda path: path
"""


class User:
    """A user at the command line, in a folder of their own."""

    def __init__(self, folder, data):
        self.folder, self.data = folder, data
        self.environment = {**os.environ, "LIGHTWORK_DATA": str(data), rounds.MARK: rounds.RUN}

    @property
    def files(self):
        """The names of the user's files."""
        return sorted(path.name for path in self.folder.glob("file_*.txt"))

    def words(self, *words):
        """The words that start a plan in a process of its own."""
        return [sys.executable, "-m", "lightwork", "plan", *words]

    def plan(self, *words, **more):
        """The end of a plan, with output and complaints apart."""
        return run_here(self.folder, "plan", *words, **{"LIGHTWORK_DATA": str(self.data), **more})

    def start(self, *words, **environment):
        """A plan under way in a process of its own."""
        return started(
            self.words(*words), cwd=self.folder, env=self.environment | environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip


PARSES = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("path")
options = parser.parse_args()


def work(item):
    return item
"""


def furnish(place):
    """A user with 24 files of 4 ms each on a calibrated machine; the folders are made in this one."""
    folder, data = place / "home", place / "kept"
    folder.mkdir()
    data.mkdir()
    (folder / "load.py").write_text(LOAD)
    (folder / "parses.py").write_text(PARSES)
    for number in range(24):
        (folder / f"file_{number:02}.txt").write_text("0.004")
    (folder / "list").write_text("".join(f"file_{number:02}.txt\n" for number in range(24)))
    calibrate(data)
    return User(folder, data)
