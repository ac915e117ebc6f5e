"""Rows into SQLite: none lost by any method, every wait for the lock counted, no connection inherited."""

import multiprocessing
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Place
from lightwork.workloads import _databases, db_insert
from lightwork.workloads._databases import connections, retry, sqlite
from lightwork.workloads.db_insert import Parameters

FORK = multiprocessing.get_context("fork")
WRITERS = 8
SMALL = Parameters(batches=2, rows_per_item=6, batch_rows=4)


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    """No connection outlives its test."""
    yield
    _databases.close_all()


@pytest.fixture
def retries(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Counts the retries of this process and of those forked from it."""
    counted = FORK.Value("q", 0)

    def count() -> None:
        with counted.get_lock():
            counted.value += 1

    monkeypatch.setattr(retry, "count_retry", count)
    return counted


@contextmanager
def locked(place: Place) -> Iterator[sqlite3.Connection]:
    """The database, with its write lock held by somebody else."""
    database = place.round_dir / "readings.sqlite"
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


@pytest.mark.parametrize("journal", ["wal", "rollback"])
@pytest.mark.parametrize(("method", "commits"), [("row", 6), ("batch", 2), ("transaction", 1)])
def test_each_method_commits_as_it_says(place: Place, method: Any, journal: Any, commits: int) -> None:
    """An item of six rows takes 6, 2 or 1 commits, each begun IMMEDIATE, and stores the same rows."""
    parameters = Parameters(batches=2, rows_per_item=6, method=method, batch_rows=4, journal=journal)
    facts = db_insert.setup(parameters, place)
    items = db_insert.items(parameters, place)
    said: list[str] = []
    sqlite.connect(items[0].database, 5.0).set_trace_callback(said.append)
    results = [db_insert.insert_rows(item) for item in items]
    assert results == [(0, 6), (1, 6)]
    assert said.count("COMMIT") == said.count("BEGIN IMMEDIATE") == 2 * commits
    assert facts["journal_mode"] == {"wal": "wal", "rollback": "delete"}[journal]
    evidence = db_insert.check(parameters, place, results)
    sent = [row for item in items for row in db_insert.rows_of(item)]
    assert evidence["rows"] == len(sent) == 12
    assert evidence["sum_of_values"] == sum(value for _, _, value, _ in sent)


@pytest.mark.parametrize("journal", ["wal", "rollback"])
def test_the_database_keeps_its_journal(place: Place, journal: Any) -> None:
    """A connection opened later finds the journal mode that was asked for."""
    parameters = Parameters(journal=journal)
    mode = db_insert.setup(parameters, place)["journal_mode"]
    connection = sqlite.connect(str(place.round_dir / "readings.sqlite"), 5.0)
    assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)


@pytest.mark.parametrize("journal", ["wal", "rollback"])
def test_eight_writers_lose_no_row(place: Place, retries: Any, journal: Any) -> None:
    """Eight forked writers that commit each row and never wait are refused, counted, and all get through.

    The lock is taken after the fork: a child inherits SQLite's own list of its process's locks, and would
    find the database locked forever.
    """
    parameters = Parameters(batches=WRITERS, rows_per_item=5, method="row", journal=journal, busy_timeout_s=0.0)
    db_insert.setup(parameters, place)
    items = db_insert.items(parameters, place)
    gate = FORK.Event()
    writers = [FORK.Process(target=insert_behind, args=(gate, item)) for item in items]
    for writer in writers:
        writer.start()
    with locked(place) as other:
        gate.set()
        deadline_s = time.monotonic() + 200
        while retries.value < WRITERS and time.monotonic() < deadline_s:
            time.sleep(0.005)
        other.execute("ROLLBACK")
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS
    assert retries.value >= WRITERS
    assert db_insert.check(parameters, place, [])["rows"] == 40


def insert_behind(gate: Any, item: db_insert.Batch) -> None:
    """Insert once the gate is open."""
    gate.wait()
    db_insert.insert_rows(item)


def test_a_lock_that_stays_is_an_error(place: Place, retries: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the cap the lock error is raised, and every retry before it was counted."""
    monkeypatch.setattr(retry, "RETRY_FOR_S", 0.02)
    parameters = Parameters(busy_timeout_s=0.0)
    db_insert.setup(parameters, place)
    item = db_insert.items(parameters, place)[0]
    with locked(place), pytest.raises(sqlite3.OperationalError, match="locked"):
        db_insert.insert_rows(item)
    assert retries.value >= 2


def test_an_error_gives_the_lock_back(place: Place, retries: Any) -> None:
    """A missing table is raised at once, and the lock given back."""
    db_insert.setup(SMALL, place)
    item = db_insert.items(SMALL, place)[0]
    connection = sqlite.connect(item.database, 5.0)
    connection.execute("DROP TABLE readings")
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        db_insert.insert_rows(item)
    assert retries.value == 0
    assert not connection.in_transaction


def test_only_a_lock_is_worth_retrying(place: Place, retries: Any) -> None:
    """A transaction that can't begin for another reason is an error at once."""
    db_insert.setup(SMALL, place)
    item = db_insert.items(SMALL, place)[0]
    sqlite.connect(item.database, 5.0).execute("BEGIN")
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        db_insert.insert_rows(item)
    assert retries.value == 0


def test_a_forked_worker_opens_its_own_connection(place: Place) -> None:
    """A child never uses or closes the connection of its parent, who can go on using it."""
    db_insert.setup(SMALL, place)
    database = str(place.round_dir / "readings.sqlite")
    mine = sqlite.connect(database, 5.0)
    child = FORK.Process(target=leave_parents_connection, args=(database, mine))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert sqlite.connect(database, 5.0) is mine
    assert mine.execute("SELECT count(*) FROM readings").fetchone() == (0,)


def leave_parents_connection(database: str, parents: sqlite3.Connection) -> None:
    """Exit 0 when this process has another connection than its parent and closes only that one."""
    own = sqlite.connect(database, 5.0)
    _databases.close_all()
    try:
        own.in_transaction  # noqa: B018  raises once closed
    except sqlite3.ProgrammingError:
        os._exit(0 if own is not parents and not parents.in_transaction else 3)
    os._exit(4)


def test_an_item_done_twice_does_no_harm(place: Place) -> None:
    """A strategy that runs an item again after a death leaves the same database."""
    db_insert.setup(SMALL, place)
    items = db_insert.items(SMALL, place)
    results = [db_insert.insert_rows(item) for item in [*items, items[0]]]
    assert db_insert.check(SMALL, place, results)["rows"] == 12


def test_a_wrong_value_is_noticed(place: Place) -> None:
    """The right number of rows with one wrong value fails the check."""
    db_insert.setup(SMALL, place)
    items = db_insert.items(SMALL, place)
    results = [db_insert.insert_rows(item) for item in items]
    sqlite.connect(items[0].database, 5.0).execute("UPDATE readings SET value = -1 WHERE id = 3")
    with pytest.raises(CheckFailed, match="12 of 12 rows from 2 of 2 batches, with a sum of"):
        db_insert.check(SMALL, place, results)


def test_lost_rows_are_counted(place: Place) -> None:
    """A check on an empty database says 0 of how many."""
    db_insert.setup(SMALL, place)
    with pytest.raises(CheckFailed, match="0 of 12 rows from 0 of 2 batches"):
        db_insert.check(SMALL, place, [(0, 6), (1, 6)])


def test_check_closes_what_serial_items_opened(place: Place) -> None:
    """After the check this process has no connection left, so that the next round forks without one."""
    db_insert.setup(SMALL, place)
    results = [db_insert.insert_rows(item) for item in db_insert.items(SMALL, place)]
    db_insert.check(SMALL, place, results)
    assert not [key for key in connections._open if key[0] == os.getpid()]
    assert [path.name for path in place.round_dir.iterdir()] == ["readings.sqlite"]


def test_a_journal_that_can_not_be_had_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that keeps another journal than asked for is a usage error, not another benchmark."""
    monkeypatch.setitem(sqlite.JOURNAL_MODES, "rollback", "wal")
    with pytest.raises(UsageError, match="can't keep a rollback journal"):
        sqlite.create(Path(":memory:"), "CREATE TABLE readings (id INTEGER)", "rollback")


@pytest.mark.parametrize("name", ["batches", "rows_per_item", "batch_rows"])
def test_nothing_to_insert_is_refused(name: str) -> None:
    """Counts of zero are usage errors that name the parameter."""
    with pytest.raises(UsageError, match=f"db_insert.{name} can't be 0"):
        Parameters(**{name: 0})
