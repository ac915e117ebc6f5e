"""Evidence: what else was recorded of a cell that tells why its largest loss is so large; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from statistics import median

from manyhands.basis import Basis, Verdict
from manyhands.intervals import Estimate
from manyhands.losses import Losses
from manyhands.results import Cell
from manyhands.scaling import StudyScaling

OWN_THREADS = 0.5  # of the items' CPU time: what a serial round used beside the thread that ran them
COMPUTED = 0.1  # share of CPU time in the items' wall time from which on the former can be told


@dataclass(frozen=True)
class Trial:
    """A lever that was pulled in the same study: how many times as fast that cell is, and whether that can be told."""

    ratio: Estimate | None
    verdict: Verdict


@dataclass(frozen=True)
class Evidence:
    """A cell, its pooled losses, and its study's scaling."""

    scaling: StudyScaling
    cell: Cell
    losses: Losses

    @property
    def rounds(self) -> int:
        """How many rounds the losses were pooled from."""
        return self.losses.rounds

    @property
    def items(self) -> int:
        """Items of the workload."""
        return max(1, len(self.scaling.study.item_names))

    @property
    def item_bytes(self) -> float:
        """Bytes pickled for an item, there and back; 0 where they were not counted."""
        traffic = self.cell.probe.traffic if self.cell.probe else None
        return (traffic.sent_bytes + traffic.returned_bytes) / self.items if traffic else 0.0

    @property
    def cores(self) -> float:
        """Cores that the cell could use."""
        return min(self.scaling.usable_cpus, self.cell.setting.cores or inf)

    @property
    def cut_short(self) -> float:
        """The share of the quota's periods that were cut short, in the median round; 0 without a quota."""
        usages = [found.usage for found in self.cell.rounds if found.ok and found.usage]
        shares = [(one.throttled_periods or 0) / one.periods if one.periods else 0.0 for one in usages]
        return median(shares) if shares else 0.0

    @property
    def retries(self) -> float:
        """Tries repeated inside items, in the median round."""
        return median([found.retries for found in self.cell.rounds if found.ok] or [0])

    @property
    def has_own_threads(self) -> bool:
        """Whether serial rounds used clearly more CPU time than the thread that ran the items did."""
        shares = [
            (found.usage.cpu_ns - found.thread_cpu_ns) / found.item_cpu_ns
            for found in self.scaling.study.serial.rounds
            if found.ok and found.usage and found.usage.cpu_ns and found.item_cpu_ns > COMPUTED * found.item_wall_ns
            if found.thread_cpu_ns
        ]
        return bool(shares) and median(shares) > OWN_THREADS

    def trial(self, pulled: Callable[[Cell], bool]) -> Trial | None:
        """The fastest cell of the study in which this lever is pulled, held against this one; None without any."""
        basis = Basis.of(self.scaling)
        own = [cell for cell in basis.candidates if cell.cell.cell_id == self.cell.cell_id]
        others = [cell for cell in basis.candidates if cell not in own and pulled(cell.cell)]
        if not own or not others:
            return None
        best = max(others, key=lambda cell: basis.speedup(cell).point)
        return Trial(basis.ratio(best, own[0]), basis.compare(best, own[0]))
