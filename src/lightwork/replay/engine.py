"""Replay: what a setting's round will look like, from one serial ledger; pure.

    serial ledger -> demands --+
    setting -> hand-out rule --+-> activities -> simulation on C cores -> Replay: a Round and its ledger
    no-op rounds -> costs -----+

What comes out is a round like a measured one, so that losses, lanes and traces of both are made by the same code.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.analysis.losses import losses_of
from lightwork.core.losses import Losses
from lightwork.core.round import Outcome, Round, Worker
from lightwork.core.setting import Setting
from lightwork.ledger.table import ABSENT, State
from lightwork.replay import fast_path
from lightwork.replay.activities import activities_of, parts_of
from lightwork.replay.costs import NO_COSTS, Costs
from lightwork.replay.demands import Demands, without_core_wait
from lightwork.replay.hand_out import HandOut, hand_out
from lightwork.replay.simulation import NEVER, Timetable, simulate
from lightwork.storage.ledgers import ROW

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Replay:
    """A predicted round. Times in nanoseconds from its own t0, which is 0.

    round: as if it had been measured, with every worker's life. items: its ledger, the row of each item where the
    demands' index says; runqueue_ns is the wait for a core, and what is left of an item's wall time its own waiting.
    lanes: the setting's workers.
    """

    round: Round
    items: "NDArray[Any]"
    lanes: int

    @property
    def makespan_ns(self) -> int:
        """From t0, before any worker exists, to t1, after the last has gone."""
        return self.round.wall_ns

    def losses(self, serial_items: "NDArray[Any] | None" = None) -> Losses:
        """The split of its budget, by the same code and with the same identities as a measured round's."""
        alone = None if serial_items is None else without_core_wait(serial_items)
        return losses_of(self.round, self.items, self.lanes, alone)


def replay(demands: Demands, setting: Setting, cores: float, costs: Costs = NO_COSTS, apart_ns: float = 0.0) -> Replay:
    """The round that this setting would give.

    demands: in the order in which the items are handed out (lightwork.core.setting.arrange); the setting's own order is
    not applied again. cores: how many the round may use, whole or not. apart_ns: from one item's start to the next
    one's at least, whoever runs them; what an item waits for that is no part of its row.
    Raises UsageError for a strategy whose hand-out has no rule, ValueError without items or for no cores.
    """
    if not len(demands):
        raise ValueError("there is nothing to replay: give it at least one item")
    if not cores > 0:
        raise ValueError(f"a round can't have {cores} cores")
    plan = hand_out(setting, len(demands))
    costs = Costs(open_ns=costs.open_ns) if plan.in_caller else costs
    handed = demands.take(plan.order)
    parts = parts_of(handed, plan, costs, by_turns=apart_ns > 0)
    if fast_path.is_undisturbed(parts, setting.workers, cores, costs):
        timetable = fast_path.timetable(parts, plan, setting.workers, cores)
    else:
        timetable = simulate(activities_of(parts, plan), plan, setting.workers, cores, costs, apart_ns)
    over_ns = max(timetable.over_ns, timetable.ends_ns.max(), timetable.ready_ns.max())
    closed_ns = over_ns + costs.close_ns + costs.close_worker_ns * int((timetable.requested_ns != NEVER).sum())
    items = _ledger(handed, plan, timetable)
    return Replay(_round(setting, items, timetable, max(round(closed_ns), 1)), items, setting.workers)


def _ledger(handed: Demands, plan: HandOut, timetable: Timetable) -> "NDArray[Any]":
    """The items' rows; rounding is monotone, so that items which follow each other still do not overlap."""
    rows, at = np.zeros(handed.index.max() + 1, ROW), handed.index
    start_ns, end_ns = (np.rint(moments).astype(np.int64) for moments in (timetable.starts_ns, timetable.ends_ns))
    columns = {
        "start_ns": start_ns,
        "end_ns": end_ns,
        "worker": np.repeat(timetable.worker, np.diff(plan.bounds)),
        "state": State.DONE,
        "cpu_ns": handed.cpu_ns,
        "thread_cpu_ns": ABSENT,
        "runqueue_ns": np.maximum(end_ns - start_ns - handed.wall_ns, 0),
        "spin_ns": handed.spin_ns,
    }
    for name, values in columns.items():
        rows[name][at] = values
    return rows


def _round(setting: Setting, items: "NDArray[Any]", timetable: Timetable, t1_ns: int) -> Round:
    wall_ns = items["end_ns"] - items["start_ns"]
    longest = int(wall_ns.argmax())
    return Round(
        cell_id=setting.cell_id,
        block=0,
        position=0,
        outcome=Outcome.OK,
        t0_ns=0,
        t1_ns=t1_ns,
        items_done=int((items["state"] == State.DONE).sum()),
        items_expected=len(items),
        item_cpu_ns=int(items["cpu_ns"].sum()),
        item_wall_ns=int(wall_ns.sum()),
        longest_item=longest,
        longest_item_ns=int(wall_ns[longest]),
        workers=tuple(
            Worker(slot, 0, requested_ns, ready_ns, None, None)
            for slot, (requested_ns, ready_ns) in enumerate(_lives(timetable))
            if requested_ns != NEVER
        ),
    )


def _lives(timetable: Timetable) -> list[tuple[int, int]]:
    requested_ns, ready_ns = (
        np.rint(moments).astype(np.int64) for moments in (timetable.requested_ns, timetable.ready_ns)
    )
    return list(zip(requested_ns.tolist(), ready_ns.tolist(), strict=True))
