"""Cases: the workloads that predictions are checked on, and the settings that each is measured under.

Each workload's own file says under which parameters, so that a serial round takes about a second: long against a
worker's start-up, short enough for hundreds of rounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lightwork.workload import registry
from lightwork.workload.api import Workload

STRATEGIES = ("threads", "process_executor", "map", "imap_unordered", "static")
QUICK_STRATEGIES = ("threads", "process_executor", "imap_unordered")
CHUNKSIZES: tuple[int | None, ...] = (None, 8)
MOST_WORKERS, QUICK_MOST_WORKERS = 64, 16
STEP = 4  # times as many workers: four are few enough settings for several blocks
LEAST_PER_CORE = 2  # workers, so that too many are in every grid


@dataclass(frozen=True)
class ValidationCase:
    """A workload with its parameters, by the name it goes by in a validation."""

    name: str
    workload: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def all_cases() -> dict[str, ValidationCase]:
    """The cases of all built-in workloads by name: those a workload declares, else itself at its default size."""
    workloads = [registry.find(name) for name in registry.names()]
    return {
        name: ValidationCase(name, workload.name, parameters)
        for workload in workloads
        for name, parameters in cases_of(workload).items()
    }


def cases_of(workload: Workload) -> Mapping[str, Mapping[str, Any]]:
    """The parameters of a workload's cases, by the name of each."""
    return {workload.name: {}} if workload.validation is None else workload.validation


def worker_counts(useful: int, usable_cpus: float, most: int = MOST_WORKERS) -> tuple[int, ...]:
    """As many workers as cores, twice as many, and from there by STEP up to as many as are of use to the job."""
    cores = max(2, round(usable_cpus))
    counts = [cores, LEAST_PER_CORE * cores]
    while counts[-1] < min(useful, most):
        counts.append(min(STEP * counts[-1], most))
    return tuple(counts)
