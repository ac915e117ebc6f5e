"""What the machine really gives: the facts without which a figure means nothing."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from lightwork.machine import gil
from lightwork.machine.cgroup import Limits, read_limits
from lightwork.machine.volume import filesystem_of


@dataclass(frozen=True)
class UsableCpus:
    """How many CPUs this process may use, and which limit says so."""

    count: float
    reason: str


def usable_cpus(affinity: int, logical: int, limits: Limits) -> UsableCpus:
    """The least of affinity and control-group quota, as a number of CPUs; at least 1 worker makes sense of it."""
    if limits.cpus is not None and limits.cpus < affinity:
        return UsableCpus(limits.cpus, f"a control group's quota ({limits.cpus_from}) allows {limits.cpus:g}")
    if affinity < logical:
        return UsableCpus(float(affinity), f"the affinity mask allows {affinity} of {logical} logical CPUs")
    return UsableCpus(float(affinity), f"all {logical} logical CPUs")


def facts(data_dir: Path) -> dict[str, Any]:
    """The machine's facts as plain JSON values; seconds, bytes and CPUs as the keys say.

    data_dir: where the data lies, whose filesystem is recorded. python: the version, with a "t" after it where the
    build is a free-threaded one, as in the names of its programs. gil: whether the lock was enabled here when this was
    read; a round's host, which imports other modules, tells for itself.
    """
    limits = read_limits()
    logical = psutil.cpu_count() or 1
    affinity = _affinity()
    usable = usable_cpus(affinity, logical, limits)
    memory = psutil.virtual_memory()
    return {
        "usable_cpus": usable.count,
        "usable_cpus_reason": usable.reason,
        "logical_cpus": logical,
        "physical_cpus": psutil.cpu_count(logical=False),
        "affinity_cpus": affinity,
        "quota_cpus": limits.cpus,
        "quota_from": limits.cpus_from,
        "processor": _processor(),
        "memory_total_bytes": memory.total,
        "memory_available_bytes": memory.available,
        "memory_limit_bytes": limits.memory_bytes,
        "memory_limit_from": limits.memory_from,
        "kernel": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "filesystem": filesystem_of(data_dir),
        "python": platform.python_version() + "t" * gil.is_free_threaded(),
        "implementation": platform.python_implementation(),
        "free_threaded": gil.is_free_threaded(),
        "gil": gil.is_enabled(),
        "load_average_1min": os.getloadavg()[0],
    }


def _affinity() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return psutil.cpu_count() or 1


def _processor() -> str:
    """The processor's model as the kernel names it; "" where it doesn't."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
