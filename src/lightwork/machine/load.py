"""Load: the CPU time that others take from this process, inside the machine and outside of it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from lightwork.machine import affinity

STAT = Path("/proc/stat")
FIELDS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")
IDLE = ("idle", "iowait")
QUIET = 0.1  # of the usable CPUs' time: less that others take does not matter


@dataclass(frozen=True)
class CpuTime:
    """What all CPUs together have done since boot, nanoseconds; `total_ns` is busy, stolen and idle time."""

    busy_ns: int
    steal_ns: int
    total_ns: int


@dataclass(frozen=True)
class Load:
    """What others took while this process looked on for `window_s` seconds.

    others_cpus: CPUs kept busy by other processes of this machine.
    steal_share: of all CPU time, the share in which a CPU had work and the hypervisor ran another machine.
    """

    window_s: float
    others_cpus: float
    steal_share: float
    steal_share_since_boot: float


def read_load(window_s: float, stat: Path = STAT) -> Load | None:
    """The load seen in a window of that length, which this process sleeps through; None where nobody tells."""
    before, own_before_ns, started_ns = read_cpu_time(stat), time.process_time_ns(), time.perf_counter_ns()
    time.sleep(window_s)
    after, own_after_ns, ended_ns = read_cpu_time(stat), time.process_time_ns(), time.perf_counter_ns()
    if before is None or after is None:
        return None
    return load_between(before, after, own_after_ns - own_before_ns, ended_ns - started_ns)


def busy_share(usable_cpus: float, window_s: float = 0.2) -> float:
    """The share of the usable CPUs that others keep busy now, 0 to 1; 0 where nobody tells.

    Others are taken to use the CPUs first that this process may not.
    """
    load, cpus = read_load(window_s), affinity.logical()
    taken = max(0.0, load.others_cpus - max(cpus - usable_cpus, 0.0)) if load else 0.0
    return min(taken / usable_cpus, 1.0)


def load_between(before: CpuTime, after: CpuTime, own_ns: int, wall_ns: int) -> Load | None:
    """The load between two readings, less this process's own CPU time; None where the clock has not ticked."""
    total_ns = after.total_ns - before.total_ns
    if total_ns <= 0:
        return None
    others_ns = max(0, after.busy_ns - before.busy_ns - own_ns)  # ticks are coarse: own time may come out larger
    return Load(
        window_s=wall_ns / 1e9,
        others_cpus=others_ns / wall_ns,
        steal_share=max(0, after.steal_ns - before.steal_ns) / total_ns,
        steal_share_since_boot=after.steal_ns / after.total_ns,
    )


def read_cpu_time(stat: Path = STAT) -> CpuTime | None:
    """The first line of /proc/stat (proc_stat(5)); None where it is absent or from a kernel without steal time."""
    try:
        words = stat.read_text().partition("\n")[0].split()
    except OSError:
        return None
    if len(words) <= len(FIELDS) or words[0] != "cpu":
        return None
    tick_ns = 10**9 // os.sysconf("SC_CLK_TCK")
    # The guests' time, which follows, is part of user and nice already.
    ticks_ns = dict(zip(FIELDS, (int(word) * tick_ns for word in words[1:]), strict=False))
    total_ns, idle_ns = sum(ticks_ns.values()), sum(ticks_ns[name] for name in IDLE)
    return CpuTime(total_ns - idle_ns - ticks_ns["steal"], ticks_ns["steal"], total_ns)
