"""An axis of a chart that the page's template draws: from values to places, and the round values to label; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDE = 8  # from this ratio of worker counts on, their axis is logarithmic


@dataclass(frozen=True)
class Axis:
    """Values from low to high on places from start to end, in SVG user units; start may be the larger place."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The place of a value, never outside the axis."""
        share = self._share(value) if self.high > self.low else 0.5
        return self.start + (self.end - self.start) * min(1.0, max(0.0, share))

    def _share(self, value: float) -> float:
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        return math.log(max(value, self.low) / self.low) / math.log(self.high / self.low)


@dataclass(frozen=True)
class Label:
    """A word at a place. anchor: which end of it stands there, as SVG says."""

    x: float
    y: float
    words: str
    anchor: str = "middle"


def is_wide(workers: Sequence[int]) -> bool:
    """Whether these worker counts, in order, need a logarithmic axis."""
    return bool(workers) and workers[-1] / workers[0] >= WIDE


def round_values(low: float, high: float, most: int) -> tuple[float, ...]:
    """Up to `most` multiples of 1, 2 or 5 times a power of ten that lie between low and high."""
    rough = max((high - low) / most, 1e-12)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(count * step for count in range(first, last + 1))


def log_values(low: float, high: float, most: int) -> tuple[float, ...]:
    """Up to `most` powers of ten between low and high, or 1, 2 and 5 times such where there is room for them."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,)):
        found = [factor * 10.0**power for power in powers for factor in factors]
        inside = [value for value in found if low * 0.9999 <= value <= high * 1.0001]
        if len(inside) <= most:
            return tuple(inside)
    return tuple(inside[:: math.ceil(len(inside) / most)])


def apart(labels: list[Label], least: float) -> tuple[Label, ...]:
    """The labels in order, without those that stand less than `least` user units after the one before."""
    kept: list[Label] = []
    for label in labels:
        if not kept or label.x - kept[-1].x >= least:
            kept.append(label)
    return tuple(kept)
