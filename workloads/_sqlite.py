"""SQLite for workloads that write: each worker its own connection, one writer at a time, no lost rows.

A connection must not cross a fork, so `connect` is called by the item function, inside the worker, and keeps
one connection per thread of a process; `close_all` ends a round, so that the next one forks without any. (The
child would inherit SQLite's list of the locks its process holds: one that the parent held while forking looks
locked to the child for ever.) Every write begins with BEGIN IMMEDIATE: a deferred transaction that
turns from reading to writing fails at once under contention, busy timeout or not.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from manyhands.errors import UsageError
from manyhands.recorder import count_retry
from manyhands.workload import Facts

Journal = Literal["wal", "rollback"]
JOURNAL_MODES = {"wal": "wal", "rollback": "delete"}
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
RETRY_FOR_S = 30.0  # a lock that can't be had for so long, beyond the busy timeout, is a fault
PAUSE_S = 0.001

# By process, thread and file. Those that a fork carried over stay here, unused: closing one in the child
# would be a use of it.
_connections: dict[tuple[int, int, str], sqlite3.Connection] = {}


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
    key = (os.getpid(), threading.get_ident(), database)
    if key not in _connections:
        # Closed by another thread than it was opened by, once that thread's work is over.
        _connections[key] = sqlite3.connect(
            database, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )
    return _connections[key]


def close_all() -> None:
    """Close this process's connections, its threads' included, and leave the parent's alone."""
    for key in [key for key in _connections if key[0] == os.getpid()]:
        _connections.pop(key).close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """BEGIN IMMEDIATE ... COMMIT; rolled back when the body raises.

    A locked database is tried again, and counted in the ledger, for RETRY_FOR_S; then the error is raised.
    """
    _insist(connection, "BEGIN IMMEDIATE")
    try:
        yield
        _insist(connection, "COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _insist(connection: sqlite3.Connection, statement: str) -> None:
    deadline_s = time.monotonic() + RETRY_FOR_S
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() >= deadline_s:
                raise
        else:
            return
        count_retry()
        time.sleep(PAUSE_S)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in BUSY  # the low byte: extended codes say why
