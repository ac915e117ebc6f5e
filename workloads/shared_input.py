"""shared_input: all items read from one big table.

    application    a lookup table, an embedding, a grid or a model that every item needs
    mix            100 % reading memory: sums of whole rows; bound by memory bandwidth, not by arithmetic
    default size   a table of 64 MiB, 32 items that read half of it each, 8 times
    distribution   even; items' first rows lie evenly over the table, and neighbors overlap
    item           its rows of the table, and how to get at the table (method)
    check          every item's sum is that of the rows that were written

How the table gets to the workers:

- `mmap`: a numpy file that each worker maps. Works under every start method; all share the page cache.
- `shared_memory`: a block of `multiprocessing.shared_memory` that each worker attaches to. It needs room in /dev/shm,
  of which containers often have only 64 MiB.
- `inherited`: a module global of the caller that forked workers inherit; refused under spawn and forkserver.
- `initializer`: each worker reads the file into memory of its own before its first item.
- `pickled`: each item holds the table and is pickled with it. Items that are handed over in one chunk share a copy.

In threads all of them read the same memory, and nothing is copied. What the caller does first is not timed: reading the
table, or copying it into the block, with every method. Timed is what workers do: attaching, mapping or unpickling with
their items, and the initializer before the first item, in the round's time and in no item's. A spawned worker imports
numpy in the round.

cells=objects makes the table a list of tuples of floats. A forked worker then copies the pages that it only reads: each
object holds its reference count, and reading changes it. Page faults and the workers' USS show it.
"""

import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Facts, Place, workload

from . import _shared_input
from ._limits import at_least_one
from ._shared_input import MethodName
from ._shared_input.stored import Cells, StoredTable, expected, stored_table, total, write

if TYPE_CHECKING:
    from lightwork.core.setting import Setting


LOOK_AGAIN_S, LOOKS_AT_THREADS = 0.01, 50
IDLE_SHARE = 0.1  # of a core


@dataclass(frozen=True)
class Parameters:
    """table_mib: the table's size in memory. share: how much of it an item reads, so many times (passes).

    method: how workers get it. cells: a matrix of numbers, or a list of tuples of Python's floats.
    """

    table_mib: int = 64
    items: int = 32
    share: float = 0.5
    passes: int = 8
    method: MethodName = "mmap"
    cells: Cells = "numbers"
    seed: int = 1

    def __post_init__(self) -> None:
        at_least_one("shared_input", table_mib=self.table_mib, items=self.items, passes=self.passes)
        if not 0 < self.share <= 1:
            raise UsageError(f"shared_input.share can't be {self.share}: it must be above 0 and at most 1")
        _shared_input.check_cells(self.method, self.cells)


class TablePart(NamedTuple):
    """An item: which rows, and what its method needs to get at the table."""

    number: int
    first_row: int
    rows: int
    passes: int
    method: MethodName
    source: Any


def limits(parameters: Parameters, settings: "Sequence[Setting]") -> Sequence[str]:
    """Raise UsageError for a setting that the method can't serve, and where there is no room for the table."""
    _shared_input.refuse_elsewhere(parameters.method, settings)
    stored = _stored(parameters, Path())
    return _shared_input.method_of(parameters.method).limits(stored.size_bytes, settings)


def prepare(parameters: Parameters, data_dir: Path) -> None:
    """Write the table. Raises UsageError where the disk has no room for it."""
    from ._atomic import make_once

    stored = _stored(parameters, data_dir)
    make_once(Path(stored.folder), lambda making: write(stored, parameters.seed, making))


def setup(parameters: Parameters, place: Place) -> Facts:
    """Do what the method needs in the caller, with the file in the page cache and numpy imported.

    So neither the serial round nor a forked worker pays for the import, and a spawned one does.
    """
    from lightwork.machine import page_cache  # ctypes: no worker needs it

    numpy_version = _import_numpy()

    stored = _stored(parameters, place.data_dir)
    page_cache.warm([stored.path])
    method = _shared_input.method_of(parameters.method)
    source = method.source(stored, place.round_dir)
    method.setup(stored, source)
    part = TablePart(0, 0, 0, 0, parameters.method, None)
    return {
        "table_bytes": stored.size_bytes,
        "item_bytes": len(pickle.dumps(part)) + method.pickled_bytes(source),
        "numpy": numpy_version,
        **({"resident_fraction": page_cache.resident_fraction([stored.path])} if method.READS_FILE else {}),
    }


def _import_numpy() -> str:
    """Its version, once the threads that it starts for linear algebra are asleep.

    They spin for some 25 ms first, which would be taken for CPU time of the round.
    """
    import numpy as np

    for _ in range(LOOKS_AT_THREADS):
        before_ns = time.process_time_ns()
        time.sleep(LOOK_AGAIN_S)
        if time.process_time_ns() - before_ns < IDLE_SHARE * LOOK_AGAIN_S * 1e9:
            break
    return np.__version__


def items(parameters: Parameters, place: Place) -> list[TablePart]:
    """The parts by number."""
    stored = _stored(parameters, place.data_dir)
    source = _shared_input.method_of(parameters.method).source(stored, place.round_dir)
    return [
        TablePart(number, first_row, rows, parameters.passes, parameters.method, source)
        for number, (first_row, rows) in enumerate(_parts(parameters, stored.rows))
    ]


def _stored(parameters: Parameters, data_dir: Path) -> StoredTable:
    return stored_table(parameters.table_mib, parameters.cells, parameters.seed, data_dir)


def _parts(parameters: Parameters, table_rows: int) -> list[tuple[int, int]]:
    """First row and rows of each item: the first item's begin the table, the last one's end it."""
    rows = max(1, round(table_rows * parameters.share))
    gaps = max(1, parameters.items - 1)
    return [((table_rows - rows) * number // gaps, rows) for number in range(parameters.items)]


def check(parameters: Parameters, place: Place, results: Sequence[float]) -> Facts:
    """Compare the sums with those of the rows written. Raises CheckFailed with the counts."""
    stored = _stored(parameters, place.data_dir)
    parts = _parts(parameters, stored.rows)
    sums = [parameters.passes * part_sum for part_sum in expected(stored, parts)]
    right = sum(result == wanted for result, wanted in zip(results, sums, strict=False))
    if not right == len(results) == len(sums):
        raise CheckFailed(f"shared_input: {right} of {len(sums)} sums are right; {len(results)} results returned")
    return {"rows_read": parameters.passes * sum(rows for _, rows in parts), "sum": int(sum(sums))}


def cleanup(parameters: Parameters, place: Place) -> None:
    """Remove what the round made, also where another process made it and was killed."""
    method = _shared_input.method_of(parameters.method)
    if parameters.method != "pickled":  # whose source would be read from disk, to be dropped
        method.discard(method.source(_stored(parameters, place.data_dir), place.round_dir))


def function_for(function: Callable[[Any], Any], parameters: Parameters) -> Callable[[Any], Any]:
    """The function, with its initializer where that is the method."""
    if parameters.method != "initializer":
        return function
    from ._shared_input.methods import initializer

    return initializer.before_first_item(function)


@workload(
    parameters=Parameters,
    prepare=prepare,
    limits=limits,
    setup=setup,
    items=items,
    check=check,
    cleanup=cleanup,
    function_for=function_for,
    name_of=lambda part: f"item {part.number}",
    weight_of=lambda part: float(part.rows),
    tiny=Parameters(table_mib=1, items=4, passes=2),
)
def sum_part(part: TablePart) -> float:
    """The sum of an item's rows, over all passes."""
    table = _shared_input.method_of(part.method).table(part.source)
    rows = table[part.first_row : part.first_row + part.rows]
    return sum(total(rows) for _ in range(part.passes))
