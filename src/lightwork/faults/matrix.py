"""The matrix: every strategy under every fault, one round each, in an order that does not matter.

A strategy's deadline comes from a round of its own without a fault: what takes several times as long hangs.
"""

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightwork import strategies
from lightwork.core.round import Job, Outcome
from lightwork.core.setting import Setting
from lightwork.errors import WorkError
from lightwork.faults.accident import Accident
from lightwork.faults.fault import Fault
from lightwork.faults.outcome import Case, Ending, counted_in, ending_of, items_in, knew_s, struck_at_ns
from lightwork.faults.planted import Parameters
from lightwork.launch.finished import Finished
from lightwork.launch.run import launch
from lightwork.launch.workdir import Workdir
from lightwork.ledger.table import State
from lightwork.storage import ledgers
from lightwork.study.retry import Retrying
from lightwork.workload.parameters import as_dict

WORKLOAD = "lightwork.faults.planted"
CALM_DEADLINE_S = 60.0
TRIES = 3


def deadline_s(calm_s: float) -> float:
    """When a strategy is said to hang: 2 s and five times what it takes without a fault."""
    return 2.0 + 5.0 * calm_s


@dataclass(frozen=True)
class Progress:
    """How far the matrix is: cases done, cases in all, and what comes next."""

    done: int
    in_all: int
    elapsed_s: float
    strategy: str
    fault: str


@dataclass(frozen=True)
class Surroundings:
    """What the matrix needs from outside. tell: called before every case."""

    workdir: Workdir
    tell: Callable[[Progress], None]
    clock_s: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class FaultRequest:
    """What to record. retry: whether a round that did not end well is retried. timeout_s: None for the rule."""

    strategies: Sequence[str]
    faults: Sequence[Fault]
    workers: int = 2
    retry: bool = False
    timeout_s: float | None = None


@dataclass(frozen=True)
class LeftOut:
    """A strategy that can't be tested with faults, and why."""

    strategy: str
    why: str


def record(request: FaultRequest, around: Surroundings) -> Iterator[Case | LeftOut]:
    """The cases, as they are found; a strategy that fails without any fault is left out."""
    began_s, in_all = around.clock_s(), len(request.strategies) * len(request.faults)
    for place, name in enumerate(request.strategies):
        try:
            allowed_s = request.timeout_s or deadline_s(_calm_s(name, request, around.workdir))
        except WorkError as error:
            yield LeftOut(name, str(error))
            continue
        for number, fault in enumerate(request.faults, place * len(request.faults)):
            around.tell(Progress(number, in_all, around.clock_s() - began_s, name, fault.name))
            yield case(name, fault, request, around.workdir, allowed_s)


def case(name: str, fault: Fault, request: FaultRequest, workdir: Workdir, allowed_s: float) -> Case:
    """One strategy under one fault; again where it came too late, because this process got no CPU in time."""
    for _ in range(TRIES):
        tried = _tried(name, fault, request, workdir, allowed_s)
        if not fault.surely or tried.ending is not Ending.NEVER:
            break
    return tried


def _tried(name: str, fault: Fault, request: FaultRequest, workdir: Workdir, allowed_s: float) -> Case:
    planted = Parameters(fault=fault.module)
    job = job_of(name, planted, request.workers, workdir)
    beside = Accident(Path(job.ledger), fault.strike)
    run = functools.partial(launch, workdir, beside=beside.beside)
    finished = (Retrying(workdir, run) if request.retry else run)(job, allowed_s)
    return judged(fault, job, finished, beside, allowed_s)


def job_of(name: str, planted: Parameters, workers: int, workdir: Workdir) -> Job:
    """The round of this strategy with what is planted in it."""
    setting = Setting(name, workers, start_method=strategies.find(name).first_method)
    return Job(
        setting.cell_id, 0, 0, WORKLOAD, as_dict(planted), setting, 1, False, False,
        str(workdir.data_dir), str(workdir.rounds / "faults"), str(workdir.shared / "faults"),
    )  # fmt: skip


def judged(fault: Fault, job: Job, finished: Finished, beside: Accident, allowed_s: float) -> Case:
    """What came of it, from the round and its ledger."""
    round_, planted = finished.round, Parameters()
    rows = ledgers.table(finished.ledger) if finished.ledger else None
    struck_ns = beside.struck_ns
    if rows is not None and fault.strike is None:
        struck_ns = struck_at_ns(rows, planted.at, planted.wait_s / 2)
    ending = ending_of(fault, round_, struck_ns)
    items = {} if rows is None else {
        "done": items_in(rows, State.DONE), "running": items_in(rows, State.RUNNING),
        "never": items_in(rows, State.NEVER_STARTED), "raised": items_in(rows, State.RAISED),
        "again": counted_in(rows, "again"), "redone": counted_in(rows, "redone"),
    }  # fmt: skip
    return Case(
        job.setting.strategy, fault.name, job.setting.workers,
        strategies.chunksize_in_force(job.setting, planted.items), ending,
        error=round_.reason, knew_s=knew_s(round_, ending, struck_ns, beside.ended_ns or 0),
        left_behind=round_.left_behind, deadline_s=allowed_s,
        recovered=round_.outcome is Outcome.RECOVERED if len(round_.attempts) > 1 else None,
        run_again=tuple(sorted({index for attempt in round_.attempts[1:] for index in attempt.items})), **items,
    )  # fmt: skip


def _calm_s(name: str, request: FaultRequest, workdir: Workdir) -> float:
    round_ = launch(workdir, job_of(name, Parameters(), request.workers, workdir), CALM_DEADLINE_S).round
    if not round_.ok:
        raise WorkError(f"it fails without any fault: {round_.outcome}: {round_.reason}")
    return round_.wall_ns / 1e9
