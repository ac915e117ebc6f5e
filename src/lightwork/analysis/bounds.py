"""What limits a cell's speedup: the bound that it comes near to; pure."""

from math import inf, isfinite

from lightwork.analysis.scaling import CellScaling, StudyScaling
from lightwork.core.verdict import Bound, CoreBound, LongestItemBound, LowestBound, WorkerBound

NEAR = 0.9  # of a bound: then the bound is the reason, and other losses matter little


def core_bound(scaling: StudyScaling, cell: CellScaling) -> CoreBound | None:
    """The speedup that the cores allow: T >= W_cpu / C, so S <= C x (W / W_cpu); None for work without CPU time.

    For CPU-bound work that is the number of cores; work that waits half of the time may have twice as much.
    """
    cores = min(scaling.usable_cpus, cell.cell.setting.cores or inf)
    return CoreBound(cores / min(scaling.cpu_share, 1.0), cores) if scaling.cpu_share > 0 else None


def lowest_bound(scaling: StudyScaling, cell: CellScaling, speedup: float) -> LowestBound:
    """The lowest of the cell's bounds, and whether its speedup is near it."""
    lowest = min(_bounds(scaling, cell), key=lambda bound: bound.speedup)
    return LowestBound(lowest, speedup >= NEAR * lowest.speedup)


def _bounds(scaling: StudyScaling, cell: CellScaling) -> list[Bound]:
    """From the one to name first, when two are equally low, to the one to name last."""
    bounds: list[Bound] = []
    if isfinite(scaling.cap):
        bounds.append(LongestItemBound(scaling.cap, scaling.longest_item_name, 1 / scaling.cap))
    cores = core_bound(scaling, cell)
    if cores:
        bounds.append(cores)
    workers = cell.cell.setting.workers
    bounds.append(WorkerBound(workers, workers))
    return bounds
