"""Speed: a serial ledger as it would be on faster or slower cores; pure."""

from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.replay.demands import own_ns

if TYPE_CHECKING:
    from numpy.typing import NDArray


def at_speed(items: "NDArray[Any]", factor: float) -> "NDArray[Any]":
    """The rows where everything that computes takes so many times as long; what waits takes as long as before.

    items: of a serial round, whose next item begins after the last has ended. Between items nothing but computing is
    done.
    """
    changed = items.copy()
    wall_ns = items["end_ns"] - items["start_ns"]
    cpu_ns = np.minimum(items["cpu_ns"], own_ns(items))
    changed["cpu_ns"], changed["spin_ns"] = np.rint(cpu_ns * factor), np.rint(items["spin_ns"] * factor)
    order = np.argsort(items["start_ns"], kind="stable")
    gaps_ns = np.rint((items["start_ns"][order[1:]] - items["end_ns"][order[:-1]]) * factor).astype(np.int64)
    walls_ns = (wall_ns + changed["cpu_ns"] - cpu_ns)[order]
    ends_ns = items["start_ns"][order[:1]] + np.cumsum(walls_ns) + np.concatenate(([0], np.cumsum(gaps_ns)))
    changed["start_ns"][order], changed["end_ns"][order] = ends_ns - walls_ns, ends_ns
    return changed
