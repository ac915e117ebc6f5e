"""MariaDB and MySQL through PyMySQL: each round a table of its own, each worker a connection of its own.

The table stands in the database that the URL names, under a name of the round's own: to make a database takes rights
that few users have. A row that is there already is replaced by its own repetition (ON DUPLICATE KEY UPDATE). What the
server refuses for the moment (a deadlock, a lock that timed out) is sent again, and counted in the ledger.
PyMySQL's executemany puts many rows into one INSERT by itself, so `batch` and `multi-row` differ little.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from lightwork.errors import UsageError
from lightwork.workload.api import Facts

from ..capacity import Capacity
from ..connections import thread_connection
from ..drivers import Driver
from ..retry import insist
from ..table import Rows, Table
from ..url import Url, unreachable

if TYPE_CHECKING:
    import pymysql

SCHEMES = {"mariadb": "mariadb", "mysql": "mysql"}
DRIVER = Driver("pymysql", "MariaDB and MySQL", extra="mariadb")
OWN = "a table"
EXECUTED_MANY = ("batch", "transaction")
METHODS = ("row", "batch", "multi-row", "transaction")
OPTIONS = frozenset({"connect_timeout", "ssl_ca", "unix_socket"})
FORBIDDEN = {1044, 1142}  # access to a database, a command on a table
PASSING = {1020, 1205, 1213}  # record changed, lock wait timeout, deadlock
ROWS_AT_ONCE = 1_000  # in one statement, below any max_allowed_packet
WAIT_FOR_A_LOCK = "SET lock_wait_timeout = 10"  # what a dead worker's transaction holds is given back long before
CAPACITY = "SELECT version(), @@max_connections, @@max_user_connections"
IN_USE = "SHOW GLOBAL STATUS LIKE 'Threads_connected'"
OWN_IN_USE = "SELECT count(*) FROM information_schema.processlist WHERE user = SUBSTRING_INDEX(CURRENT_USER(), '@', 1)"
LOCK_WAIT_S = 5  # the server's own 50 s are longer than anything is tried again here


@dataclass(frozen=True)
class Database:
    """A table of the round's own in the database that `url` names. address: what connections are kept by."""

    url: Callable[[], Url]
    schema: str
    address: str

    def name_of(self, table: Table) -> str:
        """The table's name in queries."""
        return f"{self.schema}_{table.name}"

    def create(self, table: Table) -> Facts:
        """Make an empty table. Raises UsageError when the server can't be reached or forbids it."""
        url = self.url()
        with closing(connect(url)) as connection, connection.cursor() as cursor:
            try:
                cursor.execute(f"{table.schema(self.name_of(table), 'BIGINT')} ENGINE = InnoDB")
            except DRIVER.load().err.OperationalError as error:
                if error.args[0] not in FORBIDDEN:
                    raise
                raise unreachable(url, error, "grant this user CREATE and DROP on the database") from None
            capacity = _capacity(cursor)
        return {"server": capacity.server, "max_connections": capacity.most}

    def store(self, table: Table, rows: Rows, method: str, rows_per_commit: int) -> int:
        """Store the rows, so many per commit; returns how many the server says it stored."""
        connection = thread_connection(self.address, lambda: connect(self.url()))
        return sum(
            insist(partial(self._commit, connection, table, rows[first : first + rows_per_commit], method), _passes)
            for first in range(0, len(rows), rows_per_commit)
        )

    def answers(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds; sums, which come as decimals, as whole numbers."""
        with closing(connect(self.url())) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(int(v) if isinstance(v, Decimal) else v for v in row) for row in cursor.fetchall()]

    def drop(self) -> None:
        """Drop the round's tables, if there are any."""
        with closing(connect(self.url())) as connection, connection.cursor() as cursor:
            cursor.execute(WAIT_FOR_A_LOCK)
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = database() "
                "AND left(table_name, %s) = %s",
                (len(self.schema) + 1, f"{self.schema}_"),
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TABLE IF EXISTS {name}")

    def _commit(self, connection: "pymysql.Connection[Any]", table: Table, rows: Rows, method: str) -> int:
        """One transaction."""
        send = _execute_many if method in EXECUTED_MANY else _multi_row
        connection.begin()
        try:
            with connection.cursor() as cursor:
                stored = send(cursor, self.name_of(table), table, rows)
            connection.commit()
        except BaseException:
            if connection.open:
                connection.rollback()
            raise
        return stored


def connect(url: Url) -> "pymysql.Connection[Any]":
    """A connection in autocommit mode. Raises UsageError when the server can't be reached or refuses us."""
    library = DRIVER.load()
    if url.database is None:
        raise UsageError(f"{url.words} names no database: write {url.scheme}://USER@HOST/DATABASE")
    given = {**url.options, "host": url.host, "user": url.user, "port": url.port}
    if "connect_timeout" in given:
        given["connect_timeout"] = int(str(given["connect_timeout"]))
    try:
        opened: pymysql.Connection[Any] = library.connect(
            database=url.database, password=(url.password() or "").encode(), autocommit=True, charset="utf8mb4",
            # An update that changes nothing counts as a row stored.
            client_flag=library.constants.CLIENT.FOUND_ROWS,
            init_command=f"SET SESSION innodb_lock_wait_timeout = {LOCK_WAIT_S}",
            **{name: value for name, value in given.items() if value is not None},
        )  # fmt: skip
    except (library.MySQLError, RuntimeError, OSError) as error:  # RuntimeError: a way to log in that it can't
        raise unreachable(url, error) from None
    return opened


def capacity(url: Url) -> Capacity:
    """How many connections the server takes."""
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        return _capacity(cursor)


def _capacity(cursor: Any) -> Capacity:
    cursor.execute(CAPACITY)
    ((version, most, most_of_a_user),) = cursor.fetchall()
    cursor.execute(IN_USE)
    ((_, in_use),) = cursor.fetchall()
    server = f"{'MariaDB' if 'MariaDB' in version else 'MySQL'} {version.partition('-')[0]}"
    limits = [Capacity(server, most, 0, int(in_use) - 1)]
    if most_of_a_user:
        cursor.execute(OWN_IN_USE)
        ((own_in_use,),) = cursor.fetchall()
        limits.append(Capacity(f"{server} (of this user's)", most_of_a_user, 0, int(own_in_use) - 1))
    return min(limits, key=lambda limit: limit.left)


def _execute_many(cursor: Any, name: str, table: Table, rows: Rows) -> int:
    stored: int = cursor.executemany(_insert(name, table, 1), rows)
    return stored


def _multi_row(cursor: Any, name: str, table: Table, rows: Rows) -> int:
    stored = 0
    for first in range(0, len(rows), ROWS_AT_ONCE):
        part = rows[first : first + ROWS_AT_ONCE]
        stored += cursor.execute(_insert(name, table, len(part)), [value for row in part for value in row])
    return stored


def _insert(name: str, table: Table, rows: int) -> str:
    return f"INSERT INTO {name} {table.values('%s', rows)} ON DUPLICATE KEY UPDATE {table.updates('VALUES({})')}"


def _passes(error: Exception) -> bool:
    return bool(error.args) and error.args[0] in PASSING
