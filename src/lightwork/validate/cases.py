"""Cases: the workloads that predictions are checked on, and the grid of settings each is measured under.

Each workload's own file says under which parameters, so that a serial round takes some 0.3 to 0.5 s: long against a
worker's start-up, short enough for hundreds of rounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lightwork.core.setting import Setting
from lightwork.strategies import USUAL, chunksize_in_force, find
from lightwork.study.profiles import Grid
from lightwork.workload import registry
from lightwork.workload.api import Workload

PER_CORE = (1, 2, 3, 4)
CHUNKSIZES: tuple[int | None, ...] = (1, 4, 16)
QUICK_STRATEGIES = ("static", "map", "imap_unordered", "queue")
QUICK_PER_CORE = (1, 2)
QUICK_CHUNKSIZES: tuple[int | None, ...] = (1, 8)


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


def usual_strategies() -> tuple[str, ...]:
    """Every usual strategy that has workers."""
    return tuple(name for name in USUAL if find(name).parallel)


def worker_counts(usable_cpus: float, per_core: Sequence[int] = PER_CORE) -> tuple[int, ...]:
    """So many workers for each core; at least one."""
    return tuple(dict.fromkeys(max(1, round(usable_cpus * each)) for each in per_core))


def settings_of(
    strategies: Sequence[str], workers: Sequence[int], chunksizes: Sequence[int | None], items: int
) -> tuple[Setting, ...]:
    """Every setting of the grid once: of those with one chunksize in force, the first."""
    settings: dict[tuple[str, int, int | None], Setting] = {}
    for size in chunksizes:
        # A strategy without chunks is in every grid whose chunksize is its own default.
        for setting in [
            *Grid("", {}, strategies, workers, (size,)).settings(),
            *Grid("", {}, [name for name in strategies if find(name).default_chunksize is None], workers).settings(),
        ]:
            settings.setdefault((setting.strategy, setting.workers, chunksize_in_force(setting, items)), setting)
    return tuple(settings.values())
