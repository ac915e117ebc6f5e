"""Warnings: what could overturn a plan's answer; pure."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lightwork.core.footprint import Footprint
from lightwork.core.leak import Leak
from lightwork.core.reasons import FailedCrew
from lightwork.core.setting import Setting
from lightwork.core.warnings import (
    BeyondCores,
    BusyCores,
    ForkedRandomState,
    ForkedThreads,
    LeakedMemory,
    NeedsFork,
    UnclearCache,
    UnsendableError,
    UntriedCount,
    VerdictWarning,
)
from lightwork.planning.conclude.evidence import PlanEvidence
from lightwork.planning.conclude.footprint import footprint_warnings
from lightwork.planning.conclude.limits import core_bound
from lightwork.planning.conclude.reasons import failures
from lightwork.planning.contest import BUSY
from lightwork.planning.failed_setting import is_forked
from lightwork.replay.traits import kind_of
from lightwork.strategies import SHARING, find
from lightwork.workload import random_state

if TYPE_CHECKING:
    from lightwork.planning.planner import Planned


def _warnings_on_forks(planned: "Planned", lacking: list[str]) -> Iterator[VerdictWarning]:
    """What forked workers have that others do not. lacking: start methods of workers that failed for lack of it."""
    if lacking:
        yield NeedsFork(tuple(lacking))
    if planned.inner.threads:
        yield ForkedThreads(planned.inner.threads)
    if names := planned.serial.evidence.get(random_state.NAMES):
        yield ForkedRandomState(names, is_numpy=bool(planned.serial.evidence.get(random_state.OF_NUMPY)))


def _without_caches(planned: "Planned") -> Footprint:
    """The footprint but for what was found to be a cache: nobody looks for its entries afterwards."""
    caches = planned.caches if planned.refill else ()
    left = tuple(change for change in planned.footprint.changes if change.name not in caches)
    return replace(planned.footprint, changes=left)


def _on_cache(planned: "Planned", chosen: Setting) -> Iterator[VerdictWarning]:
    """That the items which were run do not tell of the others, where they filled a cache."""
    is_open = planned.refill is None and not planned.sample.is_all and planned.job.bundle == 1
    if planned.filling and is_open and kind_of(chosen) not in SHARING:
        yield UnclearCache(planned.filling, planned.items_run, planned.items)


def warnings_on(evidence: PlanEvidence) -> Iterator[VerdictWarning]:
    """What could overturn the answer."""
    chosen, contest = evidence.chosen, evidence.contest
    if contest and contest.doubt:
        yield BusyCores(contest.measured.busy_share, not_measured=contest.doubt > BUSY)
    if chosen is None:
        return
    lacking = [each.start_method for each in failures(evidence) if isinstance(each, FailedCrew) and each.lacks_state]
    if is_forked(chosen):
        yield from _warnings_on_forks(evidence.planned, lacking)
    bound, speedup = core_bound(evidence, chosen), evidence.speedup(chosen)
    is_alone = not evidence.planned.inner.helpers  # a process that the job keeps takes less where it is kept busy
    if bound and is_alone and (speedup.low or 0.0) > bound.speedup:
        yield BeyondCores(evidence.cell(chosen), speedup, bound)
    if chosen.workers > len(evidence.planned.sample.chosen) and evidence.planned.request.is_measured:
        yield UntriedCount(chosen.workers, len(evidence.planned.sample.chosen))
    yield from footprint_warnings(_without_caches(evidence.planned), chosen)
    yield from _on_cache(evidence.planned, chosen)
    is_told = not evidence.planned.request.guards.collects  # else as text
    if evidence.planned.unsendable_error and is_told and kind_of(chosen) == "processes":
        yield UnsendableError(*evidence.planned.unsendable_error)
    if evidence.planned.leak:
        yield LeakedMemory(evidence.planned.leak, replaced_after(evidence.planned.leak, chosen))


def replaced_after(leak: Leak | None, setting: Setting) -> int | None:
    """After how many items the script of this setting replaces a worker; None where it replaces none."""
    if leak is None or kind_of(setting) != "processes" or not find(setting.strategy).renewed:
        return None
    return leak.items_a_worker(setting.workers)
