"""sqlite: a table with a row for each key; an UPSERT adds to it in one statement, which is one transaction."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from .._databases import sqlite
from .._databases.connections import close_all, thread_connection
from .method import CARRIERS, FIELDS, NONE, Counts, Method

FILE = "state.sqlite"
BUSY_TIMEOUT_S = 5.0
SCHEMA = f"CREATE TABLE state (key INTEGER PRIMARY KEY, {', '.join(f'{field} INTEGER' for field in FIELDS)})"
UPSERT = (
    f"INSERT INTO state VALUES (?{', ?' * len(FIELDS)}) "  # noqa: S608  names of ours
    f"ON CONFLICT (key) DO UPDATE SET {', '.join(f'{field} = {field} + excluded.{field}' for field in FIELDS)}"
)


class CountsTable:
    """The database; each process, and each thread of it, has a connection of its own."""

    def __init__(self, round_dir: Path) -> None:
        self.address = str(round_dir / FILE)

    def add(self, key: int, update: Counts) -> None:
        """Committed at once: the database reads, adds and writes while nobody else may."""
        connection = thread_connection(self.address, self.connect)
        with sqlite.transaction(connection):
            connection.execute(UPSERT, (key, *update))

    def finish(self) -> Sequence[Counts]:
        """Every update is in the state already."""
        return ()

    def counts(self) -> Sequence[Counts]:
        """The rows; keys that no update had are not among them."""
        close_all()
        rows = {key: counts for key, *counts in sqlite.Database(self.address).answers("SELECT * FROM state")}
        return [tuple(rows.get(key, NONE)) for key in range(len(CARRIERS))]

    def remove(self) -> None:
        """Close what items run in this process opened; the engine removes the file."""
        close_all()

    def connect(self) -> sqlite3.Connection:
        """A new connection; a power cut may lose the last commits, a kill loses none."""
        connection = sqlite3.connect(
            self.address, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


def make(round_dir: Path) -> CountsTable:
    """Make an empty table."""
    sqlite.create(round_dir / FILE, SCHEMA, "wal")
    return CountsTable(round_dir)


METHOD = Method(make=make, reach=CountsTable)
