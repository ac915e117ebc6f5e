"""What one row of the ledger costs: `python -m lightwork.ledger.overhead` prints it as JSON.

The same no-op items run through the recorder and bare, turn by turn in one process; the cost is the median
difference per item over the turns.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from lightwork.ledger.recorder import Detail, Recorder, enter
from lightwork.ledger.table import Ledger
from lightwork.machine import shared_memory

ITEMS = 2_000
TURNS = 15
KINDS = {"cpu_time": Detail(runqueue=False, spin=False), "runqueue_wait": Detail(runqueue=True, spin=False)}


def no_op(item: int) -> int:
    """Return the item."""
    return item


def bare(numbered: tuple[int, int]) -> tuple[int, int]:
    """What the recorder does for an item, less the record."""
    index, item = numbered
    return index, no_op(item)


def measure() -> dict[str, float]:
    """Nanoseconds per item by kind of record: with CPU time, and with the run-queue wait as well."""
    items = list(enumerate(range(ITEMS)))
    with tempfile.TemporaryDirectory(prefix="lightwork-", dir=shared_memory.fast_folder()) as folder:
        return {kind: _cost_ns(Path(folder, kind), detail, items) for kind, detail in KINDS.items()}


def measure_apart() -> dict[str, float]:
    """`measure` in a fresh interpreter, away from what this one has loaded."""
    command = [sys.executable, "-m", __name__]
    costs_ns: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return costs_ns


def _cost_ns(path: Path, detail: Detail, items: list[tuple[int, int]]) -> float:
    Ledger.create(path, ITEMS, 1)
    enter(0)
    record = Recorder(no_op, str(path), detail)
    _duration_ns(record, items)  # opens the ledger and touches its pages
    turns = [_duration_ns(record, items) - _duration_ns(bare, items) for _ in range(TURNS)]
    return statistics.median(turns) / ITEMS


def _duration_ns(function: Callable[[Any], Any], items: list[tuple[int, int]]) -> int:
    began_ns = perf_counter_ns()
    for item in items:
        function(item)
    return perf_counter_ns() - began_ns


if __name__ == "__main__":
    print(json.dumps(measure()))
