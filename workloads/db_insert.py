"""db_insert: rows into one SQLite table, by many writers.

    application    sensors, logs or a scraper's results: many producers, one database file
    mix            100 % inserts by primary key, synchronous=FULL as SQLite comes
    default size   40 items of 500 rows: 20,000 rows
    distribution   even; the ids of an item follow each other; values random, by seed
    item           500 rows, committed one by one (row), 100 at a time (batch) or all at once (transaction)
    check          the database holds every row once, and their sums are those of the rows sent

SQLite lets one writer in at a time, so this asks what waiting for a lock costs, not what cores are worth. A
row is replaced by its own repetition, so an item that a strategy runs again does no harm.
"""

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from manyhands.errors import CheckFailed
from manyhands.workload import Facts, Place, workload

from ._limits import at_least_one
from ._sqlite import Journal, close_all, connect, create, transaction

Row = tuple[int, int, int, str]
SCHEMA = "CREATE TABLE readings (id INTEGER PRIMARY KEY, batch INTEGER, value INTEGER, note TEXT)"
INSERT = "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)"
CONTENT = """
    SELECT count(*), count(DISTINCT batch), coalesce(sum(value), 0), coalesce(sum(length(note)), 0)
    FROM readings
"""


@dataclass(frozen=True)
class Parameters:
    """method: rows per commit: one, batch_rows, or all of an item's. busy_timeout_s: SQLite's own wait."""

    batches: int = 40
    rows_per_item: int = 500
    method: Literal["row", "batch", "transaction"] = "batch"
    batch_rows: int = 100
    journal: Journal = "wal"
    busy_timeout_s: float = 5.0
    seed: int = 1

    def __post_init__(self) -> None:
        at_least_one("db_insert", batches=self.batches, rows_per_item=self.rows_per_item, batch_rows=self.batch_rows)


class Batch(NamedTuple):
    """An item: which rows, into which database, how many per commit."""

    database: str
    number: int
    rows: int
    rows_per_commit: int
    busy_timeout_s: float
    seed: int


def setup(parameters: Parameters, place: Place) -> Facts:
    """Make an empty database."""
    return create(_database(place), SCHEMA, parameters.journal)


def items(parameters: Parameters, place: Place) -> list[Batch]:
    """The batches by number."""
    p = parameters
    rows_per_commit = {"row": 1, "batch": p.batch_rows, "transaction": p.rows_per_item}[p.method]
    return [
        Batch(str(_database(place)), number, p.rows_per_item, rows_per_commit, p.busy_timeout_s, p.seed)
        for number in range(p.batches)
    ]


def rows_of(batch: Batch) -> list[Row]:
    """The rows of an item, the same ones at every call."""
    chance = random.Random(f"{batch.seed}/{batch.number}")
    ids = range(batch.number * batch.rows, (batch.number + 1) * batch.rows)
    return [(id_, batch.number, chance.getrandbits(30), f"reading {id_}") for id_ in ids]


def check(parameters: Parameters, place: Place, results: Sequence[tuple[int, int]]) -> Facts:
    """Compare what the database holds with the rows sent to it. Raises CheckFailed with both counts."""
    close_all()
    sent = [row for batch in items(parameters, place) for row in rows_of(batch)]
    with closing(sqlite3.connect(_database(place))) as connection:
        found = connection.execute(CONTENT).fetchone()
    wanted = (len(sent), parameters.batches, sum(row[2] for row in sent), sum(len(row[3]) for row in sent))
    if found != wanted:
        raise CheckFailed(
            f"db_insert: the database holds {found[0]} of {wanted[0]} rows "
            f"from {found[1]} of {wanted[1]} batches, with a sum of {found[2]} where {wanted[2]} was sent"
        )
    return {"rows": wanted[0], "sum_of_values": wanted[2], "note_characters": wanted[3]}


def cleanup(parameters: Parameters, place: Place) -> None:
    """Close what items run in this process opened."""
    close_all()


def _database(place: Place) -> Path:
    return place.round_dir / "readings.sqlite"


@workload(
    parameters=Parameters,
    setup=setup,
    items=items,
    check=check,
    cleanup=cleanup,
    name_of=lambda batch: f"batch {batch.number}",
    weight_of=lambda batch: float(batch.rows),
    tiny=Parameters(batches=4, rows_per_item=20, batch_rows=10),
)
def insert_rows(batch: Batch) -> tuple[int, int]:
    """Store one item's rows; returns its number and the rows that SQLite says it stored."""
    rows = rows_of(batch)
    connection = connect(batch.database, batch.busy_timeout_s)
    stored = 0
    for first in range(0, len(rows), batch.rows_per_commit):
        with transaction(connection):
            stored += connection.executemany(INSERT, rows[first : first + batch.rows_per_commit]).rowcount
    return batch.number, stored
