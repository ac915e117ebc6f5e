"""shared_state: many workers add to one state that all of them share.

    application    a counter that all workers increase; totals or a histogram by key, gathered from many files
    mix            parsing (CPU, parallel) and updates (one at a time, by whatever guards the state)
    default size   16 files, 14,724 rows, each an update of its own: 1 to 2 s serial with the slowest method, manager
    distribution   split=day: even files, all keys in each; split=carrier-month: uneven, one key in each
    item           one file: for each row, rows, known delay and a histogram bar are added to the counts of its carrier
    check          the state holds every update once, 14,724 in all, with the sums that the files have

    merge                  each item returns its own counts and the caller adds them up: nothing is shared
    queue_to_owner         one process has the counts, workers put updates on a queue
    pipe_to_owner          the same through one pipe and a lock
    value_lock             multiprocessing.Array with its lock
    shared_memory_lock     a NumPy array in shared memory and one lock
    shared_memory_shards   the same with a lock for each key
    manager                a Manager's dict and a Manager's lock
    sqlite                 an UPSERT for each update
    unlocked               shared memory without a lock: wrong; the check counts the updates that it lost

Workers of `unlocked` must meet to lose an update: with files=none, 336,776 updates, they do in every round; with few
files a round may come out right by luck, as it may for you.

An item ends when all of its updates are in the state: with an owner, when that has said so. So the round's time holds
all the work, wherever it is done. What is done once for each round, the making of the state and the start of an owner
or a Manager, is not in it, nor is reading the state. A row sent twice counts twice: a round that broke off is not
continued.
"""

import csv
import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lightwork.errors import CheckFailed, WorkError
from lightwork.workload.api import Facts, Place, workload

from . import _flights, _shared_state
from ._columns import COLUMNS, MISSING, Split
from ._limits import at_least_one
from ._shared_state.method import CARRIERS, DELAYS_MIN, FIELDS, NONE, Counts, Name, added

if TYPE_CHECKING:
    from lightwork.core.setting import Setting

Update = tuple[int, Counts]  # the number of the key, and what is added to its counts
Done = tuple[int, list[Counts]]  # the updates that an item made, and its own counts where they are merged
CARRIER, DEP_DELAY = COLUMNS.index("carrier"), COLUMNS.index("dep_delay")
KEYS = {carrier: key for key, carrier in enumerate(CARRIERS)}
UPDATES, ROWS, DELAY_MIN, FIRST_BAR = range(4)  # places in FIELDS
UNKNOWN = FIELDS.index("unknown")


@dataclass(frozen=True)
class Parameters:
    """method: how workers share the state. files: take so many, evenly spaced; None for all. split: which files.

    rows_per_update: rows that a worker adds up by itself before it updates the state, once for each key among them.
    """

    method: Name = "merge"
    files: int | None = 16
    rows_per_update: int = 1
    split: Split = "day"

    def __post_init__(self) -> None:
        at_least_one("shared_state", files=self.files, rows_per_update=self.rows_per_update)


class FlightsPart(NamedTuple):
    """An item: one file, and the state that its rows are added to."""

    path: str
    method: Name
    state: str
    rows_per_update: int
    size_bytes: int


def limits(parameters: Parameters, settings: "Sequence[Setting]") -> Sequence[str]:
    """Nothing to tell. Raises UsageError for a setting whose workers can't reach the state, or without room for it."""
    from ._shared_state.limits import refuse  # psutil: no worker needs it

    refuse(parameters.method, settings)
    return ()


def prepare(parameters: Parameters, data_dir: Path) -> None:
    """Split the flights."""
    _flights.prepare(parameters.split, data_dir)


def setup(parameters: Parameters, place: Place) -> Facts:
    """Make the state, all counts 0, and whoever keeps it; returns what the kernel has of the files in memory."""
    from lightwork.machine import page_cache  # ctypes: no worker needs it

    paths = [Path(part.path) for part in items(parameters, place)]
    _shared_state.make(parameters.method, place.round_dir)
    return {"resident_fraction": page_cache.resident_fraction(paths)}


def items(parameters: Parameters, place: Place) -> list[FlightsPart]:
    """The files by name."""
    p = parameters
    return [
        FlightsPart(file.path, p.method, str(place.round_dir), p.rows_per_update, file.size_bytes)
        for file in _flights.files(p.split, place.data_dir, p.files)
    ]


def check(parameters: Parameters, place: Place, results: Sequence[Done]) -> Facts:
    """Compare the state with what the files hold, read once more. Raises CheckFailed, saying how much was lost."""
    expected = [NONE] * len(CARRIERS)
    for part in items(parameters, place):
        for key, update in updates_of(part.path, part.rows_per_update):
            expected[key] = added(expected[key], update)
    counts = _shared_state.total(place.round_dir, [own_counts for _, own_counts in results])
    if counts != expected:
        raise _difference(parameters.method, counts, expected)
    digest = hashlib.blake2b(repr(counts).encode(), digest_size=16).hexdigest()
    updates, rows, delay_min = (sum(count[field] for count in counts) for field in (UPDATES, ROWS, DELAY_MIN))
    return {"updates": updates, "rows_added": rows, "delay_min": delay_min, "digest": digest}  # none is stored


def cleanup(parameters: Parameters, place: Place) -> None:
    """Remove the state and end whoever kept it."""
    _shared_state.remove(parameters.method, place.round_dir)


def _difference(method: Name, counts: Sequence[Counts], expected: Sequence[Counts]) -> CheckFailed:
    """As "shared_state: lost 1,204 of 336,776 updates (method=unlocked): ...", with the counts as evidence."""
    sent, there = (sum(count[UPDATES] for count in each) for each in (expected, counts))
    key = next(key for key, pair in enumerate(zip(counts, expected, strict=True)) if pair[0] != pair[1])
    field = next(field for field in range(len(FIELDS)) if counts[key][field] != expected[key][field])
    example = f"{CARRIERS[key]} has {counts[key][field]:,} {FIELDS[field]} of {expected[key][field]:,}"
    if there > sent:
        words = f"{there - sent:,} more updates than the {sent:,} sent (method={method}): {example}"
    elif there == sent:
        words = f"all {sent:,} updates came, but not whole (method={method}): {example}"
    else:
        words = f"lost {sent - there:,} of {sent:,} updates (method={method}): {_why_lost(method, example)}"
    return CheckFailed(f"shared_state: {words}", updates=sent, lost_updates=max(sent - there, 0))


def _why_lost(method: Name, example: str) -> str:
    if method != "unlocked":
        return f"{example}; an item or its worker was lost: run it again"
    return (
        "two workers read the same counts and both wrote them back; use method=merge, or a lock "
        "(value_lock, shared_memory_lock)"
    )


def updates_of(path: str, rows_per_update: int) -> Iterator[Update]:
    """A file's updates: of so many rows at a time, one for each key among them."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        next(reader)
        while rows := list(islice(reader, rows_per_update)):
            try:
                yield from _sums(rows).items()
            except KeyError as error:
                raise WorkError(
                    f"shared_state: {path} has carrier {error}, for which the state has no place: "
                    f"add it to CARRIERS in workloads/_shared_state/method.py"
                ) from None


def _sums(rows: Iterable[Sequence[str]]) -> dict[int, Counts]:
    """What some rows add to the counts, by key; one update each."""
    sums: dict[int, list[int]] = {}
    for row in rows:
        update = sums.setdefault(KEYS[row[CARRIER]], [1, *NONE[1:]])
        update[ROWS] += 1
        if row[DEP_DELAY] == MISSING:
            update[UNKNOWN] += 1
            continue
        delay_min = int(row[DEP_DELAY])
        update[DELAY_MIN] += delay_min
        update[FIRST_BAR + bisect_left(DELAYS_MIN, delay_min)] += 1
    return {key: tuple(update) for key, update in sums.items()}


@workload(
    parameters=Parameters,
    limits=limits,
    prepare=prepare,
    setup=setup,
    items=items,
    check=check,
    cleanup=cleanup,
    name_of=lambda part: Path(part.path).name,
    weight_of=lambda part: float(part.size_bytes),
    tiny=Parameters(files=2),
    validation={"shared_state": {"files": None}},
)
def add_file(part: FlightsPart) -> Done:
    """Add one file's rows to the state; returns how many updates that took, and the item's own counts for merge."""
    state = _shared_state.reach(part.method, Path(part.state))
    updates = 0
    for key, update in updates_of(part.path, part.rows_per_update):
        state.add(key, update)
        updates += 1
    return updates, list(state.finish())
