"""The time that the studies of one run share: what one does not use goes to those after it."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FEWEST_BLOCKS = 2  # a figure without an interval, where time is very short


@dataclass(frozen=True)
class Share:
    """What a study may take. budget_s: its part of what is left; limit_s: all that is left."""

    budget_s: float
    limit_s: float


class SharedBudget:
    """The time left, and the studies that wait for their part of it, with their parts of the whole, in seconds."""

    def __init__(self, parts_s: Mapping[str, float]) -> None:
        self._waiting = dict(parts_s)
        self.left_s = sum(parts_s.values())

    def is_spent(self, label: str) -> bool:
        """Whether so little is left that the study of this label is not begun: its warm-up alone might exceed it."""
        return self.left_s < self._waiting.get(label, 0.0) / 2

    def share(self, label: str) -> Share | None:
        """What the study of this label may take of what those before it have left; None where it has no part in it."""
        if label not in self._waiting:
            return None
        return Share(self.left_s * self._waiting[label] / sum(self._waiting.values()), self.left_s)

    def spend(self, label: str, seconds: float) -> None:
        """Say what the study has taken: it waits no more."""
        if self._waiting.pop(label, None) is not None:
            self.left_s = max(0.0, self.left_s - seconds)


def blocks_with_room(spent_s: float, serial_s: float, settings_s: Sequence[float], wanted: int, share: Share) -> int:
    """For how many blocks at least there is time if one more setting is probed; 0 where it is left out.

    The first setting may take what was meant for the studies that follow, and do with FEWEST_BLOCKS.
    serial_s, settings_s: what a round of the serial code took, and one of each setting so far.
    """
    next_s = statistics.fmean(settings_s) if settings_s else serial_s
    probed_s, block_s = spent_s + next_s, 2 * serial_s + sum(settings_s) + next_s
    choices = (wanted,) if settings_s else (wanted, min(wanted, FEWEST_BLOCKS))
    most_s = share.budget_s if settings_s else share.limit_s
    return next((blocks for blocks in choices if probed_s + blocks * block_s <= most_s), 0)
