"""The watch over one host: until it has ended, its deadline has come, or its workers die as fast as they are made."""

import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from lightwork.launch.capture import Output
from lightwork.launch.sampler import Sampler
from lightwork.ledger.table import paused_ns, taken_and_begun
from lightwork.machine import kernel

STORM = 16  # workers made again for which no item was begun: a pool makes no more than it has without reason
LONGEST_PAUSE_S = 0.5  # between two looks at the workers
LONGEST_DIGESTS_S = 600.0  # of a round's results; a class whose pickling hangs must not stop a study
POLL_S = 0.02  # where the kernel tells of no process's end


@dataclass(frozen=True)
class End:
    """Why the watch is over. exit_code: None where the host is still there; reason: why it must be ended then."""

    exit_code: int | None
    reason: str = ""


@dataclass(frozen=True)
class Watch:
    """Who is watched, and with what. workers: how many were asked for. ledger: None where there is none."""

    host: "subprocess.Popen[bytes]"
    output: Output
    ledger: Path | None = None
    workers: int = 0
    sampler: Sampler | None = None

    def until(self, deadline_s: float) -> End:
        """Sleep until there is something to do; return at the end. What the host calls a pause does not count."""
        began = time.monotonic()
        sample_due = began + self._pause_s()
        with _events(self.host, self.output) as ended:
            while (now := time.monotonic()) < (give_up := began + deadline_s + self._digests_s()):
                if ended(min(give_up, sample_due, now + LONGEST_PAUSE_S) - now):
                    return End(self.host.wait())
                if self.sampler and time.monotonic() >= sample_due:
                    self.sampler.wake()
                    sample_due = time.monotonic() + self._pause_s()
                if respawned := self._respawned():
                    after_s = time.monotonic() - began
                    return End(
                        None, f"{respawned} workers started no item and were replaced within {after_s:.1f} s: stopped"
                    )
        return End(None, f"still running after {give_up - began:.1f} s: stopped")

    def _digests_s(self) -> float:
        """How long the host has been taking digests of the results."""
        return min(paused_ns(self.ledger, time.monotonic_ns()) / 1e9, LONGEST_DIGESTS_S) if self.ledger else 0.0

    def _pause_s(self) -> float:
        return self.sampler.pause_s() if self.sampler else LONGEST_PAUSE_S

    def _respawned(self) -> int:
        """How many workers came to nothing, where that is a storm; else 0."""
        if self.ledger is None:
            return 0
        taken, begun = taken_and_begun(self.ledger, more_than=self.workers + STORM)
        in_vain = taken - self.workers - begun
        return in_vain if in_vain > STORM else 0


@contextmanager
def _events(host: "subprocess.Popen[bytes]", output: Output) -> Iterator[Callable[[float], bool]]:
    """A function that waits so many seconds, takes output as it comes, and tells whether the host has ended."""
    descriptor = kernel.process_descriptor(host.pid)
    if descriptor is None:
        yield lambda seconds: _polled(host, output, seconds)
        return
    try:
        yield lambda seconds: _seen(descriptor, output, seconds)
    finally:
        os.close(descriptor)


def _seen(descriptor: int, output: Output, seconds: float) -> bool:
    give_up = time.monotonic() + max(0.0, seconds)
    while True:
        left_s = max(0.0, give_up - time.monotonic())
        ready, _, _ = select.select([descriptor, output.reader], [], [], left_s)
        if output.reader in ready:
            output.take()
        if descriptor in ready:
            return True
        if not left_s:
            return False


def _polled(host: "subprocess.Popen[bytes]", output: Output, seconds: float) -> bool:
    give_up = time.monotonic() + seconds
    while host.returncode is None and (left_s := give_up - time.monotonic()) > 0:
        output.take()
        with suppress(subprocess.TimeoutExpired):
            host.wait(min(left_s, POLL_S))
    return host.returncode is not None
