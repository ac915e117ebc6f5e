"""Scripts that replace a worker after some items, run as pasted."""

import json
from collections import Counter

import pytest
from pasted import run_pasted
from registered import all_but, unless_absent

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.planning.guards import Guards
from lightwork.planning.script.items_source import made_by
from lightwork.planning.script.source import Source
from lightwork.planning.script.templates import recipe

JOBS = """
import os


def items():
    return list(range(12))


def pid(number):
    return [number, os.getpid()]
"""
RENEWED = [name for name in strategies.names() if strategies.find(name).renewed]
CLAIMS = [unless_absent(name, method) for name in RENEWED for method in strategies.find(name).start_methods]
SHOWN = [("process_executor", "fork"), ("map", "spawn"), ("imap_unordered", "fork")]
SOURCE = Source("jobs", "pid", made_by("jobs", "items"))


def ran(folder, source, setting, chunksize, most_items):
    """The results of the script."""
    (folder / "jobs.py").write_text(JOBS)
    code = recipe(source, setting, chunksize, most_items=most_items)
    ended = run_pasted(folder, f'{code}    print(__import__("json").dumps(results))\n')
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize(
    ("name", "method", "chunksize"),
    all_but(
        [(*claim, 2) for claim in SHOWN],
        [
            unless_absent(*claim.values, size)
            for claim in CLAIMS
            for size in ((2, 1, 50) if "map" in claim.values else (2,))
        ],
    ),
)
def test_no_worker_does_more_items_than_it_may(name, method, chunksize, tmp_path):
    """Whatever the chunksize, and every item is done once."""
    chunks = chunksize if strategies.find(name).default_chunksize else None
    results = ran(tmp_path, SOURCE, Setting(name, 2, start_method=method), chunks, 4)
    assert sorted(number for number, _ in results) == list(range(12))
    assert max(Counter(pid for _, pid in results).values()) <= 4


def test_all_guards_stand_beside_it(tmp_path):
    """Errors, retries and a bar."""
    source = Source("jobs", "pid", made_by("jobs", "items"), guards=Guards(9.0, 1, collects=True, bar="line"))
    results = ran(tmp_path, source, Setting("process_executor", 2), 1, 3)
    assert sorted(item for item, _, _ in results) == list(range(12))


def test_an_executors_script_says_why_it_has_a_pool():
    """In one line, and only then."""
    remark = "# A Pool, for ProcessPoolExecutor(max_tasks_per_child=...) hangs in Python 3.11 to 3.14.\n"
    assert remark in recipe(SOURCE, Setting("process_executor", 2), 1, most_items=4)
    assert remark not in recipe(SOURCE, Setting("map", 2), 1, most_items=4)
    assert "Pool(" not in recipe(SOURCE, Setting("process_executor", 2), 1).replace("ProcessPool", "")


@pytest.mark.parametrize("name", ["threads", "static", "pipe", "joblib"])
def test_others_replace_no_worker(name):
    """Their scripts are the same."""
    setting = Setting(name, 2)
    assert recipe(SOURCE, setting, 1, most_items=4) == recipe(SOURCE, setting, 1)
