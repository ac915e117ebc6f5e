"""Learning: a job's traits from all rounds measured so far, each with the serial ledger of the same items; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from lightwork.analysis.preference import COMPUTES
from lightwork.core.setting import Setting
from lightwork.planning.job_profile import JobProfile
from lightwork.replay import gil as lock
from lightwork.replay.calibration import Calibration
from lightwork.replay.many_items import Reducer
from lightwork.replay.prediction import predict
from lightwork.replay.traits import (
    LEAST_WARM_UP_NS,
    NO_WARM_UP,
    SHORTFALL,
    SpeedupLimit,
    Traits,
    WarmUp,
    kind_of,
    limit_of,
    thread_cores_of,
    warm_up_of,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_COMPUTING = 0.03  # of the items' time: less does not tell on how many cores threads compute


@dataclass(frozen=True, eq=False)
class Seen:
    """A round that was measured: its wall, and its ledger, of the same items as the serial one."""

    setting: Setting
    wall_ns: float
    rows: "NDArray[Any]"


def traits_of(
    job: JobProfile, seen: Sequence[Seen], calibration: Calibration, serial_ns: float, doubt: float = 0.0
) -> Traits:
    """What all these rounds show together.

    serial_ns: the serial round's wall at their speed. doubt: by how much others at the cores may have slowed them.
    """
    traits = job.traits
    may_be_several = traits.locked_share > 0 and not job.takes_turns
    if may_be_several and any(_is_faster_than_turns(serial_ns / each.wall_ns, traits) for each in seen):
        traits = replace(traits, locked_share=0.0)  # whoever finds it locked need not wait, or locks another place
    traits = replace(traits, warm_ups=_warm_ups(job, traits, seen))
    traits = replace(traits, thread_cores=_thread_cores(job, seen, calibration, traits))
    walls_ns: dict[Setting, list[Seen]] = {}
    for each in seen:
        walls_ns.setdefault(each.setting, []).append(each)
    predictions = predict(
        walls_ns, job.sample, job.sample_weights, job.cores, calibration, job.spin_ns, job.seed, job.gil, traits
    )
    limits: list[SpeedupLimit] = []
    for prediction, rounds in zip(predictions, walls_ns.values(), strict=True):
        typical = sorted(rounds, key=lambda each: each.wall_ns)[len(rounds) // 2]
        limit = limit_of(
            prediction.setting,
            serial_ns / typical.wall_ns,
            prediction.speedup.point,
            job.sample,
            typical.rows,
            doubt,
        )
        limits += [limit] if limit else []
    return replace(traits, limits=tuple(limits))


def _is_faster_than_turns(measured: float, traits: Traits) -> bool:
    """Whether a measured speedup is clearly more than one lock that all items need would let through."""
    return measured > (1 + SHORTFALL) / traits.locked_share


def _warm_ups(job: JobProfile, traits: Traits, seen: Sequence[Seen]) -> Mapping[str, WarmUp]:
    """By kind of worker, the typical one of its rounds."""
    by_kind: dict[str, list[WarmUp]] = {}
    for each in seen:
        by_kind.setdefault(kind_of(each.setting), []).append(_warm_up(job, traits, each))
    return {
        kind: sorted(some, key=lambda warm_up: warm_up.wall_ns)[len(some) // 2]
        for kind, some in by_kind.items()
        if all(some)
    }


def _warm_up(job: JobProfile, traits: Traits, seen: Seen) -> WarmUp:
    """What the round's first items paid; where items hold a lock, they may have waited for their turn at it."""
    warm_up = warm_up_of(job.sample, seen.rows)
    if not traits.locked_share:
        return warm_up
    return WarmUp(warm_up.cpu_ns) if warm_up.cpu_ns >= LEAST_WARM_UP_NS else NO_WARM_UP


def _thread_cores(job: JobProfile, seen: Sequence[Seen], calibration: Calibration, traits: Traits) -> float | None:
    """On how many cores threads compute, by the median round that tells."""
    if job.load.cpu_share < LEAST_COMPUTING:
        return None
    by_round, reducer = [], Reducer(job.sample, job.sample_weights, job.seed, calibration)
    for each in seen:
        if lock.holds(each.setting, job.gil) and each.setting.workers > 1:
            few = reducer.of(each.setting)
            theirs = traits.in_bundles(few.items)
            demands = theirs.demands(few.setting, few.rows)
            costs = theirs.costs(few.setting, few.calibration.of(few.setting, job.spin_ns), len(demands))
            cores = thread_cores_of(demands, few.setting, each.wall_ns, job.cores, costs, theirs.apart_ns)
            if cores and job.load.cpu_share >= COMPUTES and lock.took_turns(each.rows):
                cores = min(cores, 1.0)
            by_round.append(cores)
    clear = [cores for cores in by_round if cores is not None]
    return median(clear) if clear else None
