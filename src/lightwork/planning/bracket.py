"""Brackets: between which numbers of workers of a kind the one lies from which on they fail; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

from lightwork.core.setting import Setting
from lightwork.planning.failed_setting import FailedSetting
from lightwork.replay.traits import made_of


@dataclass(frozen=True)
class Bracket:
    """Of one kind of workers the largest count that did the work, 1 for none, and the smallest that did not."""

    works: int
    fails: int

    @property
    def is_limit(self) -> bool:
        """Whether it is their number that breaks them: then others meet the limit as well, a service's or a file's."""
        return 1 < self.works < self.fails

    @property
    def middle(self) -> float:
        """The count between the two, in proportion."""
        return sqrt(self.works * self.fails)


def brackets_of(failed: Iterable[FailedSetting], did_work: Iterable[Setting]) -> Mapping[tuple[str, str], Bracket]:
    """Of all workers of one kind and start method that failed; not of those that fail whatever their number."""
    fails: dict[tuple[str, str], int] = {}
    for each in failed:
        if each.cause is None:
            made = made_of(each.setting)
            fails[made] = min(fails.get(made, each.setting.workers), each.setting.workers)
    worked = list(did_work)
    return {
        made: Bracket(max((each.workers for each in worked if made_of(each) == made), default=1), least)
        for made, least in fails.items()
    }
