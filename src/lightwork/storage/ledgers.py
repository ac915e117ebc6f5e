"""Saved ledgers: one compressed file beside the JSON, read back as numpy tables.

The file is a numpy `.npz` with one array of bytes per round, the ledger as its workers left it; nothing in it
is ever unpickled. Only the analysis imports this module.
"""

import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lightwork.core.atomic import replacing
from lightwork.errors import UsageError
from lightwork.ledger.table import ABSENT, HEADER, LIFE, MAGIC

ROW = np.dtype(
    [
        ("start_ns", "<i8"), ("worker", "<i4"), ("state", "<i4"), ("end_ns", "<i8"), ("cpu_ns", "<i8"),
        ("thread_cpu_ns", "<i8"), ("runqueue_ns", "<i8"), ("spin_ns", "<i8"), ("spins", "<i4"), ("retries", "<i4"),
        ("again", "<u2"), ("redone", "<u2"), ("digest", "V16"),
    ]
)  # fmt: skip
FIRST_MAGIC = b"MHLEDGR1"  # results of schema 1, whose rows knew nothing of the thread's CPU time
FIRST_ROW = np.dtype([(name, ROW[name]) for name in ROW.names or () if name != "thread_cpu_ns"])
ROWS = {MAGIC: ROW, FIRST_MAGIC: FIRST_ROW}
Table = NDArray[np.void]
DAMAGED = (  # what numpy and zipfile raise for a file that is something else, or of which a bit has flipped
    AttributeError, EOFError, MemoryError, OSError, RuntimeError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def table(ledger: bytes | bytearray) -> Table:
    """The items' rows of a ledger, in given order; those of a bytearray can be changed in place.

    Raises ValueError when the bytes are no ledger.
    """
    if len(ledger) < HEADER.size:
        raise ValueError("no ledger")
    magic, items, slots, *_ = HEADER.unpack_from(ledger, 0)
    row = ROWS.get(magic)
    if row is None or items < 0 or slots < 0 or len(ledger) != HEADER.size + slots * LIFE.size + items * row.itemsize:
        raise ValueError("no ledger")
    rows = np.frombuffer(ledger, row, count=items, offset=HEADER.size + slots * LIFE.size)
    return rows if row is ROW else _renewed(rows)


def _renewed(rows: Table) -> Table:
    """Rows of the first format in the present one: what they don't know is ABSENT."""
    renewed = np.zeros(len(rows), ROW)
    renewed["thread_cpu_ns"] = ABSENT
    for name in FIRST_ROW.names or ():
        renewed[name] = rows[name]
    return renewed


def save(path: Path, ledgers: Iterable[tuple[str, bytes]]) -> None:
    """Write the ledgers, by name, into one compressed file, atomically."""
    arrays: dict[str, Any] = {name: np.frombuffer(ledger, np.uint8) for name, ledger in ledgers}
    with replacing(path) as file:
        np.savez_compressed(file, **arrays)


def load(path: Path) -> Mapping[str, Table]:
    """Every round's table by name. Raises UsageError when the file is missing or is something else."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: table(arrays[name].tobytes()) for name in arrays.files}
    except FileNotFoundError:
        raise UsageError(f"the ledgers {path} are missing: keep the file next to its JSON") from None
    except DAMAGED as error:
        raise UsageError(f"{path} holds no ledgers: {' '.join(str(error).split())}") from None
