"""A cluster that is there: what the caller asks its scheduler and its workers before and after a round.

    check the workers, read their clocks | t0 | strategy | t1 | read them again, ask who was lost -> rows, Remote

Everything here lies outside of the round's clock. distributed is imported where a cluster is asked, and nowhere else.
"""

import pickle
import re
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from time import monotonic_ns
from typing import Any, NamedTuple

from lightwork import __version__, strategies
from lightwork.cluster import remote_rows
from lightwork.cluster.clock_sync import Alignment, Offset, RoundTrip, offset_of
from lightwork.cluster.remote_rows import Carried, Travelling
from lightwork.core import cluster_facts
from lightwork.core.cluster_facts import Remote
from lightwork.core.setting import Setting
from lightwork.errors import UsageError, WorkError
from lightwork.ledger.table import Ledger

CONNECT_S = 10.0
ROUND_TRIPS = 15  # for each clock; the first ones are the slowest
# The key of the strategy's tasks: the function of its that runs a chunk, an id of the call, the task's number. What
# others run on the cluster may be called alike.
KEY = re.compile(r"work-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-(\d+)")


class Greeting(NamedTuple):
    """What a worker answers: the version of its lightwork, its clock's id, and what that clock shows."""

    version: str
    clock: str
    now_ns: int


def greet(function: bytes | None = None) -> Greeting:
    """Answer from a worker, having loaded the pickled function where one is given."""
    if function is not None:
        pickle.loads(function)
    return Greeting(__version__, remote_rows.clock_id(), monotonic_ns())


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler at this address. Raises UsageError when none answers."""
    from dask.distributed import Client

    host, _, port = address.rpartition("//")[2].rpartition(":")
    try:
        socket.create_connection((host, int(port)), CONNECT_S).close()  # dask itself tries again until its time is up
        client = Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        why = " ".join(str(error).split())
        raise UsageError(
            f"no scheduler answers at {address} ({why}): start one with `dask scheduler`, or omit --scheduler"
        ) from None
    with client:
        yield client


def crew(client: Any, address: str, workers: int) -> list[str]:
    """The addresses of the workers that the strategy will use.

    Raises UsageError where there are fewer than asked for, or one of them runs several items at once.
    """
    threads: dict[str, int] = client.nthreads()
    if len(threads) < workers:
        raise UsageError(f"{address} has {len(threads)} workers, fewer than {workers}: start more, or use fewer")
    chosen = sorted(threads)[:workers]
    for worker in chosen:
        if threads[worker] > 1:
            raise UsageError(f"worker {worker} runs {threads[worker]} items at once: start it with --nthreads 1")
    return chosen


def check(settings: Iterable[Setting], asked_for: str | None = None) -> None:
    """Before anything is measured, make sure that the cluster to be used can run these settings.

    asked_for: the scheduler's address, where it was asked for now. Raises UsageError for a cluster that can't be used
    with so many workers, and for one that was asked for and would not be used.
    """
    workers = [setting.workers for setting in settings if strategies.find(setting.strategy).is_remote]
    if asked_for and not workers:
        raise UsageError("--scheduler needs a strategy that uses it: add dask to --strategies")
    address = cluster_facts.scheduler()
    if address and workers:
        with connected(address) as client:
            _greeted(client, crew(client, address, max(workers)), None)


def refuse_a_plan(names: Iterable[str]) -> None:
    """Raise UsageError where one of these strategies would run on a cluster.

    A plan chooses what to measure by prediction, from what strategies cost on this machine and how many cores it has;
    neither says anything of a cluster.
    """
    remotes = [name for name in names if strategies.find(name).is_remote]
    if remotes and cluster_facts.scheduler():
        raise UsageError(
            "a plan predicts from this machine's costs, not a cluster's: measure the cluster with "
            f"`pytest bench/ --strategies dask --scheduler {cluster_facts.scheduler()}`"
        )


class Visit:
    """One round's two visits to a cluster: `begin` before it, `settle` after it.

    order: the items as they are handed out, chunksize of them a task.
    """

    def __init__(self, address: str, workers: int, order: Sequence[int], chunksize: int) -> None:
        self.address, self.workers = address, workers
        self.tasks = [order[first : first + chunksize] for first in range(0, len(order), chunksize)]
        self._before: dict[str, Offset] = {}
        self._seen_s = 0.0  # the scheduler's time of the last event before the round

    def begin(self, function: Travelling) -> "Visit":
        """Make sure that the workers can run this function, and read their clocks.

        Raises UsageError when there are too few workers, or one lacks lightwork or the function.
        """
        with connected(self.address) as client:
            addresses = crew(client, self.address, self.workers)
            greetings = _greeted(client, addresses, pickle.dumps(function))
            self._before = _offsets(client, greetings)
            self._seen_s = max((time_s for time_s, _ in client.get_events("all")), default=0.0)
        return self

    def settle(
        self, ledger: Ledger, rows: Mapping[int, Carried], span: tuple[int, int], new_slot: Callable[[], int]
    ) -> Remote:
        """Write the rows that travelled into the ledger, and count the items that were handed out again.

        Raises WorkError for a row by a clock that could not be read.
        """
        with connected(self.address) as client:
            events = [event for time_s, event in client.get_events("all") if time_s > self._seen_s]
            answers = client.run(greet, on_error="return")
            after = _offsets(
                client, {worker: answer for worker, answer in answers.items() if isinstance(answer, Greeting)}
            )
        alignments = self._alignments(rows.values(), after)
        settled = remote_rows.settle(ledger, rows, alignments, span, new_slot, self.workers)
        lost = lost_in(events)
        ours = (self.tasks[task] for tasks in lost for task in tasks if task < len(self.tasks))
        for index in (index for task in ours for index in task):
            if index in rows:  # who writes into the ledger itself sees there that an item was begun before
                ledger.count_again(ledger.offset_of(index))
        clocks = sum(alignment is not None for alignment in alignments.values())
        uncertainty_ns, clamped_ns = settled.uncertainty_ns, settled.clamped_ns
        return Remote(self.address, settled.workers, clocks, uncertainty_ns, clamped_ns, len(lost))

    def _alignments(self, rows: Iterable[Carried], after: Mapping[str, Offset]) -> dict[str, Alignment | None]:
        """How to read every clock by which rows were written; None for our own."""
        alignments: dict[str, Alignment | None] = {}
        for clock in {carried.origin.clock for carried in rows}:
            first = self._before.get(clock) or after.get(clock)
            if clock == remote_rows.clock_id():
                alignments[clock] = None
            elif first is None:
                raise WorkError("a worker joined and left the cluster during the round: its clock was never read")
            else:
                alignments[clock] = Alignment(first, after.get(clock) if clock in self._before else None)
        return alignments


def _greeted(client: Any, addresses: Sequence[str], function: bytes | None) -> dict[str, Greeting]:
    """Every worker's answer. Raises UsageError, naming the first worker that lacks something."""
    answers: dict[str, Any] = client.run(greet, function, workers=list(addresses), on_error="return")
    for address in addresses:
        answer = answers.get(address)
        if answer is None or isinstance(answer, OSError):
            raise UsageError(f"worker {address} does not respond ({answer}): see its log")
        if isinstance(answer, Exception):  # as it comes: what a worker can't load, distributed tells as text
            raise UsageError(
                f"worker {address} can't load the work ({answer}): install lightwork and the work's module there"
            )
        if answer.version != __version__:
            raise UsageError(
                f"worker {address} has lightwork {answer.version}, not {__version__}: install the same version"
            )
    return answers


def _offsets(client: Any, greetings: Mapping[str, Greeting]) -> dict[str, Offset]:
    """How far every clock beside our own is off, asked of one worker each; those that left meanwhile are left out."""
    offsets = {}
    for clock, address in {greeting.clock: address for address, greeting in greetings.items()}.items():
        if clock != remote_rows.clock_id():
            with suppress(OSError, KeyError):  # KeyError: no such worker any more
                offsets[clock] = offset_to(client, address)
    return offsets


def offset_to(client: Any, address: str) -> Offset:
    """How far this worker's clock is off, by its shortest round trip through the scheduler."""
    trips = []
    for _ in range(ROUND_TRIPS):
        sent_ns = monotonic_ns()
        answer = client.run(greet, workers=[address])[address]
        trips.append(RoundTrip(sent_ns, answer.now_ns, monotonic_ns()))
    return offset_of(trips)


def lost_in(events: Iterable[Mapping[str, Any]]) -> list[list[int]]:
    """By worker that the scheduler lost, the numbers of our tasks that went with it, from its events; pure.

    Those that were given to it and of which nothing had been heard, begun or not, and those that were done and whose
    results nobody had fetched. All of them were handed out again.
    """
    return [
        sorted(_ours(event["processing-tasks"]) | _ours(event["lost-computed-tasks"]))
        for event in events
        if event.get("action") == "remove-worker"
    ]


def _ours(keys: Iterable[Any]) -> set[int]:
    """The tasks' numbers, which end their keys."""
    matches = [KEY.fullmatch(key) for key in keys if isinstance(key, str)]
    return {int(match[1]) for match in matches if match}
