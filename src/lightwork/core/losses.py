"""Losses: where a round's workers x wall time went, by cause; plain data."""

from dataclasses import dataclass
from fractions import Fraction

from lightwork.core.causes import Cause


@dataclass(frozen=True)
class Losses:
    """Where a round's budget went: lanes x (t1 - t0), in worker-nanoseconds; every sum is exact.

    start_up_ns: until a lane's worker was ready. dispatch_ns: the gaps between a lane's items, replacing its
    worker included. tail_ns: from a lane's last item to the last item of all. teardown_ns: from there to t1.
    start_up + item + dispatch + tail + teardown = budget. busiest_ns: item time of the lane that has most.

    The rest splits the item time against the same items run serially, and is None where no serial ledger was
    given: useful_ns, what they took serially, and what they took more by cause, less than 0 where they took
    less. core_wait_ns is None where the run-queue wait is not known of every item; blocked_inflation_ns then
    includes it. useful + cpu_inflation + core_wait + blocked_inflation = item.

    rounds: how many were pooled.
    """

    lanes: int
    start_up_ns: int
    item_ns: int
    dispatch_ns: int
    tail_ns: int
    teardown_ns: int
    budget_ns: int
    busiest_ns: int
    useful_ns: int | None = None
    cpu_inflation_ns: int | None = None
    core_wait_ns: int | None = None
    blocked_inflation_ns: int | None = None
    rounds: int = 1

    @property
    def wall_ns(self) -> int:
        """t1 - t0, of all rounds together."""
        return self.budget_ns // self.lanes

    @property
    def speedup(self) -> Fraction:
        """Useful work over wall time; without a serial ledger all item time counts as useful."""
        return Fraction(self.item_ns if self.useful_ns is None else self.useful_ns, self.wall_ns)

    def by_cause(self) -> dict[Cause, int]:
        """Worker-nanoseconds lost, by cause; with the useful work (or the item time) they are the budget."""
        absent = Cause.BLOCKING if self.core_wait_ns is None else Cause.BLOCKING_OR_CORE_WAIT
        losses_ns = {cause: getattr(self, cause.field) for cause in Cause if cause is not absent}
        return {cause: lost_ns for cause, lost_ns in losses_ns.items() if lost_ns is not None}

    def lost_speedup(self) -> dict[Cause, Fraction]:
        """Speedup lost by cause: lanes x loss / budget. Exact: speedup + the sum of these = lanes."""
        return {cause: Fraction(lost_ns, self.wall_ns) for cause, lost_ns in self.by_cause().items()}

    def factors(self) -> "Factors":
        """The POP factors of this round."""
        busy = self.item_ns > 0
        split = self.useful_ns is not None
        return Factors(
            load_balance=self.item_ns / (self.lanes * self.busiest_ns) if busy else 1.0,
            communication=self.busiest_ns / self.wall_ns,
            computation_scalability=(self.useful_ns or 0) / self.item_ns if busy and split else None,
        )


@dataclass(frozen=True)
class Factors:
    """POP's multiplicative efficiencies, shares of 1; all but computation scalability are at most 1.

    load_balance: mean over max item time of the lanes (1 where no lane has any). communication: the busiest
    lane's item time over wall time. computation_scalability: useful work over item time, None without a
    serial ledger.
    """

    load_balance: float
    communication: float
    computation_scalability: float | None

    @property
    def parallel_efficiency(self) -> float:
        """Item time over budget."""
        return self.load_balance * self.communication

    @property
    def global_efficiency(self) -> float | None:
        """Useful work over budget: speedup / lanes."""
        if self.computation_scalability is None:
            return None
        return self.parallel_efficiency * self.computation_scalability
