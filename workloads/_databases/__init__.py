"""Databases for workloads that write: one file for each kind, one protocol for all; servers have a folder of theirs.

    words of a parameter -> checked(): checked, its password hidden
        -> place_of(): an address of the round's own, which travels with the items -> at(): the Database there

A round's table is its own: in a file in the round's directory (SQLite, DuckDB), in a schema (PostgreSQL) or under a
name (MariaDB) that no other round has. Drivers are imported when a round first needs one.
"""

import hashlib
import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from lightwork.errors import UsageError
from lightwork.workload.api import Facts, Place

from . import sqlite, writers
from .connections import close_all
from .sqlite import Journal
from .table import Method, Rows, Table, rows_per_commit, shared_out

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

    from .servers import Server
    from .url import Url

__all__ = [
    "SQLITE", "Database", "Journal", "Method", "Rows", "Table", "at", "check_parameters", "close_all", "limits",
    "place_of", "store_together",
]  # fmt: skip

SQLITE, DUCKDB = "sqlite", "duckdb"
ROUNDS = "lightwork_"  # begins the name of everything that is made on a server


class Database(Protocol):
    """A round's own place for one table."""

    def name_of(self, table: Table) -> str:
        """The table's name in queries."""

    def create(self, table: Table) -> Facts:
        """Make an empty table where there was nothing; returns what is worth recording of the database."""

    def store(self, table: Table, rows: Rows, method: str, rows_per_commit: int) -> int:
        """Store the rows through this thread's own connection; returns how many the database says it stored."""

    def answers(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds, through a connection of its own."""

    def drop(self) -> None:
        """Remove what `create` made on a server, and nothing else."""


def check_parameters(workload: str, db: str, method: Method, journal: Journal) -> str:
    """`db` with its password hidden. Raises UsageError for a database, method or journal that can't be."""
    try:
        words, kind = checked(db)
    except UsageError as error:
        raise UsageError(f"{workload}.db: {error}") from None
    methods = _methods(kind)
    if method not in methods:
        raise UsageError(f"{workload}.method can't be {method!r} with {kind}: choose from {', '.join(methods)}")
    if journal != "wal" and kind != SQLITE:
        raise UsageError(f"{workload}.journal is for SQLite only: omit it with {kind}")
    return words


def checked(words: str) -> tuple[str, str]:
    """The words for a database with the password hidden, and the kind of database."""
    if words in (SQLITE, DUCKDB):
        return words, words
    from .words import hide, read

    hidden = hide(words)
    return hidden, read(hidden).scheme


def place_of(db: str, place: Place, name: str) -> str:
    """The address of the round's own database: the path of a SQLite file, else `duckdb:PATH` or `URL#SCHEMA`."""
    if db == SQLITE:
        return str(place.round_dir / f"{name}.sqlite")
    if db == DUCKDB:
        return f"duckdb:{place.round_dir / f'{name}.duckdb'}"
    digest = hashlib.blake2b(f"{socket.gethostname()}:{place.round_dir}".encode(), digest_size=8).hexdigest()
    return f"{db}#{ROUNDS}{digest}"


def at(address: str, busy_timeout_s: float = 5.0, journal: Journal = "wal") -> Database:
    """The database at this address."""
    if "://" not in address and not address.startswith("duckdb:"):
        return sqlite.Database(address, busy_timeout_s, journal)
    if address.startswith("duckdb:"):
        from . import duck

        return duck.Database(address)
    words, _, name = address.rpartition("#")
    database: Database = _server(words).Database(lambda: _url(words), name, address)
    return database


def limits(db: str, settings: "Sequence[Setting]") -> Sequence[str]:
    """What there is to say about connections before anything is measured, a line each.

    Raises UsageError when the server can't be reached, and for a setting that it has no room for.
    """
    writers.refuse_elsewhere(settings)
    if db == SQLITE or not settings:
        return ()
    if db == DUCKDB:
        from . import duck

        duck.DRIVER.load()
        duck.one_writer(settings)
        return ()
    from .capacity import connections

    return (connections(settings, _server(db).capacity(_url(db)), db),)


def store_together(
    database: Database, table: Table, parts: Sequence[Rows], method: Method, batch_rows: int
) -> list[int]:
    """Store the rows of several items as if they were one's; how many of each the database says it stored.

    Where all of an item's rows make a commit, all of theirs do.
    """
    rows = parts[0] if len(parts) == 1 else [row for part in parts for row in part]
    stored = database.store(table, rows, method, rows_per_commit(method, batch_rows, len(rows)))
    return shared_out(stored, parts)


def _methods(kind: str) -> tuple[str, ...]:
    if kind == SQLITE:
        return sqlite.METHODS
    if kind == DUCKDB:
        from . import duck

        return duck.METHODS
    return _server(kind).METHODS


def _url(words: str) -> "Url":
    from .words import read

    return read(words)


def _server(words: str) -> "Server":
    """The server of a URL, or of a scheme."""
    from . import servers

    return servers.by_scheme()[words.partition(":")[0]]
