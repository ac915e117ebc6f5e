"""What a cluster costs per item, beside the best of this machine's own strategies, in one sentence; pure."""

from collections.abc import Mapping
from fractions import Fraction

from lightwork.analysis.basis import ranked
from lightwork.analysis.scaling import StudyScaling
from lightwork.core.losses import Losses
from lightwork.core.study import Cell
from lightwork.text.quantities import duration, percent, plain, times
from lightwork.text.variants import cell_name

SMALL = Fraction(1, 20)  # of an item: a cost that one need not think about


def cost_ns(losses: Losses, items: int) -> float:
    """A worker's nanoseconds between one item and the next: the gaps over the items.

    Start-up is paid once, and the tail grows with the items: neither is a cost of one more item.
    """
    return losses.dispatch_ns / (losses.rounds * items)


def cluster_sentence(scaling: StudyScaling, losses: Mapping[str, Losses]) -> str:
    """The fastest setting that ran on a cluster, its cost and the item size at which that is small; "" without any."""
    cells = [cell.cell for cell in reversed(ranked(scaling)) if cell.cell.cell_id in losses]
    there = next((cell for cell in cells if is_remote(cell)), None)
    here = next((cell for cell in cells if not is_remote(cell)), None)
    items = len(scaling.study.item_names)
    if there is None or not items:
        return ""
    cost_s = cost_ns(losses[there.cell_id], items) / 1e9
    return (
        f"On the cluster, {plain(cell_name(there))} costs a worker {duration(cost_s)} between two items"
        f"{_beside(cost_s, here, losses, items)}: {percent(float(SMALL))} or less for items of "
        f"{duration(cost_s / float(SMALL))} or longer{_doubt(there)}."
    )


def _beside(cost_s: float, here: Cell | None, losses: Mapping[str, Losses], items: int) -> str:
    """How many times as much that is as the fastest setting of this machine's own takes."""
    own_s = cost_ns(losses[here.cell_id], items) / 1e9 if here else 0.0
    if here is None or own_s <= 0:
        return ""
    return f", {times(cost_s / own_s)} as much as {plain(cell_name(here))} on this machine ({duration(own_s)})"


def is_remote(cell: Cell) -> bool:
    """Whether the cell's rounds ran on a cluster that was there."""
    return any(round_.remote is not None for round_ in cell.rounds)


def _doubt(cell: Cell) -> str:
    """How far the times may be off, where they were taken by other clocks."""
    uncertainties_ns = [
        round_.remote.clock_uncertainty_ns for round_ in cell.rounds if round_.ok and round_.remote is not None
    ]
    worst_s = max(uncertainties_ns, default=0) / 1e9
    return f"; times there are known to within {duration(worst_s)}" if worst_s else ""
