"""DuckDB: each round a file of its own, which one process at a time can have open.

So one process writes, and a setting with more is refused before it runs: `single_writer` has workers parse for it. A
row that is there already is replaced by its own repetition.
"""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.workload.api import Facts

from . import writers
from .connections import thread_connection
from .drivers import Driver
from .table import Rows, Table

DRIVER = Driver("duckdb", "DuckDB", extra="duckdb")
EXECUTED_MANY = ("batch", "transaction")
METHODS = ("row", "batch", "multi-row", "transaction", "copy")
SCHEME = "duckdb:"
MARKS_AT_MOST = 60_000  # in one statement; DuckDB's own limit is 65,535
ONE_WRITER = "DuckDB allows only one writing process"


@dataclass(frozen=True)
class Database:
    """A file of the round's own. address: the file's path after `duckdb:`."""

    address: str

    @property
    def path(self) -> str:
        """The file."""
        return self.address.removeprefix(SCHEME)

    def name_of(self, table: Table) -> str:
        """The table's name in queries."""
        return table.name

    def create(self, table: Table) -> Facts:
        """Make the file with an empty table."""
        duckdb = DRIVER.load()
        with duckdb.connect(self.path) as connection:
            connection.execute(table.schema(table.name, "BIGINT"))
        return {"server": f"DuckDB {duckdb.__version__}"}

    def store(self, table: Table, rows: Rows, method: str, rows_per_commit: int) -> int:
        """Store the rows, so many per commit; returns how many DuckDB says it stored."""
        connection = thread_connection(self.address, lambda: _connect(self.path))
        return sum(
            self._commit(connection, table, rows[first : first + rows_per_commit], method)
            for first in range(0, len(rows), rows_per_commit)
        )

    def answers(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with _connect(self.path) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(query).fetchall()
            return rows

    def drop(self) -> None:
        """Leave the file to the engine, which removes it with the round's directory."""

    def _commit(self, connection: Any, table: Table, rows: Rows, method: str) -> int:
        """One transaction."""
        connection.begin()
        try:
            if method == "copy":
                stored = self._copy(connection, table, rows)
            elif method in EXECUTED_MANY:
                connection.executemany(_insert(table, 1), rows)
                stored = len(rows)  # it counts those of the last one only
            else:
                stored = _multi_row(connection, table, rows)
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        return stored

    def _copy(self, connection: Any, table: Table, rows: Rows) -> int:
        """By way of a CSV file, which is what DuckDB loads fastest."""
        path = Path(f"{self.path}.{os.getpid()}.csv")
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
        columns = ", ".join(f"'{name}': '{_kind(table, name)}'" for name in table.columns)
        source = f"read_csv(?, header = false, columns = {{{columns}}})"
        try:
            (stored,) = connection.execute(
                f"INSERT OR REPLACE INTO {table.name} SELECT * FROM {source}", [str(path)]
            ).fetchone()
        finally:
            path.unlink()
        return int(stored)


def one_writer(settings: Sequence[Setting]) -> None:
    """Raise UsageError for a setting with more than one writing process."""
    for setting in settings:
        if writers.processes(setting) > 1:
            raise UsageError(
                f"{ONE_WRITER}, but {setting.cell_id} has {setting.workers}: use --workers 1, threads, or single_writer"
            )


def _connect(path: str) -> Any:
    """A connection. Raises UsageError when another process has the file."""
    duckdb = DRIVER.load()
    try:
        return duckdb.connect(path)
    except duckdb.IOException as error:
        raise UsageError(f"{ONE_WRITER}, and {Path(path).name} can't be opened: {str(error).splitlines()[0]}") from None


def _multi_row(connection: Any, table: Table, rows: Rows) -> int:
    stored, at_once = 0, MARKS_AT_MOST // len(table.columns)
    for first in range(0, len(rows), at_once):
        part = rows[first : first + at_once]
        values = [value for row in part for value in row]
        stored += connection.execute(_insert(table, len(part)), values).fetchone()[0]
    return stored


def _insert(table: Table, rows: int) -> str:
    return f"INSERT OR REPLACE INTO {table.name} {table.values('?', rows)}"


def _kind(table: Table, column: str) -> str:
    return "BIGINT" if column == table.key else table.columns[column].replace("TEXT", "VARCHAR")
