"""The matrix of sharing: every method under every accident, one round each, with real processes really killed."""

import functools
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lightwork.core.round import Job, Outcome
from lightwork.core.setting import Setting
from lightwork.errors import WorkError
from lightwork.faults.matrix import CALM_DEADLINE_S, LeftOut, Progress, Surroundings, deadline_s
from lightwork.faults.outcome import ENDINGS, Ending, items_in
from lightwork.faults.sharing.accidents import STRUCK, SharedFault
from lightwork.faults.sharing.outcome import SharedCase, Worth, worth_of
from lightwork.faults.sharing.planted import COUNTS, Parameters
from lightwork.launch.finished import Finished
from lightwork.launch.run import launch
from lightwork.launch.workdir import Workdir
from lightwork.ledger.table import State
from lightwork.machine import shared_memory
from lightwork.storage import ledgers
from lightwork.workload.parameters import as_dict
from lightwork.workloads._shared_state.block import block_name

WORKLOAD = "lightwork.faults.sharing.planted"
STRATEGY = "static"  # Process and join, as most write it: a worker's death is known, and the others are waited for


@dataclass(frozen=True)
class SharingRequest:
    """What to record. timeout_s: None for the rule."""

    methods: Sequence[str]
    accidents: Sequence[SharedFault]
    workers: int = 2
    timeout_s: float | None = None
    strategy: str = STRATEGY


def record(request: SharingRequest, around: Surroundings) -> Iterator[SharedCase | LeftOut]:
    """The cases, as they are recorded; a method that fails without any accident is left out."""
    began_s, in_all = around.clock_s(), len(request.methods) * len(request.accidents)
    for place, method in enumerate(request.methods):
        try:
            allowed_s = request.timeout_s or deadline_s(_calm_s(method, request, around.workdir))
        except WorkError as error:
            yield LeftOut(method, str(error))
            continue
        for number, accident in enumerate(request.accidents, place * len(request.accidents)):
            around.tell(Progress(number, in_all, around.clock_s() - began_s, method, accident.name))
            yield case(method, accident, request, around.workdir, allowed_s)


def case(method: str, accident: SharedFault, request: SharingRequest, workdir: Workdir, allowed_s: float) -> SharedCase:
    """One method under one accident."""
    cell = functools.partial(SharedCase, method, accident.name, request.strategy, request.workers, deadline_s=allowed_s)
    if method not in accident.happens:
        return cell(Ending.NEVER)
    folder = workdir.shared / "sharing"
    folder.mkdir()
    try:
        job = _job(Parameters(method=method, accident=accident.name, folder=str(folder)), request, workdir)
        finished = launch(workdir, job, allowed_s)
        ending = ENDINGS[finished.round.outcome]
        worth, unfinished = _worth(method, folder, finished)
        return cell(
            ending, worth, finished.round.reason, _knew_s(folder, finished, ending), unfinished,
            finished.round.left_behind, int((shared_memory.FOLDER / block_name(Path(job.round_dir))).exists()),
        )  # fmt: skip
    finally:
        shutil.rmtree(folder)


def _job(planted: Parameters, request: SharingRequest, workdir: Workdir) -> Job:
    setting = Setting(request.strategy, request.workers)
    return Job(
        setting.cell_id, 0, 0, WORKLOAD, as_dict(planted), setting, 1, False, False,
        str(workdir.data_dir), str(workdir.rounds / "sharing"), str(workdir.shared / "ledger"),
    )  # fmt: skip


def _worth(method: str, folder: Path, finished: Finished) -> tuple[Worth, int]:
    """What the state is worth, by what the round left in the folder."""
    if not (folder / COUNTS).exists():
        return Worth.UNKNOWN, 0
    if method == "merge" and finished.round.outcome is not Outcome.OK:
        return Worth.NOTHING, 0
    done = items_in(ledgers.table(finished.ledger), State.DONE) if finished.ledger else ()
    return worth_of(json.loads((folder / COUNTS).read_text()), len(done) * Parameters().updates)


def _knew_s(folder: Path, finished: Finished, ending: Ending) -> float | None:
    """Seconds from the accident until the round's end; None where the caller never knew."""
    struck, t1_ns = folder / STRUCK, finished.round.t1_ns
    if ending not in (Ending.RAISES, Ending.COMPLETES) or t1_ns is None or not struck.exists():
        return None
    return max(0.0, (t1_ns - int(struck.read_text())) / 1e9)


def _calm_s(method: str, request: SharingRequest, workdir: Workdir) -> float:
    round_ = launch(workdir, _job(Parameters(method=method), request, workdir), CALM_DEADLINE_S).round
    if not round_.ok:
        raise WorkError(f"it fails without any accident: {round_.outcome}: {round_.reason}")
    return round_.wall_ns / 1e9
