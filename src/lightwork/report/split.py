"""Where the workers of a cell spent their time, as a table: speedup kept and lost by cause; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.text.quantities import number


@dataclass(frozen=True)
class Split:
    """The table of a few cells. columns: (part, cell) of each.

    rows: (cause, its meaning, one figure per cell), useful work first and the sum last.
    """

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]


def split(losses: Mapping[tuple[str, str], Losses]) -> Split | None:
    """The table of these cells' pooled losses by name; None where there are none."""
    if not losses:
        return None
    parts = [{cause: float(lost) for cause, lost in one.lost_speedup().items()} for one in losses.values()]
    causes = [cause for cause in Cause if any(cause in part for part in parts)]
    rows = [(cause, cause.meaning, tuple(_figure(part.get(cause)) for part in parts)) for cause in causes]
    useful = tuple(number(float(one.speedup)) for one in losses.values())
    sums = tuple(str(one.lanes) for one in losses.values())
    first = ("useful work", "the same items as long as they took serially", useful)
    return Split(tuple(losses), (first, *rows, ("workers", "all of the above", sums)))


def _figure(lost: float | None) -> str:
    return "" if lost is None else number(lost).replace("-0.00", "0.00").replace("-", "\N{MINUS SIGN}")
