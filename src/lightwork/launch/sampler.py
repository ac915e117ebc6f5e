"""The sampler: reads the memory of a round's processes while it runs, from the measuring process.

It is no thread: the measuring process, which waits for the host anyway, wakes up for each sample. How often is
bounded from both sides: not more often than the rate says, and so seldom that its own CPU time stays within the
rate's share of one core. It looks at the time between the appearance of the round's ledger and the stop of its clock:
before, the host is only getting up, and afterwards it checks the work.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from lightwork.core.usage import Memory
from lightwork.launch.file_locks import FileLocks
from lightwork.ledger.table import has_stopped
from lightwork.machine.memory import UNKNOWN, MemorySizes, peak, sizes_of, together

EXPECTED_COST_NS = 1_200_000, 400_000  # of a sample, and of each process in it, before the first sample tells
LOOKS_FOR_THE_LEDGER_S = 0.01
LOOKS_AT_LOCKS_S = 0.02  # takes 0.1 ms


@dataclass(frozen=True)
class Rate:
    """At most one sample in interval_s seconds, and at most this share of one core for all of them."""

    interval_s: float
    share: float


TIMED = Rate(0.1, 0.005)  # beside a round that is timed: under 1 % of one core, a dear sample included
PROBING = Rate(0.01, 0.5)  # a probing round has no time to spoil


class Sampler:
    """Samples the processes of one session.

    session: the id of the host's session. ledger: whose appearance begins the round. processes: how many to expect.
    cpu_ns: the CPU clock of this thread. locks: looked at more often than memory; None for not at all.
    """

    def __init__(
        self,
        session: int,
        ledger: Path,
        processes: int,
        rate: Rate = TIMED,
        cpu_ns: Callable[[], int] = time.thread_time_ns,
        locks: FileLocks | None = None,
    ) -> None:
        self.session, self.rate, self._ledger, self._cpu_ns = session, rate, ledger, cpu_ns
        self.locks, self._due_s = locks, 0.0
        self._begun = self._over = False
        self._last_cost_ns = EXPECTED_COST_NS[0] + processes * EXPECTED_COST_NS[1]
        self._peak = UNKNOWN
        self._samples = self._total_cost_ns = 0
        self.peaks: dict[int, MemorySizes] = {}  # by pid, each one's own largest

    def pause_s(self) -> float:
        """How long to wait before waking up again."""
        if not self._begun:
            return LOOKS_FOR_THE_LEDGER_S
        return min(self._memory_pause_s(), LOOKS_AT_LOCKS_S) if self.locks else self._memory_pause_s()

    def _memory_pause_s(self) -> float:
        return max(self.rate.interval_s, self._last_cost_ns / 1e9 / self.rate.share)

    def wake(self) -> None:
        """Take the sample that is due while the round's clock runs; before, only look whether it has begun."""
        if not self._begun:
            self._begun = self._ledger.exists()
            return
        was_over, self._over = self._over, self._over or has_stopped(self._ledger)
        if self.locks and not was_over:
            self.locks.forget_lasting() if self._over else self.locks.look()
        if not self._over and time.monotonic() >= self._due_s:
            self.sample()
            self._due_s = time.monotonic() + self._memory_pause_s()

    def sample(self) -> None:
        """Read all processes once."""
        before_ns = self._cpu_ns()
        sizes = dict(self._sizes())
        if sizes:
            self._samples += 1
            self._peak = peak(self._peak, together(list(sizes.values())))
        for pid, size in sizes.items():
            self.peaks[pid] = peak(self.peaks.get(pid, UNKNOWN), size)
        self._last_cost_ns = self._cpu_ns() - before_ns
        self._total_cost_ns += self._last_cost_ns

    def memory(self) -> Memory:
        """What was found so far."""
        return Memory(*self._peak, self._samples, self.rate.interval_s, self._total_cost_ns)

    def _sizes(self) -> Iterator[tuple[int, MemorySizes]]:
        for pid in psutil.pids():
            try:
                if os.getsid(pid) == self.session:
                    yield pid, sizes_of(pid)
            except (ProcessLookupError, PermissionError, psutil.NoSuchProcess, psutil.AccessDenied):
                continue  # it ended while we looked, or is another user's
