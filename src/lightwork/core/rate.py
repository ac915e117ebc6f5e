"""A rate: how many items may start in a unit of time; plain data."""

from collections.abc import Mapping
from dataclasses import dataclass

SLIP_S = 0.05  # by which a start may come late, or a request arrive early: in no unit of time are there too many for it
UNITS_S: Mapping[str, float] = {"s": 1.0, "min": 60.0, "h": 3600.0, "day": 86400.0}


@dataclass(frozen=True)
class StartRate:
    """So many items in a unit of time, evenly. unit: of UNITS_S."""

    count: float
    unit: str

    def __str__(self) -> str:
        """As people write it: "20/s"."""
        return f"{self.count:g}/{self.unit}"

    @property
    def apart_s(self) -> float:
        """Seconds from one item's start to the next one's, at least."""
        return UNITS_S[self.unit] / self.count

    @property
    def kept_s(self) -> float:
        """Seconds from one item's turn to the next one's such that none starts too early where the last one is late."""
        return (UNITS_S[self.unit] + SLIP_S) / self.count
