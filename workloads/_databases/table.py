"""A table, as every database is told of it, and the methods by which rows are sent into one.

row          each row a statement and a commit of its own
batch        executemany, so many rows a commit
multi-row    one INSERT with so many rows, one commit each
transaction  executemany, all of an item's rows in one commit
copy         the database's own bulk load, all of an item's rows in one commit
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

Method = Literal["row", "batch", "multi-row", "transaction", "copy"]
Rows = Sequence[Sequence[int | str | None]]


class Table(NamedTuple):
    """A table's name and its columns, INTEGER or TEXT by name; the first is the primary key."""

    name: str
    columns: Mapping[str, str]

    @property
    def key(self) -> str:
        """The primary key."""
        return next(iter(self.columns))

    def schema(self, name: str, key_type: str = "INTEGER") -> str:
        """The statement that makes the table under this name."""
        others = [f"{column} {kind}" for column, kind in self.columns.items() if column != self.key]
        return f"CREATE TABLE {name} ({', '.join([f'{self.key} {key_type} PRIMARY KEY', *others])})"

    def values(self, mark: str, rows: int = 1) -> str:
        """The VALUES of an INSERT of so many rows, `mark` standing for each value."""
        row = f"({', '.join([mark] * len(self.columns))})"
        return f"VALUES {', '.join([row] * rows)}"

    def updates(self, updated: str) -> str:
        """The assignments that replace a row by its repetition; `{}` in `updated` stands for the column."""
        return ", ".join(f"{column} = {updated.format(column)}" for column in self.columns if column != self.key)


def shared_out(stored: int, parts: Sequence[Rows]) -> list[int]:
    """How many rows of each part were stored, where `stored` were of all: what is missing, the last ones lack."""
    counts = []
    for rows in parts[:-1]:
        counts.append(min(len(rows), stored))
        stored -= counts[-1]
    return [*counts, stored]


def rows_per_commit(method: Method, batch_rows: int, rows: int) -> int:
    """How many of an item's rows one commit takes."""
    return {"row": 1, "batch": batch_rows, "multi-row": batch_rows}.get(method, max(rows, 1))
