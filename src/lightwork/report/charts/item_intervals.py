"""The items of a round by length, and the longest ones in words; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightwork.analysis.lanes import Lane
from lightwork.core.study import Study
from lightwork.text.quantities import duration, percent, short

LONGEST = 5  # outlined and numbered in the timeline, named below it
NAMED = 60  # of a round with very many items: so many have their names in the page


@dataclass(frozen=True)
class ItemInterval:
    """An item's time on its lane, nanoseconds of CLOCK_MONOTONIC."""

    item: int
    lane: int
    start_ns: int
    end_ns: int

    @property
    def length_ns(self) -> int:
        """How long it took."""
        return self.end_ns - self.start_ns


def intervals_of(lanes: Sequence[Lane]) -> list[ItemInterval]:
    """Every item of the round, the longest first; of equally long ones the one given first."""
    intervals = [
        ItemInterval(item, place, start, end)
        for place, lane in enumerate(lanes)
        for item, start, end in zip(lane.indices, lane.starts_ns.tolist(), lane.ends_ns.tolist(), strict=True)
    ]
    return sorted(intervals, key=lambda interval: (-interval.length_ns, interval.item))


def longest_told(study: Study, intervals: Sequence[ItemInterval]) -> tuple[str, ...]:
    """The longest items, each with its time, its share of the round's item time, and where it ran."""
    work_ns = sum(interval.length_ns for interval in intervals) or 1
    return tuple(
        f"{item_name(study, interval.item)}: {duration(interval.length_ns / 1e9)}, "
        f"{percent(interval.length_ns / work_ns)} of the work, worker {interval.lane}"
        for interval in intervals[:LONGEST]
    )


def item_name(study: Study, item: int) -> str:
    """The item's name, short and inert; its number where the study has no name for it."""
    return short(study.item_names[item]) if item < len(study.item_names) else f"item {item}"
