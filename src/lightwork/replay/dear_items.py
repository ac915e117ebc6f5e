"""Dear items: those of a serial ledger that took far longer than the usual one, as where they filled a cache; pure."""

from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.replay.demands import own_ns

if TYPE_CHECKING:
    from numpy.typing import NDArray

USUAL = 0.25  # the quantile of items' times that is usual: up to three in four items may be dear
DEAR = 3.0  # times the usual item


def is_dear(rows: "NDArray[Any]") -> "NDArray[Any]":
    """Which items took far longer than the usual one."""
    walls_ns = own_ns(rows)
    dear: NDArray[Any] = walls_ns > DEAR * max(float(np.quantile(walls_ns, USUAL)), 1.0)
    return dear


def usual_ns(rows: "NDArray[Any]") -> tuple[float, float]:
    """What the usual item takes: in all, and of it CPU time."""
    return float(np.quantile(own_ns(rows), USUAL)), float(np.quantile(rows["cpu_ns"], USUAL))


def without_dear(rows: "NDArray[Any]") -> "NDArray[Any]":
    """The ledger as though every dear item had been a usual one."""
    dear, cheap = is_dear(rows), rows.copy()
    wall_ns, cpu_ns = usual_ns(rows)
    cheap["end_ns"][dear] = cheap["start_ns"][dear] + round(wall_ns)
    cheap["runqueue_ns"][dear] = np.minimum(cheap["runqueue_ns"][dear], 0)
    cheap["cpu_ns"][dear] = np.minimum(cheap["cpu_ns"][dear], round(cpu_ns))
    return cheap
