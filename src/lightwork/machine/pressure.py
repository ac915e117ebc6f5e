"""Pressure: how much of the time something waited for a CPU, for memory or for storage.

The kernel's pressure stall information (PSI, Linux 4.20): for each resource the share of the wall time in which
some task waited for it, and in which all of them did. https://docs.kernel.org/accounting/psi.html
"""

from dataclasses import dataclass
from pathlib import Path

UNTOLD = (None, None)


@dataclass(frozen=True)
class Stall:
    """Waiting for one resource, by any task of the machine.

    some_*: at least one task waited; full_*: every task that had work did, None where the kernel does not tell
    (for the CPUs of a whole machine that has no meaning, and the 0 that newer kernels write is not taken for one).
    *_avg10_share: a share (0 to 1) of the last 10 s; *_total_us: microseconds since boot.
    """

    some_avg10_share: float
    some_total_us: int
    full_avg10_share: float | None
    full_total_us: int | None


@dataclass(frozen=True)
class Pressure:
    """The three resources; None where the kernel does not tell: it is too old, or was told not to count."""

    cpu: Stall | None
    memory: Stall | None
    io: Stall | None


def read_pressure(root: Path = Path("/proc/pressure")) -> Pressure:
    """The machine's pressure now; `root` is there for recorded ones."""
    return Pressure(_stall(root / "cpu", has_full=False), _stall(root / "memory"), _stall(root / "io"))


def _stall(path: Path, *, has_full: bool = True) -> Stall | None:
    try:
        lines = path.read_text().splitlines()
    except OSError:  # absent, or there and not supported: a kernel started with psi=0 refuses the read
        return None
    by_kind = {words[0]: _fields(words[1:]) for words in map(str.split, lines) if words}
    if "some" not in by_kind:
        return None
    return Stall(*by_kind["some"], *(by_kind.get("full", UNTOLD) if has_full else UNTOLD))


def _fields(words: list[str]) -> tuple[float, int]:
    fields = dict(word.split("=", 1) for word in words)
    return round(float(fields["avg10"]) / 100, 4), int(fields["total"])
