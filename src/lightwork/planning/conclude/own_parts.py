"""Own parts: what a job would gain whose items return their part of a result instead of updating what all share; pure.

Its serial ledger without waiting for a Manager, forecast without the lock: as if each item kept a part of its own and
the caller added them up.
"""

from dataclasses import replace

import numpy as np

from lightwork.analysis.preference import LEAST_GAIN, LEAST_GAIN_S, BelievedSpeedup, preferred
from lightwork.core.reasons import OwnParts
from lightwork.launch.file_locks import LEAST_SHARE
from lightwork.planning.axes import Axes
from lightwork.planning.conclude.evidence import PlanEvidence
from lightwork.planning.forecast import crew_of, forecast
from lightwork.planning.job_profile import JobProfile


def own_parts(evidence: PlanEvidence) -> OwnParts | None:
    """The best setting with parts of their own; None where items share nothing, or would gain little."""
    planned, contest = evidence.planned, evidence.contest
    manager = planned.footprint.manager
    asked = manager.share if manager and manager.share >= LEAST_SHARE else 0.0
    locks = [lock for lock in planned.footprint.locks if lock.share >= LEAST_SHARE]
    if contest is None or not (asked or locks):
        return None
    job = _apart(planned.job, asked)
    traits = replace(job.traits, thread_cores=contest.traits.thread_cores)
    predictions = forecast(job, Axes(), contest.calibration, traits).whole
    speedups = {each.setting: each.speedup.point for each in predictions}
    setting = preferred([BelievedSpeedup(*each) for each in speedups.items()], job.load, job.serial_s)
    wall_s = job.serial_s / (speedups[setting] if setting else 1.0)
    now_s = planned.job.serial_s / (evidence.speedup(evidence.chosen).point if evidence.chosen else 1.0)
    if wall_s * (1 + LEAST_GAIN) > now_s or now_s - wall_s < LEAST_GAIN_S:
        return None
    shared = max(locks, key=lambda lock: lock.share).name if locks else ""
    function = planned.request.name.rpartition(":")[2]
    crew = crew_of(setting) if setting else None
    return OwnParts(shared, asked, crew, planned.job.serial_s / wall_s, wall_s, function)


def _apart(job: JobProfile, asked: float) -> JobProfile:
    """The job without a lock, and without this share of its items' time."""
    rows, order = job.rows.copy(), np.argsort(job.rows["start_ns"], kind="stable")
    walls_ns = rows["end_ns"] - rows["start_ns"]
    saved_ns = (walls_ns * asked).astype(walls_ns.dtype)
    rows["start_ns"][order] -= np.cumsum(saved_ns[order]) - saved_ns[order]  # the time between items stays
    rows["end_ns"] = rows["start_ns"] + walls_ns - saved_ns
    for name in ("cpu_ns", "runqueue_ns"):
        rows[name] = np.where(rows[name] > 0, rows[name] * (1 - asked), rows[name])
    sample = rows if job.sample is job.rows else job.sample
    return replace(job, rows=rows, sample=sample, locked_share=0.0)
