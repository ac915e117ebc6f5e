"""Remote: what is known of a round's workers that are a cluster's, started by somebody else; plain data.

`lightwork.cluster.visit` finds it out.
"""

import os
import re
from dataclasses import dataclass, fields

from lightwork.core.usage import Usage
from lightwork.errors import UsageError

SCHEDULER = "LIGHTWORK_SCHEDULER"  # names the scheduler, in the environment of every host and its strategy

ADDRESS = re.compile(r"[a-z]+://\S+:\d+")
OF_THE_CALLER = (
    "caller_cpu_ns", "machine_cpus", "steal_ns", "periods", "throttled_periods", "throttled_ns", "pressure_ns",
)  # fmt: skip


@dataclass(frozen=True)
class Remote:
    """A round on a cluster that was there before it.

    scheduler: its address. workers: how many of its workers ran items whose rows travelled; 0 where all of them wrote
    into the ledger itself. clocks: how many clocks beside the caller's these rows' times were taken from.
    clock_uncertainty_ns: how far the times may be off, at most; 0 where the caller's own clock was read. clamped_ns:
    the most by which one was put back into the round's span, within its uncertainty. lost_workers: workers that the
    scheduler lost during the round.
    """

    scheduler: str
    workers: int
    clocks: int
    clock_uncertainty_ns: int
    clamped_ns: int
    lost_workers: int


def of_the_caller(usage: Usage | None) -> Usage | None:
    """The usage without what was counted for caller and workers together, where the workers are not the caller's.

    What others took goes too: a cluster's workers on this very machine are not others.
    """
    if usage is None:
        return None
    counters = {field.name: getattr(usage, field.name) for field in fields(Usage) if field.name in OF_THE_CALLER}
    return Usage(**counters)


def use(address: str | None) -> None:
    """Have every host from now on run on the cluster of this scheduler; None leaves it as it is.

    Raises UsageError for what is no address.
    """
    if address is None:
        return
    if not ADDRESS.fullmatch(address):
        raise UsageError(f"scheduler can't be {address!r}: write tcp://HOST:PORT, as `dask scheduler` prints it")
    os.environ[SCHEDULER] = address


def scheduler() -> str:
    """The address of the scheduler to be used; "" where strategies are to start clusters of their own."""
    return os.environ.get(SCHEDULER, "")
