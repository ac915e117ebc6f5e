"""lightwork init: a benchmark suite of one's own, two small files to start from."""

import argparse
from pathlib import Path
from typing import Any

from lightwork.commands import options as shared
from lightwork.errors import UsageError, WorkError

HELP = """Start a benchmark suite for your own functions: bench/bench_jobs.py and bench/pytest.ini.

examples:
  lightwork init                          then put your function and your items into bench/bench_jobs.py
  pytest bench/ --benchmark-save          measure, and save in results/
  lightwork report                        the report of what was saved
"""
JOBS = '''\
"""Jobs to measure: pytest bench/ --benchmark-save"""

import time


def load(path):  # your function: it takes one item
    time.sleep(0.01)


def test_load(study):
    study(load, range(40), workers="1-4")  # your items
'''
SETTINGS = """\
[pytest]
python_files = bench_*.py
addopts = --benchmark-storage=results
"""
FILES = {"bench_jobs.py": JOBS, "pytest.ini": SETTINGS}


def add_to(commands: Any) -> None:
    """Add the command and its options."""
    command = shared.command(commands, "init", run, HELP)
    command.add_argument("folder", nargs="?", default="bench", metavar="FOLDER", help="where (default: bench)")


def run(options: argparse.Namespace) -> int:
    """Write the files. Raises UsageError where one of them is there already, WorkError where none can be written."""
    folder = Path(options.folder)
    for name in FILES:
        if (folder / name).exists():
            raise UsageError(f"{folder / name} exists already: choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in FILES.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise WorkError(f"{folder} can't be written to ({error.strerror}): choose another folder") from None
    print(f"wrote {folder}/bench_jobs.py and {folder}/pytest.ini: put your function and your items into bench_jobs.py,")
    print(f"then run: pytest {folder}/ --benchmark-save")
    return 0
