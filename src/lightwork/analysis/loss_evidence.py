"""Evidence: what else was recorded of a cell that tells why its largest loss is so large; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from statistics import median

from lightwork.analysis.basis import Basis, Difference
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.estimate import Estimate
from lightwork.core.hand_out import Fixed
from lightwork.core.losses import Losses
from lightwork.core.study import Cell
from lightwork.strategies import find, is_known

OWN_THREADS = 0.5  # of the items' CPU time: what a serial round used beside the thread that ran them
BUSY_BESIDE = 0.1  # of the round's wall time: less than that is the caller's own bookkeeping


@dataclass(frozen=True)
class RemedyTrial:
    """A remedy that another cell of the same study shows: how many times as fast that cell is, and what that tells.

    is_open: whether the interval leaves room for a gain beyond the noise floor that the point does not show.
    """

    ratio: Estimate
    difference: Difference
    is_open: bool


@dataclass(frozen=True)
class CellEvidence:
    """A cell, its pooled losses, and its study's scaling. recommended: whether this is the cell that is recommended."""

    scaling: StudyScaling
    cell: Cell
    losses: Losses
    recommended: bool = False

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
        return self.sent_bytes + (traffic.returned_bytes / self.items if traffic else 0.0)

    @property
    def sent_bytes(self) -> float:
        """Those of them that the caller pickled."""
        traffic = self.cell.probe.traffic if self.cell.probe else None
        return traffic.sent_bytes / self.items if traffic else 0.0

    @property
    def cores(self) -> float:
        """Cores that the cell could use."""
        return min(self.scaling.usable_cpus, self.cell.setting.cores or inf)

    @property
    def has_fixed_shares(self) -> bool:
        """Whether the strategy gives every worker its whole share at the start."""
        name = self.cell.setting.strategy
        return is_known(name) and isinstance(find(name).hand_out, Fixed)

    @property
    def cut_short(self) -> float:
        """The share of the quota's periods that were cut short, in the median round; 0 without a quota."""
        usages = [round_.usage for round_ in self.cell.rounds if round_.ok and round_.usage]
        shares = [(usage.throttled_periods or 0) / usage.periods if usage.periods else 0.0 for usage in usages]
        return median(shares) if shares else 0.0

    @property
    def retries(self) -> float:
        """Tries repeated inside items, in the median round."""
        return median([round_.retries for round_ in self.cell.rounds if round_.ok] or [0])

    @property
    def has_own_threads(self) -> bool:
        """Whether the caller of serial rounds used clearly more CPU time than its thread that ran the items did."""
        beside = [
            (round_.usage.caller_cpu_ns - round_.thread_cpu_ns, round_)
            for round_ in self.scaling.study.serial.rounds
            if round_.ok and round_.usage and round_.usage.caller_cpu_ns and round_.thread_cpu_ns
        ]
        clear = [
            used_ns > max(OWN_THREADS * round_.item_cpu_ns, BUSY_BESIDE * round_.wall_ns) for used_ns, round_ in beside
        ]
        return sum(clear) > len(clear) / 2

    def trial(self, shows: Callable[[Cell], bool]) -> RemedyTrial | None:
        """The fastest cell of the study that shows a remedy, compared with this one.

        None where there is no such cell, or nothing can be said of the two: too few blocks, or no noise floor.
        """
        basis = Basis.of(self.scaling)
        this = [cell for cell in basis.candidates if cell.cell.cell_id == self.cell.cell_id]
        others = [cell for cell in basis.candidates if cell not in this and shows(cell.cell)]
        if not this or not others or basis.noise_floor == inf:
            return None
        best = max(others, key=lambda cell: basis.speedup(cell).point)
        ratio, difference = basis.ratio(best, this[0]), basis.compare(best, this[0])
        if ratio is None or ratio.high is None:
            return None
        is_open = difference is Difference.EQUAL and ratio.high > 1 + basis.noise_floor
        return RemedyTrial(ratio, difference, is_open)
