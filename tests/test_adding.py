"""Adding something touches one file: each test writes that file into a copy of lightwork and sees it work whole."""

import json

import pytest
from extended import Extended

from lightwork.core.setting import Setting
from lightwork.validate.saved import load

STRATEGY = '''
"""pairs: `Pool.imap`. Results in order; chunks of two."""

from lightwork.core.hand_out import POOL
from lightwork.strategies import strategy

SCRIPT = """\\
from multiprocessing import Pool

if __name__ == "__main__":
    items = $items
    with $pool as pool:
        results = list(pool.imap($function, items$chunksize))
"""


def default_chunksize(items, workers):
    """Two items."""
    return 2


@strategy(hand_out=POOL, rank=15, script=SCRIPT, default_chunksize=default_chunksize)
def run(function, items, workers, chunksize, context):
    """`Pool.imap`: chunks of two handed out as workers get free."""
    with context.Pool(workers) as pool:
        return list(pool.imap(function, items, chunksize or 2))
'''
WORKLOAD = '''
"""naps: nothing but waiting, as long for every item."""

import time
from dataclasses import dataclass

from lightwork.errors import CheckFailed
from lightwork.workload.api import workload


@dataclass(frozen=True)
class Parameters:
    """items: how many naps."""

    items: int = 30


def items(parameters, place):
    """Their lengths in seconds."""
    return [0.005] * parameters.items


def check(parameters, place, results):
    """Count them."""
    if len(results) != parameters.items:
        raise CheckFailed("naps are missing")
    return {"naps": len(results)}


@workload(parameters=Parameters, items=items, check=check, tiny=Parameters(4))
def nap(seconds):
    """Take one."""
    time.sleep(seconds)
    return seconds
'''
SERVER = '''
"""Lite: a server that is a folder of SQLite files."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..capacity import Capacity
from ..connections import thread_connection
from ..drivers import Driver

SCHEMES = {"lite": "lite"}
OPTIONS = frozenset({"folder"})
METHODS = ("row", "batch")
DRIVER = Driver("sqlite3", "Lite", extra="")
OWN = "a file"


@dataclass(frozen=True)
class Database:
    url: Any
    name: str
    address: str

    def path(self):
        return Path(self.url().options["folder"], f"{self.name}.lite")

    def connect(self):
        return sqlite3.connect(self.path(), timeout=60, isolation_level=None, check_same_thread=False)

    def name_of(self, table):
        return table.name

    def create(self, table):
        with closing(self.connect()) as connection:
            connection.execute(table.schema(table.name))
        return {"server": "Lite 1"}

    def store(self, table, rows, method, rows_per_commit):
        insert = f"INSERT OR REPLACE INTO {table.name} {table.values('?')}"
        return thread_connection(self.address, self.connect).executemany(insert, rows).rowcount

    def answers(self, query):
        with closing(self.connect()) as connection:
            return connection.execute(query).fetchall()

    def drop(self):
        self.path().unlink(missing_ok=True)


def capacity(url):
    return Capacity("Lite 1", 8, 0, 0)
'''
WAIT = """
import time


def wait(seconds):
    time.sleep(seconds)
    return seconds


def items():
    return [0.02] * 16
"""
ROUNDS = """
from pathlib import Path
from lightwork.core.setting import Setting
from rounds import run_round
serial, pairs = (run_round(Path(name), Setting(name)).round for name in ("serial", "pairs"))
print(pairs.outcome, pairs.items_done, pairs.result_digest == serial.result_digest)
"""
CALIBRATED = """
from pathlib import Path
from calibrations import calibrate
Path("data").mkdir(exist_ok=True)
calibrate(Path("data"))
"""
STORED = """
import sys
from pathlib import Path
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from rounds import job
with open_workdir(Path("workdir")) as workdir:
    small = {"db": sys.argv[1], "batches": 4, "rows_per_item": 10}
    found = launch(workdir, job(workdir, Setting("map", 2), "db_insert", **small), 60.0).round
print(found.outcome, found.items_done, found.reason)
"""
REFUSED = """
import sys
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.workloads import db_insert
lite, other = sys.argv[1:]
for given in {"db": lite, "method": "copy"}, {"db": other}:
    try:
        db_insert.Parameters(**given)
    except UsageError as error:
        print(error)
print(*db_insert.limits(db_insert.Parameters(db=lite), [Setting("map", 2)]))
"""
RANKS = """
from lightwork.analysis.preference import preference
from lightwork.core.setting import Setting
names = ["queue", "process_executor", "pairs", "map"]
print(*sorted(names, key=lambda name: preference(Setting(name, 2))))
"""


@pytest.fixture
def extended(tmp_path):
    """A copy of lightwork to which nothing was added yet."""
    return Extended(tmp_path)


def test_a_strategy_is_one_file(extended):
    """A new strategy is listed, runs, is predicted and recommended with a script that works, and is ranked."""
    extended.add("strategies/pairs.py", STRATEGY)
    assert "pairs             `Pool.imap`: chunks of two" in extended.lightwork("list")
    assert extended.python("-c", ROUNDS).split() == ["ok", "12", "True"]
    (extended.folder / "job.py").write_text(WAIT)
    extended.python("-c", CALIBRATED)
    words = "plan job.py:wait --items job.py:items --strategies pairs --workers 2 --once --json -"
    plan = json.loads(extended.lightwork(*words.split()))
    assert {cell["strategy"] for cell in plan["predictions"]} == {plan["recommendation"]["strategy"]} == {"pairs"}
    assert "pool.imap(wait, items, chunksize=" in plan["recommendation"]["code"]
    (extended.folder / "pasted.py").write_text(plan["recommendation"]["code"] + "    print(len(results))\n")
    assert extended.python("pasted.py") == "16\n"
    assert extended.python("-c", RANKS).split() == ["process_executor", "pairs", "map", "queue"]


@pytest.mark.matrix
def test_a_workload_is_one_file(extended):
    """A new workload is listed, measured with its check, and compared with predictions at its default size."""
    extended.add("workloads/naps.py", WORKLOAD)
    assert "naps            items=30" in extended.lightwork("list")
    extended.python("-c", CALIBRATED)
    words = "validate --workloads naps --strategies pipe --workers 2 --chunksizes 4 --blocks 1 --json naps.json"
    assert "rounds of 1 workloads" in extended.lightwork(*words.split())
    (held,) = load(extended.folder / "naps.json").studies
    assert (held.name, held.items, held.trouble) == ("naps", 30, "")
    (cell,) = [cell for cell in held.cells if cell.setting == Setting("pipe", 2, 4)]
    assert len(cell.trials) == 1
    assert all(trial.plain for _, trial in held.trials)


def test_a_database_server_is_one_file(extended):
    """A new server's URL is understood, its methods and its room for connections are named, and rows get there."""
    extended.add("workloads/_databases/servers/lite.py", SERVER)
    place = f"lite://me:secret@here/it?folder={extended.folder}"
    told = extended.python("-c", REFUSED, place, "oracle://me@there/it")
    assert "db_insert.method can't be 'copy' with lite: choose from row, batch" in told
    assert "lite://USER@HOST/DATABASE" in told
    assert "at most 2 connections (2 workers x 1 each); 8 free of 8 on Lite 1" in told
    assert "secret" not in told
    assert extended.python("-c", STORED, place.replace(":secret", "")).split() == ["ok", "4"]
    assert not list(extended.folder.glob("*.lite"))
