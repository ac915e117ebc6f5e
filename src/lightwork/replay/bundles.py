"""Bundles: many items replayed as few, so that a million take no longer than some ten thousand; pure.

    item item item item | item item ...     ->  bundle | bundle | ... | item item item
    chunks and their hand-overs with them                               (smaller ones at the end)

A round whose chunks and hand-overs all last k times as long is the same round on a slower clock: while work is left
for everybody, its throughput is that of the round with single chunks. What differs is the end, where it matters who
takes the last chunk; there bundles are small.
"""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.replay.demands import Demands
from lightwork.replay.hand_out import HandOut
from lightwork.replay.simulation import Timetable

if TYPE_CHECKING:
    from numpy.typing import NDArray

FROM_ITEMS = 50_000  # rounds of fewer are replayed item by item
BUNDLES = 8_000
PER_WORKER = 4  # bundles at least
AT_THE_END = 1.0  # bundles' worth of work of every worker, that is
FINER = 4  # times as finely bundled


@dataclass(frozen=True, eq=False)
class Bundled:
    """demands, plan: of the bundles. first: the first item of each. share: of each item's bundle that lies before it.

    width: of each item's bundle that it takes. Both are in hand-out order.
    """

    demands: Demands
    plan: HandOut
    first: "NDArray[Any]"
    share: "NDArray[Any]"
    width: "NDArray[Any]"

    def unfold(self, timetable: Timetable) -> Timetable:
        """The timetable of the items: they share their bundle's time as they share its work."""
        counts = np.diff(np.append(self.first, len(self.share)))
        starts_ns, ends_ns, locked_out_ns, worker = (
            np.repeat(values, counts)
            for values in (
                timetable.starts_ns,
                timetable.ends_ns,
                timetable.locked_out_ns,
                np.repeat(timetable.worker, np.diff(self.plan.bounds)),
            )
        )
        lasted_ns = ends_ns - starts_ns
        starts_ns = starts_ns + lasted_ns * self.share
        return replace(
            timetable,
            starts_ns=starts_ns,
            ends_ns=starts_ns + lasted_ns * self.width,
            locked_out_ns=locked_out_ns * self.width,
            item_worker=worker,
        )


def bundled(handed: Demands, plan: HandOut, workers: int, item_ns: float) -> Bundled:
    """The items, in hand-out order, in bundles. item_ns: what each costs beside itself."""
    spaced = replace(handed, gap_ns=handed.gap_ns + np.int64(round(item_ns)))
    lasts_ns = spaced.wall_ns + spaced.spin_ns + spaced.gap_ns
    passed_ns = np.append(0, np.cumsum(lasts_ns))
    step = _steps(passed_ns, plan, workers)
    full = np.diff(plan.bounds) > 0
    leads = full if plan.fixed else np.append(True, np.diff(step[plan.bounds[:-1]]) > 0)
    opens = np.append(True, np.diff(step) > 0)
    opens[plan.bounds[:-1][leads]] = True
    first = np.flatnonzero(opens)
    sums = {
        column.name: np.add.reduceat(getattr(spaced, column.name), first)
        for column in fields(spaced)
        if column.name != "index"
    }
    few = _coarser(plan, first, np.flatnonzero(leads))
    share, width = _shares(lasts_ns, spaced.wall_ns, passed_ns[:-1], first)
    return Bundled(Demands(**sums, index=np.arange(len(first))), few, first, share, width)


def _steps(passed_ns: "NDArray[Any]", plan: HandOut, workers: int) -> "NDArray[Any]":
    """A number for each item that grows where a bundle's worth of work has passed."""
    bundle_ns = max(passed_ns[-1] / max(BUNDLES, PER_WORKER * workers), 1.0)
    late_ns = passed_ns[-1] - (0 if plan.fixed else AT_THE_END * workers * bundle_ns)
    step: NDArray[Any] = np.floor(passed_ns[:-1] / np.where(passed_ns[:-1] < late_ns, bundle_ns, bundle_ns / FINER))
    return step


def _coarser(plan: HandOut, first: "NDArray[Any]", leads: "NDArray[Any]") -> HandOut:
    """The plan for bundles that begin with these items, in chunks that begin with these chunks."""
    order = np.arange(len(first))
    if plan.fixed:
        return replace(plan, order=order, bounds=np.searchsorted(first, plan.bounds))
    bounds = np.append(np.searchsorted(first, plan.bounds[leads]), len(first))
    return replace(plan, order=order, bounds=bounds, weight=np.diff(np.append(leads, plan.chunks)))


def _shares(
    lasts_ns: "NDArray[Any]", wall_ns: "NDArray[Any]", passed_ns: "NDArray[Any]", first: "NDArray[Any]"
) -> tuple["NDArray[Any]", "NDArray[Any]"]:
    """Where in its bundle each item begins, and how much of it it takes; the last one ends with its bundle."""
    counts = np.diff(np.append(first, len(lasts_ns)))
    last = np.append(first[1:], len(lasts_ns)) - 1
    before_ns = passed_ns - np.repeat(passed_ns[first], counts)
    whole_ns = np.maximum(np.repeat(before_ns[last] + wall_ns[last], counts), 1.0)
    return before_ns / whole_ns, wall_ns / whole_ns
