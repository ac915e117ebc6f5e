"""The function that a strategy gets: the workload's, such that what becomes of every item is recorded."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightwork.core import cluster_facts
from lightwork.core.round import Answer, Job, Outcome
from lightwork.errors import UsageError, WorkError
from lightwork.ledger import recorder
from lightwork.ledger.lifecycle import Slots
from lightwork.ledger.recorder import Detail, Recorder
from lightwork.ledger.table import Ledger
from lightwork.strategies import Run, Strategy
from lightwork.workload.api import Stages, Workload
from lightwork.workload.coroutine import Awaited


def way_of(strategy: Strategy, workload: Workload) -> tuple[Run, bool]:
    """What runs the items, and whether it awaits them itself, where another has each awaited in its worker."""
    if strategy.awaited and isinstance(workload.function, Awaited):
        return strategy.awaited, True
    return strategy.run, strategy.awaits


def weigher(job: Job, workload: Workload) -> Callable[[tuple[int, Any]], float]:
    """What tells the weight of an `(index, item)` pair."""
    if not job.weights:
        return lambda pair: workload.weight_of(pair[1])
    weights: list[float] = json.loads(Path(job.weights).read_text())
    return lambda pair: weights[pair[0]]


def recorded(job: Job, workload: Workload, values: Any, strategy: Strategy) -> Any:
    """The item function, or its two halves for a strategy that wants them, such that items are recorded."""
    detail = Detail(job.runqueue, job.spin)
    if not strategy.staged:
        function = _apart(job, workload.function_for(workload.function, values))
        if not job.record:
            return recorder.Unrecorded(function)
        if job.setting.pool == "warm":
            from lightwork.host.warm_pool import Warmed

            return Warmed(function, job.ledger, detail, job.setting.workers)
        return Recorder(function, job.ledger, detail)
    from lightwork.ledger.two_stage import staged

    halves = workload.halves(strategy.name)
    return staged(Stages(_apart(job, halves.parse), _apart(job, halves.store)), job.ledger, detail)


def awaitable(job: Job, workload: Workload, values: Any, strategy: Strategy) -> Any:
    """The same for a strategy that awaits its items."""
    from lightwork.ledger.coroutine_recorder import CoroutineRecorder, UnrecordedCoroutine

    function = workload.function_for(workload.awaitable(strategy.name), values)
    if not job.record:
        return UnrecordedCoroutine(function)
    detail = Detail(job.runqueue, job.spin)
    return CoroutineRecorder(function, job.ledger, detail, is_alone=not strategy.parallel)


def visited(function: Recorder, workers: int, order: Sequence[int], chunksize: int | None) -> tuple[Any, Any]:
    """The function such that its rows can travel, and the visit to the cluster that it is about to go to."""
    from lightwork.cluster import remote_rows, visit

    travels = remote_rows.recorder_of(function, len(order))
    return travels, visit.Visit(cluster_facts.scheduler(), workers, order, chunksize or 1).begin(travels)


def settled(
    visit: Any, answer: Answer, results: Sequence[Any], ledger: Ledger, slots: Slots
) -> tuple[Answer, list[Any]]:
    """The answer and the pairs, the rows that came with them written into the ledger."""
    from lightwork.cluster import remote_rows

    pairs, rows = remote_rows.unpacked(results)
    if answer.outcome is not Outcome.OK:
        return answer, pairs
    try:
        remote = visit.settle(ledger, rows, (answer.t0_ns, answer.t1_ns), slots.request)
    except (UsageError, WorkError) as error:
        return replace(answer, outcome=Outcome.UNSOUND, reason=str(error)), pairs
    return replace(answer, remote=remote), pairs


def _apart(job: Job, function: Any) -> Any:
    """The function, such that a probing round does not count what it pickles for itself."""
    if not job.probe:
        return function
    from lightwork.ledger import pickled_bytes

    return pickled_bytes.apart(function)
