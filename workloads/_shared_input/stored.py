"""The stored table: a .npy file of whole numbers as float64, and the sum of each of its rows.

    NAME/table.npy       rows x COLUMNS, random from the seed
    NAME/row_sums.npy    what `check` expects, as integers

Sums of whole numbers are exact, in whatever order they are added.
"""

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from lightwork.errors import UsageError

Cells = Literal["numbers", "objects"]
TABLE, ROW_SUMS = "table.npy", "row_sums.npy"
COLUMNS = 128
HIGHEST = 1_000  # values lie below
CELL_BYTES = 8
# Of a tuple of floats in a list: its pointer, the tuple's heads, and a pointer and an object for each float.
OBJECT_ROW_BYTES = 8 + 56 + COLUMNS * (8 + 24)
ROW_BYTES: dict[Cells, int] = {"numbers": COLUMNS * CELL_BYTES, "objects": OBJECT_ROW_BYTES}
ROWS_AT_ONCE = 8_192  # 8 MiB
MIB = 1 << 20


class StoredTable(NamedTuple):
    """A table on disk, and what its cells are in memory."""

    folder: str
    rows: int
    cells: Cells

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.folder, TABLE)

    @property
    def size_bytes(self) -> int:
        """What the table takes in memory."""
        return self.rows * ROW_BYTES[self.cells]


def stored_table(table_mib: int, cells: Cells, seed: int, data_dir: Path) -> StoredTable:
    """The table that takes so much memory; the file is made by `write`."""
    rows = max(1, table_mib * MIB // ROW_BYTES[cells])
    return StoredTable(str(data_dir / f"shared_input-{rows}x{COLUMNS}-seed{seed}"), rows, cells)


def write(stored: StoredTable, seed: int, folder: Path) -> None:
    """Write the table and its sums into an empty folder. Raises UsageError where the disk has no room for it."""
    import shutil  # only the caller needs it

    import numpy as np

    size_bytes, free_bytes = stored.rows * COLUMNS * CELL_BYTES, shutil.disk_usage(folder).free
    if size_bytes > free_bytes:
        raise UsageError(
            f"shared_input: the table's file of {size_bytes // MIB:,} MiB does not fit in {folder.parent}, where "
            f"{free_bytes // MIB:,} MiB are free: choose a smaller table_mib, or another folder by LIGHTWORK_DATA"
        )
    sums = np.empty(stored.rows, np.int64)
    shape = (stored.rows, COLUMNS)
    with open(folder / TABLE, "wb") as file:
        np.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": shape})
        first = 0
        for rows in _random_rows(stored.rows, seed):
            sums[first : first + len(rows)] = rows.sum(axis=1)
            file.write(rows.tobytes())
            first += len(rows)
    np.save(folder / ROW_SUMS, sums)


def _random_rows(rows: int, seed: int) -> Iterator[Any]:
    import numpy as np

    chance = np.random.default_rng(seed)
    for first in range(0, rows, ROWS_AT_ONCE):
        count = min(ROWS_AT_ONCE, rows - first)
        yield chance.integers(0, HIGHEST, (count, COLUMNS)).astype("<f8")


def load(stored: StoredTable) -> Any:
    """The table, read into this process's own memory: a matrix, or a list of tuples of floats."""
    import numpy as np

    matrix = np.load(stored.path)
    return matrix if stored.cells == "numbers" else [tuple(row.tolist()) for row in matrix]


def total(rows: Any) -> float:
    """The sum of all cells of these rows."""
    return float(sum(map(sum, rows))) if isinstance(rows, list) else float(rows.sum())


@functools.cache
def _sums_before(folder: str) -> Any:
    """For each row, and for the end, the sum of all rows before it."""
    import numpy as np

    return np.concatenate([[0], np.cumsum(np.load(Path(folder, ROW_SUMS)))])


def expected(stored: StoredTable, parts: Sequence[tuple[int, int]]) -> list[float]:
    """The sums of these parts, (first row, rows), as they were written."""
    before = _sums_before(stored.folder)
    return [float(before[first + rows] - before[first]) for first, rows in parts]
