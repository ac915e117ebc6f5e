"""SQLite for workloads that write: each worker its own connection, one writer at a time, no lost rows.

A connection must not cross a fork, so a worker opens its own, one per thread of a process; `close_all` ends a round,
so that the next one forks without any. (The child would inherit SQLite's list of the locks its process holds: one
that the parent held while forking looks locked to the child forever.) Every write begins with BEGIN IMMEDIATE: a
deferred transaction that turns from reading to writing fails at once under contention, busy timeout or not.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from lightwork.errors import UsageError
from lightwork.workload.api import Facts

from .connections import thread_connection
from .retry import insist
from .table import Rows, Table

Journal = Literal["wal", "rollback"]
JOURNAL_MODES = {"wal": "wal", "rollback": "delete"}
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
METHODS = ("row", "batch", "multi-row", "transaction")
MARKS_AT_MOST = 30_000  # in one statement; SQLite's own limit is 32,766


@dataclass(frozen=True)
class Database:
    """A file of the round's own. busy_timeout_s: SQLite's own wait for a lock, before ours."""

    address: str
    busy_timeout_s: float = 5.0
    journal: Journal = "wal"

    def name_of(self, table: Table) -> str:
        """The table's name in queries."""
        return table.name

    def create(self, table: Table) -> Facts:
        """Make the file with an empty table. Raises UsageError where it can't keep the journal asked for."""
        return create(Path(self.address), table.schema(table.name), self.journal)

    def store(self, table: Table, rows: Rows, method: str, rows_per_commit: int) -> int:
        """Store the rows, so many per commit; returns how many SQLite says it stored."""
        connection = connect(self.address, self.busy_timeout_s)
        stored = 0
        for first in range(0, len(rows), rows_per_commit):
            with transaction(connection):
                stored += _send(connection, table, rows[first : first + rows_per_commit], method)
        return stored

    def answers(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with closing(sqlite3.connect(self.address)) as connection:
            return connection.execute(query).fetchall()

    def drop(self) -> None:
        """Leave the file to the engine, which removes it with the round's directory."""


def create(database: Path, schema: str, journal: Journal) -> Facts:
    """Make a new database in this journal mode, which it keeps; returns the mode in force.

    Raises UsageError where the file system can't do it (write-ahead logs need shared memory).
    """
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        (mode,) = connection.execute(f"PRAGMA journal_mode = {JOURNAL_MODES[journal]}").fetchone()
        connection.execute(schema)
    if mode != JOURNAL_MODES[journal]:
        raise UsageError(f"SQLite can't keep a {journal} journal in {database.parent}: try another directory")
    return {"journal_mode": mode, "sqlite_version": sqlite3.sqlite_version}


def connect(database: str, busy_timeout_s: float) -> sqlite3.Connection:
    """The thread's own connection in autocommit mode, opened at its first call in this process."""
    # Closed by another thread than it was opened by, once that thread's work is over.
    return thread_connection(
        database,
        lambda: sqlite3.connect(database, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False),
    )


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE ... COMMIT; rolled back when the body raises.

    A locked database is tried again, and counted in the ledger, for RETRY_FOR_S; then the error is raised.
    """
    insist(partial(connection.execute, "BEGIN IMMEDIATE"), _is_busy)
    try:
        yield
        insist(partial(connection.execute, "COMMIT"), _is_busy)
    except BaseException:
        connection.rollback()
        raise


def _send(connection: sqlite3.Connection, table: Table, rows: Rows, method: str) -> int:
    insert = f"INSERT OR REPLACE INTO {table.name} "
    if method != "multi-row":
        return connection.executemany(insert + table.values("?"), rows).rowcount
    stored, at_once = 0, MARKS_AT_MOST // len(table.columns)
    for first in range(0, len(rows), at_once):
        part = rows[first : first + at_once]
        values = [value for row in part for value in row]
        stored += connection.execute(insert + table.values("?", len(part)), values).rowcount
    return stored


def _is_busy(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) if isinstance(error, sqlite3.OperationalError) else 0
    return code & 0xFF in BUSY  # the low byte: extended codes say why
