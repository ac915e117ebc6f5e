"""Bench runs for tests: the real suite in a process and a folder of its own, over work that takes no time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from repository import REPOSITORY

TINY = (
    "--workloads", "sleep_io", "--param", "sleep_io.items=6", "--param", "sleep_io.mean_ms=1",
    "--param", "sleep_io.sizes=uniform", "--strategies", "map", "--blocks", "2", "--start-methods", "fork",
)  # fmt: skip
NOT_NEEDED = ("-p", "no:hypothesispytest", "-p", "no:xdist")  # a second of imports in every run
TOYS = (
    "--workloads",
    "toys.squares",
    "--strategies",
    "map",
    "--workers",
    "2",
    "--blocks",
    "2",
    "--start-methods",
    "fork",
)


class SavedRun(NamedTuple):
    """A run saved without a name, and once more by --benchmark-json: the folder and what stands on the terminal."""

    folder: Path
    json: Path
    also: Path
    printed: str


def command(*options: str) -> list[str]:
    """The command that measures, to be started in a folder for its results."""
    return [
        sys.executable, "-m", "pytest", str(REPOSITORY / "bench" / "bench_cells.py"),
        "-c", str(REPOSITORY / "pyproject.toml"), "--rootdir", str(REPOSITORY), "-p", "no:cacheprovider",
        *NOT_NEEDED, *options,
    ]  # fmt: skip


def bench(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Measure in `folder`; standard output and error as one text."""
    return run(folder, command(*options))


def lightwork(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, in `folder`."""
    return run(folder, [sys.executable, "-m", "lightwork", *arguments])


def run(folder: Path, words: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`; standard output and error as one text."""
    return subprocess.run(
        words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=200, check=False,
    )  # fmt: skip


def saved_in(folder: Path) -> list[Path]:
    """The JSON files that pytest-benchmark has stored under `folder`/results, in the order of their numbers."""
    return sorted(folder.glob("results/*/*.json"))


def read(path: Path) -> dict[str, Any]:
    """A saved run as plain data; fails on NaN and Infinity, for which JSON has no word."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{path} holds {word}")

    found: dict[str, Any] = json.loads(path.read_text(), parse_constant=refuse)
    return found


def rounds_kept(folder: Path) -> int:
    """How many rounds the journals under way hold."""
    journals = folder.glob("results/journals/*/*/journal.jsonl")
    return sum('{"round"' in line for path in journals for line in path.read_text().splitlines())
