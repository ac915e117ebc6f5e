"""db_insert: many writers insert rows into one table.

    application    sensors, logs or a scraper's results: many producers, one database
    mix            100 % inserts by primary key, with SQLite's default synchronous=FULL
    default size   40 items of 500 rows: 20,000 rows
    distribution   even; each item has consecutive ids; values are random, from the seed
    item           500 rows, committed one by one (row), 100 at a time (batch, or multi-row in one statement) or all
                   at once (transaction, or copy by the database's own bulk load)
    check          the database holds every row once, with the sums of the rows sent

SQLite allows one writer at a time, so with SQLite this measures what waiting for a lock costs. A repeated row replaces
itself, so running an item twice does no harm.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from lightwork.errors import CheckFailed
from lightwork.workload.api import Facts, Place, Stages, workload

from . import _databases
from ._databases import Database, Journal, Method, Table
from ._limits import at_least_one

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

Row = tuple[int, int, int, str]
READINGS = Table("readings", {"id": "INTEGER", "batch": "INTEGER", "value": "INTEGER", "note": "TEXT"})
CONTENT = """
    SELECT count(*), count(DISTINCT batch), coalesce(sum(value), 0), coalesce(sum(length(note)), 0)
    FROM {readings}
"""


@dataclass(frozen=True)
class Parameters:
    """db: sqlite, duckdb, a server's URL, or '$NAME' of a variable that holds one; passwords are never saved.

    method: rows per commit: one, batch_rows, or all of an item's. journal, busy_timeout_s: for SQLite only.
    """

    batches: int = 40
    rows_per_item: int = 500
    method: Method = "batch"
    batch_rows: int = 100
    journal: Journal = "wal"
    busy_timeout_s: float = 5.0
    seed: int = 1
    db: str = _databases.SQLITE

    def __post_init__(self) -> None:
        at_least_one("db_insert", batches=self.batches, rows_per_item=self.rows_per_item, batch_rows=self.batch_rows)
        words = _databases.check_parameters("db_insert", self.db, self.method, self.journal)
        object.__setattr__(self, "db", words)


class Batch(NamedTuple):
    """An item: which rows, into which database, and how."""

    database: str
    number: int
    rows: int
    batch_rows: int
    busy_timeout_s: float
    seed: int
    method: Method


def limits(parameters: Parameters, settings: "Sequence[Setting]") -> Sequence[str]:
    """The connections that the settings need beside those the server has. Raises UsageError where it has too few."""
    return _databases.limits(parameters.db, settings)


def setup(parameters: Parameters, place: Place) -> Facts:
    """Make an empty table."""
    return _database(parameters, place).create(READINGS)


def items(parameters: Parameters, place: Place) -> list[Batch]:
    """The batches by number."""
    p = parameters
    address = _databases.place_of(p.db, place, READINGS.name)
    return [
        Batch(address, number, p.rows_per_item, p.batch_rows, p.busy_timeout_s, p.seed, p.method)
        for number in range(p.batches)
    ]


def rows_of(batch: Batch) -> list[Row]:
    """The rows of an item, the same ones at every call."""
    chance = random.Random(f"{batch.seed}/{batch.number}")
    ids = range(batch.number * batch.rows, (batch.number + 1) * batch.rows)
    return [(id_, batch.number, chance.getrandbits(30), f"reading {id_}") for id_ in ids]


def store_batches(made: Sequence[tuple[Batch, Sequence[Row]]]) -> list[tuple[int, int]]:
    """Store items' rows together; returns, for each, its number and the rows that the database says it stored."""
    batch, _ = made[0]
    database = _databases.at(batch.database, batch.busy_timeout_s)
    parts = [rows for _, rows in made]
    stored = _databases.store_together(database, READINGS, parts, batch.method, batch.batch_rows)
    return [(sent_batch.number, count) for (sent_batch, _), count in zip(made, stored, strict=True)]


def check(parameters: Parameters, place: Place, results: Sequence[tuple[int, int]]) -> Facts:
    """Compare what the database holds with the rows sent to it. Raises CheckFailed with both counts."""
    _databases.close_all()
    sent = [row for batch in items(parameters, place) for row in rows_of(batch)]
    database = _database(parameters, place)
    (stored,) = database.answers(CONTENT.format(readings=database.name_of(READINGS)))
    wanted = (len(sent), parameters.batches, sum(row[2] for row in sent), sum(len(row[3]) for row in sent))
    if stored != wanted:
        raise CheckFailed(
            f"db_insert: the database holds {stored[0]} of {wanted[0]} rows "
            f"from {stored[1]} of {wanted[1]} batches, with a sum of {stored[2]} where {wanted[2]} was sent"
        )
    return {"rows": wanted[0], "sum_of_values": wanted[2], "note_characters": wanted[3]}


def cleanup(parameters: Parameters, place: Place) -> None:
    """Close what items run in this process opened, and drop what the round made on a server."""
    _databases.close_all()
    _database(parameters, place).drop()


def _database(parameters: Parameters, place: Place) -> Database:
    address = _databases.place_of(parameters.db, place, READINGS.name)
    return _databases.at(address, parameters.busy_timeout_s, parameters.journal)


@workload(
    parameters=Parameters,
    limits=limits,
    setup=setup,
    items=items,
    check=check,
    cleanup=cleanup,
    name_of=lambda batch: f"batch {batch.number}",
    weight_of=lambda batch: float(batch.rows),
    tiny=Parameters(batches=4, rows_per_item=20, batch_rows=10),
    validation={"db_insert": {"batches": 400}},
    stages=Stages(rows_of, store_batches),
    keeps=True,
)
def insert_rows(batch: Batch) -> tuple[int, int]:
    """Store one item's rows; returns its number and the rows that the database says it stored."""
    return store_batches([(batch, rows_of(batch))])[0]
