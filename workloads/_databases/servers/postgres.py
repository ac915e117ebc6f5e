"""PostgreSQL through psycopg 3: each round a schema of its own, each worker a connection of its own.

A row that is there already is replaced by its own repetition (ON CONFLICT). COPY can't do that: where it meets rows
of an item that was run before, it starts over without them. What the server refuses for the moment (a deadlock, a
serialisation failure, a lock that timed out) is sent again, and counted in the ledger.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from lightwork.workload.api import Facts

from ..capacity import Capacity
from ..connections import thread_connection
from ..drivers import Driver
from ..retry import insist
from ..table import Rows, Table
from ..url import Url, unreachable

if TYPE_CHECKING:
    import psycopg

SCHEMES = {"postgresql": "postgresql", "postgres": "postgresql"}
DRIVER = Driver("psycopg", "PostgreSQL", extra="postgres")
OWN = "a schema"
EXECUTED_MANY = ("batch", "transaction")
METHODS = ("row", "batch", "multi-row", "transaction", "copy")
OPTIONS = frozenset({"connect_timeout", "host", "sslcert", "sslkey", "sslmode", "sslrootcert"})
PASSING = {"40001", "40P01", "55P03"}  # serialisation failure, deadlock, lock not available
UNIQUE_VIOLATION = "23505"
MARKS_AT_MOST = 60_000  # in one statement; the protocol's own limit is 65,535
WAIT_FOR_A_LOCK = "SET lock_timeout = '10s'"  # what a dead worker's transaction holds is given back long before
CAPACITY = """
    WITH others AS (
        SELECT usename, datname FROM pg_stat_activity WHERE pid <> pg_backend_pid()
            AND datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'
    ), us AS (SELECT * FROM pg_roles WHERE rolname = current_user)
    SELECT '', current_setting('max_connections')::int,
        CASE WHEN rolsuper THEN 0 ELSE current_setting('superuser_reserved_connections')::int
            + coalesce(current_setting('reserved_connections', true)::int, 0) END,
        (SELECT count(*) FROM others)
    FROM us
    UNION ALL SELECT ' from this role', rolconnlimit, 0, (SELECT count(*) FROM others WHERE usename = rolname)
    FROM us WHERE rolconnlimit >= 0 AND NOT rolsuper
    UNION ALL SELECT ' in this database', datconnlimit, 0,
        (SELECT count(*) FROM others WHERE others.datname = d.datname)
    FROM us, pg_database d WHERE d.datname = current_database() AND datconnlimit >= 0 AND NOT rolsuper
"""


@dataclass(frozen=True)
class Database:
    """A schema of the round's own on the server that `url` names. address: what connections are kept by."""

    url: Callable[[], Url]
    schema: str
    address: str

    def name_of(self, table: Table) -> str:
        """The table's name in queries."""
        return f"{self.schema}.{table.name}"

    def create(self, table: Table) -> Facts:
        """Make the schema with an empty table. Raises UsageError when the server can't be reached or forbids it."""
        url = self.url()
        with connect(url) as connection:
            try:
                with connection.transaction():
                    connection.execute(f"CREATE SCHEMA {self.schema}")
                    connection.execute(table.schema(self.name_of(table), "BIGINT"))
            except DRIVER.load().errors.InsufficientPrivilege as error:
                raise unreachable(url, error, "grant this role CREATE on the database") from None
            most = connection.execute("SELECT current_setting('max_connections')::int").fetchall()[0][0]
            return {"server": _server(connection), "max_connections": most}

    def store(self, table: Table, rows: Rows, method: str, rows_per_commit: int) -> int:
        """Store the rows, so many per commit; returns how many the server says it stored."""
        connection = thread_connection(self.address, lambda: connect(self.url()))
        return sum(
            insist(partial(self._commit, connection, table, rows[first : first + rows_per_commit], method), _passes)
            for first in range(0, len(rows), rows_per_commit)
        )

    def answers(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with connect(self.url()) as connection:
            return connection.execute(query).fetchall()

    def drop(self) -> None:
        """Drop the schema, if there is one."""
        with connect(self.url()) as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute(WAIT_FOR_A_LOCK)
            connection.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")

    def _commit(self, connection: "psycopg.Connection[Any]", table: Table, rows: Rows, method: str) -> int:
        """One transaction."""
        library = DRIVER.load()
        send = _copy if method == "copy" else _execute_many if method in EXECUTED_MANY else _multi_row
        try:
            with connection.transaction(), connection.cursor() as cursor:
                return send(cursor, self.name_of(table), table, rows)
        except library.errors.UniqueViolation:  # of COPY alone: INSERT replaces
            with connection.transaction(), connection.cursor() as cursor:
                keys = [row[0] for row in rows]
                cursor.execute(f"DELETE FROM {self.name_of(table)} WHERE {table.key} = ANY(%s)", [keys])
                return send(cursor, self.name_of(table), table, rows)


def connect(url: Url) -> "psycopg.Connection[Any]":
    """A connection in autocommit mode. Raises UsageError when the server can't be reached or refuses us."""
    library = DRIVER.load()
    named = {"user": url.user, "host": url.host, "port": url.port, "dbname": url.database, **url.options}
    try:
        opened: psycopg.Connection[Any] = library.connect(
            autocommit=True, password=url.password(), application_name="lightwork",
            **{name: value for name, value in named.items() if value is not None},
        )  # fmt: skip
    except library.OperationalError as error:
        raise unreachable(url, error) from None
    return opened


def capacity(url: Url) -> Capacity:
    """How many connections the server takes."""
    with connect(url) as connection:
        return _capacity(connection)


def _capacity(connection: "psycopg.Connection[Any]") -> Capacity:
    """The tightest limit there is: the server's, the role's, the database's."""
    limits = connection.execute(CAPACITY).fetchall()
    return min((Capacity(_server(connection) + whose, *rest) for whose, *rest in limits), key=lambda limit: limit.left)


def _server(connection: "psycopg.Connection[Any]") -> str:
    major, minor = divmod(connection.info.server_version, 10_000)
    return f"PostgreSQL {major}.{minor}"


def _execute_many(cursor: "psycopg.Cursor[Any]", name: str, table: Table, rows: Rows) -> int:
    cursor.executemany(_insert(name, table, 1), rows)
    return cursor.rowcount


def _multi_row(cursor: "psycopg.Cursor[Any]", name: str, table: Table, rows: Rows) -> int:
    stored, at_once = 0, MARKS_AT_MOST // len(table.columns)
    for first in range(0, len(rows), at_once):
        part = rows[first : first + at_once]
        cursor.execute(_insert(name, table, len(part)), [value for row in part for value in row])
        stored += cursor.rowcount
    return stored


def _copy(cursor: "psycopg.Cursor[Any]", name: str, table: Table, rows: Rows) -> int:
    with cursor.copy(f"COPY {name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    return cursor.rowcount


def _insert(name: str, table: Table, rows: int) -> str:
    conflict = f"ON CONFLICT ({table.key}) DO UPDATE SET {table.updates('excluded.{}')}"
    return f"INSERT INTO {name} {table.values('%s', rows)} {conflict}"


def _passes(error: Exception) -> bool:
    return getattr(error, "sqlstate", None) in PASSING
