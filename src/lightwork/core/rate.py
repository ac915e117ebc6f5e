"""A rate: how many items may start in a unit of time; plain data."""

from collections.abc import Mapping
from dataclasses import dataclass

UNITS_S: Mapping[str, float] = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0}


@dataclass(frozen=True)
class StartRate:
    """So many items in a unit of time, evenly: a start every unit / count. unit: of UNITS_S."""

    count: float
    unit: str

    def __str__(self) -> str:
        """As people write it: "20/s"."""
        return f"{self.count:g}/{self.unit}"

    @property
    def apart_s(self) -> float:
        """Seconds from one item's start to the next one's, at least."""
        return UNITS_S[self.unit] / self.count
