"""slow_to_pickle: results that cost more to pickle than to make."""

import time
from dataclasses import dataclass
from typing import Any

from lightwork.workload.api import Place, workload


@dataclass(frozen=True)
class Parameters:
    """items: how many; pickle_s: what pickling each result takes."""

    items: int = 3
    pickle_s: float = 0.1


@dataclass
class Slow:
    """A result."""

    pickle_s: float

    def __getstate__(self) -> dict[str, Any]:
        """Take the time."""
        time.sleep(self.pickle_s)
        return self.__dict__


def items(parameters: Parameters, place: Place) -> list[float]:
    """What each takes."""
    return [parameters.pickle_s] * parameters.items


@workload(parameters=Parameters, items=items, tiny=Parameters())
def make(item: float) -> Slow:
    """Make the result."""
    return Slow(item)
