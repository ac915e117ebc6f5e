"""A refill: what items pay that find a cache empty, so that they get cheaper as more have run; pure.

    a serial run in random order -> early items dear, late ones cheap -> what filling takes, once in each process

Where only some items were run, their mean tells nothing of the rest: those take what the last ones took. In the given
order a list that begins with its long items looks the same, so only a run in random order tells.
"""

from dataclasses import dataclass
from itertools import cycle
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.footprint import Footprint, StateChange
from lightwork.planning.sample import Sample
from lightwork.replay.dear_items import is_dear, usual_ns
from lightwork.replay.demands import own_ns
from lightwork.replay.traits import WarmUp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

CHEAPER = 0.6  # of what early items took: more than late ones take
CERTAIN = 2.0  # standard deviations by which dear items stand early, where a cache was seen
FEWEST = 8  # items that tell
FILLING = 0.5  # entries an item
LATE = 0.25  # of the items: those that tell of the rest
LEAST_NS = 20_000_000  # less is not worth a word
DICTS = ("dict", "defaultdict", "OrderedDict")


@dataclass(frozen=True)
class Refill:
    """fills: how many items found the cache empty. took: all of them together, beyond what usual items take."""

    fills: int
    took: WarmUp


def caches_in(footprint: Footprint, items: int) -> tuple[StateChange, ...]:
    """What may be a cache: a function that keeps results, or a dict that fewer entries than items came into.

    items: how many left this footprint. A dict that every item adds to rather holds their results.
    """
    dicts = [change for change in footprint.changes if change.kind in DICTS and change.after is not None]
    return footprint.caches or tuple(each for each in dicts if each.grew < items)


def still_filling(caches: "Iterable[StateChange]", items: int) -> tuple[str, ...]:
    """The names of those that so many items filled with half as many entries: of later items they tell little."""
    return tuple(each.name for each in caches if each.grew >= FILLING * items)


def refill_of(rows: "NDArray[Any]") -> Refill | None:
    """What a serial run in random order shows; None where late items take as long as early ones."""
    dear = is_dear(rows)
    if len(rows) < FEWEST or not dear.any() or not _gets_cheaper(rows, dear):
        return None
    wall_ns, cpu_ns = usual_ns(rows)
    more_ns = float((own_ns(rows)[dear] - wall_ns).sum())
    more_cpu_ns = min(float(np.maximum(rows["cpu_ns"][dear] - cpu_ns, 0).sum()), more_ns)
    return Refill(int(dear.sum()), WarmUp(more_cpu_ns, more_ns - more_cpu_ns)) if more_ns > LEAST_NS else None


def _gets_cheaper(rows: "NDArray[Any]", dear: "NDArray[Any]") -> bool:
    """Whether dear items stand early, beyond chance: ranks have a mean of 1/2 and a variance of 1/12 each."""
    order = _in_running_order(rows)
    early_ns, late_ns = (float(some.mean()) for some in np.array_split(own_ns(rows)[order], 2))
    ranks = (np.flatnonzero(dear[order]) + 0.5) / len(order)
    return late_ns < CHEAPER * early_ns and (0.5 - float(ranks.mean())) * sqrt(12 * len(ranks)) > CERTAIN


def _in_running_order(rows: "NDArray[Any]") -> "NDArray[Any]":
    """The rows' places as the items were run."""
    return np.argsort(rows["start_ns"], kind="stable")


def settled(sample: Sample, rows: "NDArray[Any]") -> Sample:
    """The sample, the last items that were run standing for all that were not."""
    late = cycle(_in_running_order(rows)[-max(2, round(LATE * len(rows))) :].tolist())
    numbers = {place: number for number, place in enumerate(sample.chosen)}
    stands_for: Sequence[int] = [
        numbers[place] if place in numbers else next(late) for place in range(len(sample.stands_for))
    ]
    return Sample(sample.chosen, tuple(stands_for))
