"""csv_parse: parse many CSV files, store nothing.

    application    the reading half of a nightly import: a folder of exports of uneven size, one file per customer
    mix            100 % parsing: CPU-bound; the files are small enough to stay in the page cache
    default size   185 files, 336,776 rows, 31 MB
    distribution   split=carrier-month: uneven, median 136 KB, largest 479 KB; split=day: 365 even files
    item           one file
    check          every file yields the number of rows that were written to it: 336,776 in all with files=none

A result is three sums, so workers send back very little.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from lightwork.errors import CheckFailed
from lightwork.workload.api import Facts, Place, workload

from . import _flights
from ._columns import COLUMNS, MISSING, Split
from ._limits import at_least_one

Parsed = tuple[int, int, int]  # rows, sum of distance in miles, sum of the known departure delays in minutes
DISTANCE, DEP_DELAY = COLUMNS.index("distance"), COLUMNS.index("dep_delay")


@dataclass(frozen=True)
class Parameters:
    """split: which files. engine: the parser. files: take at most this many, evenly spaced; None for all."""

    split: Split = "carrier-month"
    engine: Literal["csv", "pandas"] = "csv"
    files: int | None = None

    def __post_init__(self) -> None:
        at_least_one("csv_parse", files=self.files)


class CsvFile(NamedTuple):
    """An item: one file and the parser to read it with."""

    path: str
    engine: str
    size_bytes: int


def prepare(parameters: Parameters, data_dir: Path) -> None:
    """Split the flights."""
    _flights.prepare(parameters.split, data_dir)


def setup(parameters: Parameters, place: Place) -> Facts:
    """Import pandas where it is the engine, as a script that parses with pandas has done by now.

    So the serial round's first item and forked workers don't pay for the import, and spawned workers do.
    Returns what the kernel has of the files in memory.
    """
    from lightwork.machine import page_cache  # ctypes: no worker needs it

    facts = {"resident_fraction": page_cache.resident_fraction(_paths(parameters, place))}
    if parameters.engine == "csv":
        return facts
    import pandas as pd

    return {**facts, "pandas": str(pd.__version__)}


def items(parameters: Parameters, place: Place) -> list[CsvFile]:
    """The files by name."""
    chosen = _flights.files(parameters.split, place.data_dir, parameters.files)
    return [CsvFile(file.path, parameters.engine, file.size_bytes) for file in chosen]


def _paths(parameters: Parameters, place: Place) -> list[Path]:
    return [Path(item.path) for item in items(parameters, place)]


def check(parameters: Parameters, place: Place, results: Sequence[Parsed]) -> Facts:
    """Compare the rows parsed with the rows that the split wrote. Raises CheckFailed with both counts."""
    expected = [file.rows for file in _flights.files(parameters.split, place.data_dir, parameters.files)]
    parsed_rows = [rows for rows, _, _ in results]
    if parsed_rows != expected:
        raise CheckFailed(
            f"csv_parse: {sum(parsed_rows)} of {sum(expected)} rows were parsed, "
            f"from {len(parsed_rows)} of {len(expected)} files"
        )
    return {
        "rows": sum(parsed_rows),
        "distance_miles": sum(miles for _, miles, _ in results),
        "dep_delay_min": sum(delay for _, _, delay in results),
    }


def parse_with_csv(path: str) -> Parsed:
    """Parse one file with the standard library."""
    rows = miles = delay = 0
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        for row in reader:
            rows += 1
            miles += int(row[DISTANCE])
            if row[DEP_DELAY] != MISSING:
                delay += int(row[DEP_DELAY])
    return rows, miles, delay


def parse_with_pandas(path: str) -> Parsed:
    """Parse one file with pandas, which reads "NA" as missing and leaves it out of sums."""
    import pandas as pd  # 350 ms and 66 MB: only the workers that use it pay

    frame = pd.read_csv(path)
    return len(frame), int(frame["distance"].sum()), int(frame["dep_delay"].sum())


@workload(
    parameters=Parameters,
    prepare=prepare,
    setup=setup,
    items=items,
    check=check,
    name_of=lambda item: Path(item.path).name,
    weight_of=lambda item: float(item.size_bytes),
    tiny=Parameters(files=6),
    validation={"csv_parse": {"files": 900}},
)
def parse_file(item: CsvFile) -> Parsed:
    """Parse one file into sums that prove it was read, the same ones with either engine."""
    parse = parse_with_pandas if item.engine == "pandas" else parse_with_csv
    return parse(item.path)
