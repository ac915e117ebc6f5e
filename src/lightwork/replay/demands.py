"""Demands: what each item asks of the machine, read off one serial ledger; pure.

wall of the serial round = CPU + wait + (waiting for a core, which is the machine's doing and left out)
"""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.ledger.table import ABSENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

OUTLIER = 10


@dataclass(frozen=True, eq=False)
class Demands:
    """One entry per item, in the order in which the items are handed out; nanoseconds.

    cpu_ns: CPU time. wait_ns: time in which the item neither computed nor waited for a core. spin_ns: CPU time of the
    recorder's fixed spin after the item, which is no part of it. gap_ns: CPU time from there to the next item,
    serially: what the loop and the recorder take, more where an item has used the caches. index: the item's row in
    the ledger.
    """

    cpu_ns: "NDArray[Any]"
    wait_ns: "NDArray[Any]"
    spin_ns: "NDArray[Any]"
    gap_ns: "NDArray[Any]"
    index: "NDArray[Any]"

    def __len__(self) -> int:
        return len(self.cpu_ns)

    @property
    def wall_ns(self) -> "NDArray[Any]":
        """What each item takes when it has a core to itself."""
        wall_ns: NDArray[Any] = self.cpu_ns + self.wait_ns
        return wall_ns

    def take(self, order: "Sequence[int] | NDArray[Any]") -> "Demands":
        """The same items, those at these positions, in this order."""
        chosen = np.asarray(order, dtype=np.int64)
        return Demands(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def at_speed(self, factor: float) -> "Demands":
        """The same where everything that computes takes so many times as long."""
        computing = {"cpu_ns": self.cpu_ns, "spin_ns": self.spin_ns, "gap_ns": self.gap_ns}
        slowed = {name: np.rint(values * factor).astype(np.int64) for name, values in computing.items()}
        return replace(self, **slowed)


def demands(
    cpu_ns: "Sequence[int] | NDArray[Any]",
    wait_ns: "Sequence[int] | NDArray[Any] | None" = None,
    spin_ns: "Sequence[int] | NDArray[Any] | None" = None,
    gap_ns: "Sequence[int] | NDArray[Any] | None" = None,
) -> Demands:
    """The demands with these amounts, none where one is left out.

    Raises ValueError for amounts below 0 and of unequal number.
    """
    cpu = np.asarray(cpu_ns, dtype=np.int64)
    rest = [
        np.zeros(len(cpu), np.int64) if given is None else np.asarray(given, dtype=np.int64)
        for given in (wait_ns, spin_ns, gap_ns)
    ]
    wait, spin, gap = rest
    if any(len(amounts) != len(cpu) for amounts in rest):
        raise ValueError("every kind of demand must be given for every item")
    if any((amounts < 0).any() for amounts in (cpu, *rest)):
        raise ValueError("an item can't ask for less than nothing")
    return Demands(cpu, wait, spin, gap, np.arange(len(cpu)))


def demands_of(serial_items: "NDArray[Any]", order: "Sequence[int] | NDArray[Any] | None" = None) -> Demands:
    """What the items of a serial ledger ask for, handed out in this order of rows; in the ledger's own by default.

    An item's CPU time may have been read a little too large (the recorder shares readings between neighbours) and
    its run-queue wait be unknown: then the first is cut to its wall time, and the second counts as wait.
    """
    walls_ns = own_ns(serial_items)
    cpu_ns = np.minimum(serial_items["cpu_ns"], walls_ns)
    names = serial_items.dtype.names or ()
    spin_ns = serial_items["spin_ns"] if "spin_ns" in names else None
    asked = demands(cpu_ns, walls_ns - cpu_ns, spin_ns=spin_ns, gap_ns=gaps_after(serial_items))
    return asked if order is None else asked.take(order)


def own_ns(rows: "NDArray[Any]") -> "NDArray[Any]":
    """What each item took, the wait for a core apart where that is known."""
    walls_ns = rows["end_ns"] - rows["start_ns"]
    apart_ns: NDArray[Any] = walls_ns - np.minimum(np.maximum(rows["runqueue_ns"], 0), walls_ns)
    return apart_ns


def one_by_one_ns(walls_ns: "NDArray[Any]", apart_ns: float) -> float:
    """What items take one after the other whose starts lie so far apart at least."""
    return float(np.maximum(walls_ns[:-1], apart_ns).sum() + walls_ns[-1:].sum())


def cpu_share_of(rows: "NDArray[Any]") -> float:
    """What part of the items' own time is computing; 0 where they took none."""
    total_ns = float(own_ns(rows).sum())
    return min(float(rows["cpu_ns"].sum()) / total_ns, 1.0) if total_ns else 0.0


def without_core_wait(serial_items: "NDArray[Any]") -> "NDArray[Any]":
    """The rows of a serial ledger as though no item had waited for a core; unknown waits stay unknown."""
    rows = serial_items.copy()
    rows["end_ns"] = rows["start_ns"] + own_ns(serial_items)
    rows["runqueue_ns"][rows["runqueue_ns"] != ABSENT] = 0
    return rows


def gaps_after(serial_items: "NDArray[Any]") -> "NDArray[Any]":
    """Nanoseconds from each item's end, its spin apart, to the next one's start, whatever the order of the rows.

    A gap of more than OUTLIER times the median is somebody else's doing, or an item that is not among the rows: it
    becomes the median, as does the one after the last item. 0 for rows of one item only.
    """
    names = serial_items.dtype.names or ()
    ends_ns = serial_items["end_ns"] + (serial_items["spin_ns"] if "spin_ns" in names else 0)
    starts_ns = np.unique(serial_items["start_ns"])
    following = np.searchsorted(starts_ns, serial_items["end_ns"])
    last = following >= len(starts_ns)
    gaps_ns = np.maximum(starts_ns[np.where(last, 0, following)] - ends_ns, 0)
    if last.all():
        return np.zeros_like(gaps_ns)
    usual_ns = int(np.median(gaps_ns[~last]))
    return np.where(last | (gaps_ns > OUTLIER * max(usual_ns, 1)), usual_ns, gaps_ns)
