"""Earliest free: a hand-out on which nothing but the workers' number bears, or their sharing the cores; pure.

Where the caller's part costs nothing, the next chunk goes to whoever is free first: a heap over
chunk sums instead of events. Items that only wait, or a core for every worker: the sums are times. Items that only
compute, and share all cores evenly: the sums are service (lightwork.replay.cores), and as every
worker computes until it has run out of chunks, time follows from how many have.
"""

from heapq import heapreplace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.replay.activities import COMPUTE, TURN, WAIT, Parts
from lightwork.replay.cores import are_shared_evenly
from lightwork.replay.costs import Costs
from lightwork.replay.hand_out import HandOut
from lightwork.replay.simulation import Timetable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def is_undisturbed(parts: Parts, workers: int, cores: float, costs: Costs) -> bool:
    """Whether a hand-out is one of these."""
    kinds = {kind for kind, amounts in [*parts.before, *parts.within, *parts.after] if amounts.any()}
    start_ns = costs.open_ns + costs.server_ns + costs.request_ns + costs.settle_ns
    caller_ns = start_ns + costs.send_ns + costs.receive_ns + costs.rouse_ns
    has_lives = bool(costs.boot_ns or costs.first_ns or costs.first_wait_ns or costs.leave_ns)
    if caller_ns or has_lives or TURN in kinds:
        return False
    return workers <= cores or kinds <= {WAIT} or (len(kinds) == 1 and are_shared_evenly(cores, workers + 1))


def timetable(parts: Parts, plan: HandOut, workers: int, cores: float) -> Timetable:
    """When every item runs, and where, in such a hand-out."""
    before_ns, within_ns, after_ns = (
        sum((amounts for _, amounts in columns), np.zeros(len(plan.order)))
        for columns in (parts.before, parts.within, parts.after)
    )
    passed_ns = np.append(0.0, np.cumsum(before_ns + within_ns + after_ns))
    chunk_ns = passed_ns[plan.bounds[1:]] - passed_ns[plan.bounds[:-1]]
    worker, began_ns = (np.arange(plan.chunks), np.zeros(plan.chunks)) if plan.fixed else _assign(chunk_ns, workers)
    shift_ns = np.repeat(began_ns - passed_ns[plan.bounds[:-1]], np.diff(plan.bounds))
    starts_ns = passed_ns[:-1] + before_ns + shift_ns
    last_ns = np.zeros(workers)
    np.maximum.at(last_ns, worker, began_ns + chunk_ns)
    computes = any(kind == COMPUTE and amounts.any() for kind, amounts in [*parts.before, *parts.within, *parts.after])
    time_of = _time_of(last_ns, cores if computes else workers)
    nothing = np.zeros(workers)
    return Timetable(
        starts_ns=time_of(starts_ns),
        ends_ns=time_of(starts_ns + within_ns),
        requested_ns=nothing,
        ready_ns=nothing,
        worker=worker,
        over_ns=float(time_of(last_ns).max()),
    )


def _time_of(last_ns: "NDArray[Any]", cores: float) -> "Callable[[NDArray[Any]], NDArray[Any]]":
    """The time at which workers that compute have had so much service; last_ns: all that each of them asks for."""
    served_ns = np.append(0.0, np.sort(last_ns))
    computing = np.arange(len(last_ns), 0, -1)
    if computing[0] <= cores:
        return lambda service_ns: service_ns
    times_ns = np.append(0.0, np.cumsum(np.diff(served_ns) * np.maximum(computing / cores, 1.0)))
    return lambda service_ns: np.interp(service_ns, served_ns, times_ns)


def _assign(chunk_ns: "NDArray[Any]", workers: int) -> tuple["NDArray[Any]", "NDArray[Any]"]:
    """The worker of every chunk, and when it begins: each goes to the worker that is free first."""
    free = [(0.0, worker) for worker in range(workers)]
    chosen, began_ns = [], []
    for duration_ns in chunk_ns.tolist():
        now_ns, worker = free[0]
        chosen.append(worker)
        began_ns.append(now_ns)
        heapreplace(free, (now_ns + duration_ns, worker))
    return np.array(chosen), np.array(began_ns)
