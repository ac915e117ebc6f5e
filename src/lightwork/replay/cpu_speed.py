"""Speed: a serial ledger as it would be were the cores as fast as in other serial rounds; pure.

    serial ledger + serial rounds of the same items -> the same ledger at the usual CPU speed

Every prediction rests on one serial ledger, and that may come from a fast or a slow moment of the machine. Of several
serial rounds the median CPU time says which. Only the speed is taken from them: an item's own times stay those of one
round, so that what belongs together in it does.
"""

from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.analysis.speedometer import FEWEST_SPINS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def usual_speed(serial_items: "NDArray[Any]", rounds: "Sequence[NDArray[Any]]") -> float:
    """The median CPU time of the serial rounds over that of this one; 1 where nothing computes.

    rounds: ledgers of the same items, this one's own among them. Raises ValueError for other items, and without any.
    """
    if not rounds or any(len(rows) != len(serial_items) for rows in rounds):
        raise ValueError("the usual speed is told from serial rounds of the same items, this one among them")
    own_ns = int(serial_items["cpu_ns"].sum())
    return median(int(rows["cpu_ns"].sum()) for rows in rounds) / own_ns if own_ns else 1.0


def unrest(serial: "Sequence[NDArray[Any]]", others: "Sequence[NDArray[Any]]" = ()) -> float:
    """By what share the machine's mood alone moves a round: the slowest of some over the fastest, less 1.

    serial: ledgers of the same items, told by their wall time. others: any rounds beside them, told by their fixed spin
    with the serial ones'. The larger of the two; 0 where there is nothing to compare.
    """
    walls_ns = [float((rows["end_ns"] - rows["start_ns"]).sum()) for rows in serial]
    return max(_spread(walls_ns), _spread([spin_ns(rows) for rows in (*serial, *others)]))


def _spread(values: "Sequence[float]") -> float:
    return max(values) / min(values) - 1 if values and min(values) > 0 else 0.0


def usual_spin_ns(rounds: "Sequence[NDArray[Any]]") -> float | None:
    """The median over rounds of their mean spin; None where it was run too seldom in any of them to tell a speed."""
    spins = [spin_ns(rows) for rows in rounds]
    return median(spins) if spins and all(spins) else None


def spin_ns(items: "NDArray[Any]") -> float:
    """The mean fixed spin of a round; 0 where it was run too seldom to tell a speed."""
    spins = int(items["spins"].sum())
    return float(items["spin_ns"].sum()) / spins if spins >= FEWEST_SPINS else 0.0


def at_speed(items: "NDArray[Any]", factor: float) -> "NDArray[Any]":
    """The rows where everything that computes takes so many times as long; what waits takes as long as before.

    items: of a serial round, whose next item begins after the last has ended. Between items nothing but computing is
    done.
    """
    changed = items.copy()
    wall_ns = items["end_ns"] - items["start_ns"]
    held_up_ns = np.minimum(np.maximum(items["runqueue_ns"], 0), wall_ns)
    cpu_ns = np.minimum(items["cpu_ns"], wall_ns - held_up_ns)
    changed["cpu_ns"], changed["spin_ns"] = np.rint(cpu_ns * factor), np.rint(items["spin_ns"] * factor)
    order = np.argsort(items["start_ns"], kind="stable")
    gaps_ns = np.rint((items["start_ns"][order[1:]] - items["end_ns"][order[:-1]]) * factor).astype(np.int64)
    walls_ns = (wall_ns + changed["cpu_ns"] - cpu_ns)[order]
    ends_ns = items["start_ns"][order[:1]] + np.cumsum(walls_ns) + np.concatenate(([0], np.cumsum(gaps_ns)))
    changed["start_ns"][order], changed["end_ns"][order] = ends_ns - walls_ns, ends_ns
    return changed
