"""Memory of other processes, as fair shares: what counts pages that several have in common once, or not at all."""

from typing import NamedTuple

import psutil


class MemorySizes(NamedTuple):
    """Bytes; None where the system does not tell.

    pss: proportional set size, a page's share for each process that has it. uss: unique set size, pages that no other
    process has.
    """

    pss: int | None
    uss: int | None


UNKNOWN = MemorySizes(None, None)


def sizes_of(pid: int) -> MemorySizes:
    """A process's memory. Raises psutil.Error where it has gone or is another user's."""
    sizes = psutil.Process(pid).memory_full_info()
    return MemorySizes(getattr(sizes, "pss", None), getattr(sizes, "uss", None))


def together(sizes: list[MemorySizes]) -> MemorySizes:
    """Of all together; what is not known of one is not known of all."""
    return MemorySizes(_sum([each.pss for each in sizes]), _sum([each.uss for each in sizes]))


def peak(sizes: MemorySizes, others: MemorySizes) -> MemorySizes:
    """The larger of each; one that is not known does not count."""
    return MemorySizes(_largest(sizes.pss, others.pss), _largest(sizes.uss, others.uss))


def _sum(parts: list[int | None]) -> int | None:
    return None if None in parts or not parts else sum(part or 0 for part in parts)


def _largest(size_bytes: int | None, other_bytes: int | None) -> int | None:
    return max((each for each in (size_bytes, other_bytes) if each is not None), default=None)
