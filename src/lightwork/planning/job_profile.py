"""A job's profile: what a serial run shows of it; plain data."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf
from typing import TYPE_CHECKING, Any

from lightwork.analysis.preference import COMPUTES, CpuLoad
from lightwork.machine.load import QUIET
from lightwork.replay.costs import sent_ns
from lightwork.replay.demands import cpu_share_of, one_by_one_ns, own_ns
from lightwork.replay.traits import NO_WARM_UP, Traits, WarmUp, without_warm_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_WORKERS = 128
NEARLY_EQUAL = 1.25  # times total / longest: so many items are as good as equal


@dataclass(frozen=True, eq=False)
class JobProfile:
    """What a serial run shows of a job.

    rows: its ledger, of all items, those that were not run by the rows that stand for them; sample: of those that were
    run, the same where all were. weights, sample_weights: of either, for the order largest first. cores: that a round
    may use. spin_ns: the fixed spin's time at the rows' speed. bundle: how many of the user's items make one of these.
    result_bytes, item_bytes: of one's pickled result, and of one itself, the mean; 0 where it is not known.
    result_pickling_ns, item_pickling_ns: what pickling either takes.
    function_bytes: of what is sent of the function with each chunk; function_pickling_ns: what pickling that takes.
    initializer: what each worker does before its first item; given: what it takes there to get what all items have in
    common, where it does not inherit that. refill: what it takes to fill a cache that items share.
    longer: how many times as long the rows take as the serial run that speedups are over, as their BLAS or OpenMP has
    fewer threads; 1 where they are that run's own. apart_ns: from one item's start to the next one's, at least: a rate,
    no part of any row. locked_share: of the items' time, in which one holds a lock that others wait for;
    takes_turns: whether that was timed and is one lock for all, where looks at a file's locks only sample it.
    """

    rows: "NDArray[Any]" = field(repr=False)
    sample: "NDArray[Any]" = field(repr=False)
    weights: Sequence[float] = field(repr=False)
    sample_weights: Sequence[float] = field(repr=False)
    cores: float
    spin_ns: float | None
    gil: bool
    seed: int = 1
    bundle: int = 1
    result_bytes: float = 0.0
    item_bytes: float = 0.0
    result_pickling_ns: float = 0.0
    item_pickling_ns: float = 0.0
    function_bytes: float = 0.0
    function_pickling_ns: float = 0.0
    initializer: WarmUp = NO_WARM_UP
    given: WarmUp = NO_WARM_UP
    longer: float = 1.0
    refill: WarmUp = NO_WARM_UP
    apart_ns: float = 0.0
    locked_share: float = 0.0
    takes_turns: bool = False

    @property
    def traits(self) -> Traits:
        """What is known of it before any round on several workers."""
        return Traits(
            result_ns=sent_ns(self.result_bytes, self.result_pickling_ns),
            item_ns=sent_ns(self.item_bytes, self.item_pickling_ns),
            function_ns=sent_ns(self.function_bytes, self.function_pickling_ns),
            initializer=self.initializer,
            given=self.given,
            refill=self.refill,
            apart_ns=self.apart_ns,
            locked_share=self.locked_share,
        )

    @property
    def walls_ns(self) -> "NDArray[Any]":
        """What each item took, the wait for a core apart: that is the machine's doing."""
        return own_ns(self.rows)

    @property
    def serial_s(self) -> float:
        """All items one after the other as they are run serially, what comes before the first included."""
        return (one_by_one_ns(self.walls_ns, self.apart_ns) + self.initializer.wall_ns) / 1e9 / self.longer

    @property
    def least_s(self) -> float:
        """What all items take at their rate, however many run at a time; 0 without one."""
        return ((len(self.rows) - 1) * self.apart_ns + float(self.walls_ns.mean())) / 1e9 if self.apart_ns else 0.0

    @property
    def rate_cap(self) -> float:
        """The speedup that the rate allows; inf without one."""
        return self.serial_s / self.least_s if self.apart_ns else inf

    @property
    def load(self) -> CpuLoad:
        """What the items ask of the cores."""
        return CpuLoad(cpu_share_of(self.rows), self.cores)

    def doubt_beside(self, busy_share: float) -> float:
        """How far rounds on several workers may be off where others take this share of the cores: an SD of logs.

        0 on a quiet machine, and for work that only waits.
        """
        doubt = busy_share * self.load.cpu_share
        return doubt if doubt > QUIET else 0.0

    def warm_walls_ns(self, traits: Traits) -> "NDArray[Any]":
        """What each item took, without what the first one paid once in its worker."""
        warm_up = max(traits.warm_ups.values(), key=lambda each: each.wall_ns, default=NO_WARM_UP)
        return own_ns(without_warm_up(self.rows, warm_up))

    def most_workers(self, traits: Traits) -> int:
        """How many workers can help at most: no more than items, than total / longest, and than cores to compute.

        Items of nearly one length count as equal: of 64 the longest a little longer, 60 workers would take two rounds.
        """
        walls_ns = self.warm_walls_ns(traits)
        cap = ceil(float(walls_ns.sum()) / max(float(walls_ns.max()), 1.0))
        cap = len(walls_ns) if len(walls_ns) <= NEARLY_EQUAL * cap else cap
        most = max(1, min(len(walls_ns), cap, MOST_WORKERS))
        return min(most, max(1, ceil(self.cores))) if self.load.cpu_share >= COMPUTES else most
