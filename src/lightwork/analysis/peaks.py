"""Peaks: the most memory that a cell's rounds took, and the limit of the machine they ran on; pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from lightwork.core.study import Cell

LIMITS = {"memory_limit_bytes": "the control group's limit", "memory_available_bytes": "the free memory"}


@dataclass(frozen=True)
class Limit:
    """How much memory the machine had to give, and what says so."""

    size_bytes: float
    name: str


def peak_bytes(cell: Cell, name: str) -> int | None:
    """The largest peak_pss_bytes or peak_uss_bytes of the cell's rounds and its probing round; None without any."""
    peaks = [getattr(round_.memory, name) for round_ in cell.tried if round_.memory is not None]
    return max((peak for peak in peaks if peak is not None), default=None)


def limit_of(machine: Mapping[str, object]) -> Limit | None:
    """The smaller of what the control group allows and what was free; None where neither is known."""
    facts = [(machine.get(name), words) for name, words in LIMITS.items()]
    limits = [Limit(float(value), words) for value, words in facts if isinstance(value, int | float) and value > 0]
    return min(limits, key=lambda limit: limit.size_bytes, default=None)
