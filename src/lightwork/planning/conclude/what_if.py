"""What if: what changing one thing would gain the recommended setting, replayed for all items of a plan; pure.

Very many items are replayed in part, twice, and carried on in a straight line, the heaviest in either part. Bundles
(lightwork.replay.many_items) would hide the longest item, which one of the changes splits:

    wall(N) = wall(M) + (W(N) - W(M)) x (wall(M) - wall(M/2)) / (W(M) - W(M/2))        W: the items' serial time

Start-up and tail do not grow with the number of items; all else does, in proportion to their time.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.setting import Setting, arrange
from lightwork.replay import gil as lock
from lightwork.replay.many_items import is_many
from lightwork.replay.what_if import WhatIf, replay_if, what_ifs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lightwork.planning.planner import Planned

PARTS = (2_000, 1_000)  # of very many items
HEAVIEST = 8


def gains_of(planned: "Planned", setting: Setting) -> Mapping[str, float]:
    """How many times as fast the setting's round would be, by what is changed; 1 for no difference.

    What the replay knows nothing of, a limit found by measuring, stays as it is.
    """
    changes = {"": WhatIf(), **what_ifs(setting.workers)}
    walls_ns = _walls_ns(planned, setting, list(changes.values()))
    return {name: walls_ns[0] / wall_ns for name, wall_ns in zip(changes, walls_ns, strict=True) if name}


def _walls_ns(planned: "Planned", setting: Setting, changes: list[WhatIf]) -> list[float]:
    rows = planned.job.rows
    count, times_ns = len(rows), (rows["end_ns"] - rows["start_ns"]).astype(float)
    if not is_many(count):
        return _replayed_ns(planned, setting, changes, np.arange(count))
    heaviest = np.argsort(times_ns, kind="stable")[-HEAVIEST:]
    many, few = (np.union1d(np.linspace(0, count - 1, part).astype(np.int64), heaviest) for part in PARTS)
    step_ns = float(times_ns[many].sum() - times_ns[few].sum())
    further = float(times_ns.sum() - times_ns[many].sum()) / step_ns if step_ns > 0 else 0.0
    large, small = (_replayed_ns(planned, setting, changes, places) for places in (many, few))
    return [at_many + further * max(at_many - at_few, 0.0) for at_many, at_few in zip(large, small, strict=True)]


def _replayed_ns(planned: "Planned", setting: Setting, changes: list[WhatIf], places: "NDArray[Any]") -> list[float]:
    """The makespan with each change, of the items at these places."""
    if planned.contest is None:
        raise ValueError("a job that was not forecast has no what-ifs")
    job, costs, traits = planned.job, planned.contest.calibration, planned.contest.traits
    weights = [job.weights[place] for place in places]
    order = arrange(range(len(places)), setting.order, weights.__getitem__, job.seed)
    usable = lock.usable(min(job.cores, setting.cores or job.cores), setting, job.gil, traits.thread_cores)
    if lock.holds(setting, job.gil):  # however many cores there are
        changes = [replace(what_if, cores=1.0) for what_if in changes]
    asked = traits.demands(setting, job.rows[places]).take(order)
    each = traits.costs(setting, costs.of(setting, job.spin_ns), len(places))
    return [float(replay_if(what_if, asked, setting, usable, each, traits.apart_ns).makespan_ns) for what_if in changes]
