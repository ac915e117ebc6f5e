"""What limits a cell's speedup: the bound that it comes near to; pure."""

from dataclasses import dataclass
from math import inf, isfinite

from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.text.settings import counted, percent

NEAR = 0.9  # of a bound: then the bound is the reason, and other losses matter little


@dataclass(frozen=True)
class Limit:
    """The highest speedup that something allows, and what it is, in words."""

    speedup: float
    name: str


def core_limit(scaling: StudyScaling, cell: CellScaling) -> Limit | None:
    """The speedup that the cores allow: T >= W_cpu / C, so S <= C x (W / W_cpu); None for work without CPU time.

    For CPU-bound work that is the number of cores; work that waits half of the time may have twice as much.
    """
    cores = min(scaling.usable_cpus, cell.cell.setting.cores or inf)
    if scaling.cpu_share <= 0:
        return None
    return Limit(cores / min(scaling.cpu_share, 1.0), f"the {counted(cores, 'usable core')}")


def limits_of(scaling: StudyScaling, cell: CellScaling, speedup: float) -> str:
    """What limits the cell, as a sentence: the lowest bound, and whether it is near."""
    lowest = min(_limits(scaling, cell), key=lambda limit: limit.speedup)
    if speedup >= NEAR * lowest.speedup:
        return f"limited by {lowest.name}"
    return f"no bound is near: {lowest.name} would allow {lowest.speedup:.1f}x"


def _limits(scaling: StudyScaling, cell: CellScaling) -> list[Limit]:
    """From the one to name first, when two are equally low, to the one to name last."""
    limits = []
    if isfinite(scaling.cap):
        share = percent(1 / scaling.cap)
        limits.append(Limit(scaling.cap, f"{scaling.longest_item_name} ({share} of the work)"))
    cores = core_limit(scaling, cell)
    if cores:
        limits.append(cores)
    workers = cell.cell.setting.workers
    limits.append(Limit(workers, f"its {counted(workers, 'worker')}"))
    return limits
