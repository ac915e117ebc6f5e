"""What the workloads' tests share: one data directory, and flights few enough to split in no time."""

import os
from pathlib import Path

import pytest

from lightwork.workload.api import Place
from lightwork.workloads import _columns, _flights

ROWS_OF_EACH = 30
FILES = 12


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prepared data for the whole session; LIGHTWORK_DATA keeps it between sessions."""
    kept = os.environ.get("LIGHTWORK_DATA")
    return Path(kept) if kept else tmp_path_factory.mktemp("data")


@pytest.fixture
def place(data_dir: Path, tmp_path: Path) -> Place:
    """A place with the session's data and a round directory of its own."""
    return Place(data_dir, tmp_path)


@pytest.fixture(scope="session")
def few_rows(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A flights.csv with the first rows of 12 of the 185 files."""
    _flights.prepare("carrier-month", data_dir)
    lines = [_columns.HEADER + "\n"]
    for file in _flights.files("carrier-month", data_dir, FILES):
        lines += Path(file.path).read_text().splitlines(keepends=True)[1 : ROWS_OF_EACH + 1]
    path = tmp_path_factory.mktemp("few") / "flights.csv"
    path.write_text("".join(lines))
    return path


@pytest.fixture
def few_flights(few_rows: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """LIGHTWORK_FLIGHTS names the few flights."""
    monkeypatch.setenv(_flights.VARIABLE, str(few_rows))
    return few_rows
