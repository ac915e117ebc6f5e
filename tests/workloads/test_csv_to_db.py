"""CSV files into one database: every row there, in the right type, and a missing file named."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from lightwork.errors import CheckFailed
from lightwork.workload.api import Place
from lightwork.workloads import _columns, _databases, _flights, csv_to_db
from lightwork.workloads._databases import Rows, sqlite
from lightwork.workloads.csv_to_db import Parameters

FEW = Parameters(files=4)


@pytest.fixture(autouse=True)
def closed_connections() -> Iterator[None]:
    """No connection outlives its test."""
    yield
    _databases.close_all()


@pytest.fixture
def loaded(place: Place) -> sqlite3.Connection:
    """A database into which FEW files were loaded."""
    for item in begin(FEW, place):
        csv_to_db.load_file(item)
    return sqlite.connect(str(place.round_dir / "flights.sqlite"), 5.0)


def begin(parameters: Parameters, place: Place) -> list[csv_to_db.Load]:
    """Prepare and set up; returns the items."""
    csv_to_db.prepare(parameters, place.data_dir)
    csv_to_db.setup(parameters, place)
    return csv_to_db.items(parameters, place)


@pytest.mark.matrix
def test_every_row_is_there_at_the_end(place: Place) -> None:
    """All 185 files make 336,776 rows, and the known sums of the whole year."""
    items = begin(Parameters(), place)
    results = [csv_to_db.load_file(item) for item in items]
    evidence = csv_to_db.check(Parameters(), place, results)
    assert (len(items), evidence["rows"], evidence["groups"]) == (185, 336_776, 185)
    with closing(sqlite3.connect(place.round_dir / "flights.sqlite")) as connection:
        sums = connection.execute("SELECT sum(distance), sum(dep_delay) FROM flights").fetchone()
    assert sums == (350_217_607, 4_152_200)


@pytest.mark.parametrize("journal", ["wal", "rollback"])
def test_forked_workers_store_what_serial_stores(data_dir: Path, tmp_path: Path, journal: Any) -> None:
    """Whoever loads the files, in whatever order and journal, the evidence is the same."""
    parameters, evidence = Parameters(files=4, journal=journal), []
    for name in ("serial", "forked"):
        place = Place(data_dir, tmp_path / name)
        place.round_dir.mkdir()
        items = begin(parameters, place)[:: -1 if name == "forked" else 1]
        if name == "forked":
            with multiprocessing.get_context("fork").Pool(2) as pool:
                results = pool.map(csv_to_db.load_file, items, chunksize=1)
        else:
            results = [csv_to_db.load_file(item) for item in items]
        evidence.append(csv_to_db.check(parameters, place, results))
    assert evidence[0] == evidence[1]


def test_numbers_are_numbers_and_missing_is_null(loaded: sqlite3.Connection) -> None:
    """Words for numbers become integers, NA becomes NULL, and text stays text."""
    kinds = {
        column: {kind for (kind,) in loaded.execute(f"SELECT DISTINCT typeof({column}) FROM flights")}
        for column in _columns.COLUMNS
    }
    assert kinds["distance"] == kinds["month"] == {"integer"}
    assert kinds["dep_delay"] == {"integer", "null"}
    assert kinds["carrier"] == kinds["time_hour"] == {"text"}
    assert not loaded.execute("SELECT 1 FROM flights WHERE tailnum = 'NA'").fetchall()


def test_a_dropped_file_is_named(place: Place) -> None:
    """Without one file the check raises, with both counts, the file and its rows."""
    items = begin(FEW, place)
    results = [csv_to_db.load_file(item) for item in items if not item.path.endswith("FL-09.csv")]
    files = _flights.files("carrier-month", place.data_dir, 4)
    dropped = next(file for file in files if file.name == "FL-09.csv")
    rows = sum(file.rows for file in files)
    expected = f"{rows - dropped.rows} of {rows} rows; 1 of 4 files differ: {dropped.name} has 0 of {dropped.rows}"
    with pytest.raises(CheckFailed, match=expected):
        csv_to_db.check(FEW, place, results)


def test_a_dropped_row_is_noticed(place: Place, loaded: sqlite3.Connection) -> None:
    """One row less fails the check."""
    loaded.execute("DELETE FROM flights WHERE id = 0")
    with pytest.raises(CheckFailed, match="1 of 4 files differ"):
        csv_to_db.check(FEW, place, [])


def test_the_digest_sees_values(place: Place, loaded: sqlite3.Connection) -> None:
    """A changed value changes the evidence, though every row is there."""
    before = csv_to_db.check(FEW, place, [])
    connection = sqlite.connect(str(place.round_dir / "flights.sqlite"), 5.0)
    connection.execute("UPDATE flights SET distance = distance + 1 WHERE id = 0")
    after = csv_to_db.check(FEW, place, [])
    assert before["rows"] == after["rows"]
    assert before["digest"] != after["digest"]


def test_a_file_loaded_twice_does_no_harm(place: Place) -> None:
    """A strategy that runs an item again after a death leaves the same database."""
    items = begin(FEW, place)
    results = [csv_to_db.load_file(item) for item in [*items, items[0]]]
    assert csv_to_db.check(FEW, place, results)


def test_parsing_does_not_hold_the_lock(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a file is parsed, another writer can have the database."""
    item = begin(FEW, place)[0]
    parse, could_write = csv_to_db.parse_file, []

    def parse_while_another_writes(load: csv_to_db.Load) -> Rows:
        with closing(sqlite3.connect(item.database, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        could_write.append(True)
        return parse(load)

    monkeypatch.setattr(csv_to_db, "parse_file", parse_while_another_writes)
    assert csv_to_db.load_file(item) > 0
    assert could_write == [True]


def test_a_file_is_stored_whole_or_not_at_all(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that fails in the middle leaves no rows and no lock behind."""
    item = begin(FEW, place)[0]
    parse = csv_to_db.parse_file
    monkeypatch.setattr(csv_to_db, "parse_file", lambda load: [*parse(load), ["too", "few", "columns"]])
    with pytest.raises(sqlite3.ProgrammingError):
        csv_to_db.load_file(item)
    connection = sqlite.connect(item.database, 5.0)
    assert connection.execute("SELECT count(*) FROM flights").fetchone() == (0,)
    assert not connection.in_transaction
