"""The facts of the machine, without which a figure means nothing: one row each.

To add one, add its row: it is saved with every run, shown by `lightwork doctor`, and compared, as the row says.
"""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from lightwork.machine import affinity, gil, start_method, switches
from lightwork.machine.cgroup import Limits
from lightwork.machine.fact import Fact, FactSource, Machine, every, register
from lightwork.machine.volume import UNKNOWN, filesystem_of
from lightwork.text.quantities import size

SHORT_MEMORY_SHARE = 0.1


@dataclass(frozen=True)
class UsableCpus:
    """How many CPUs this process may use, and which limit says so."""

    count: float
    reason: str


def usable_cpus(allowed: int, logical: int, limits: Limits) -> UsableCpus:
    """The least of affinity and control-group quota, as a number of CPUs; at least 1 worker makes sense of it.

    allowed: by the affinity mask.
    """
    if limits.cpus is not None and limits.cpus < allowed:
        return UsableCpus(limits.cpus, f"a control group's quota ({limits.cpus_from}) allows {limits.cpus:g}")
    if allowed < logical:
        return UsableCpus(float(allowed), f"the affinity mask allows {allowed} of {logical} logical CPUs")
    return UsableCpus(float(allowed), f"all {logical} logical CPUs")


def facts(data_dir: Path) -> dict[str, Any]:
    """The machine's facts as plain JSON values; seconds, bytes and CPUs as the keys say.

    data_dir: where the data lies, whose filesystem is recorded. python: the version, with a "t" after it where the
    build is a free-threaded one, as in the names of its programs. gil: whether the lock was enabled here when this was
    read; a round's host, which imports other modules, tells for itself.
    """
    source = FactSource(data_dir)
    return {fact.key: fact.read(source) for fact in every()}


def _affinity() -> int | None:
    usable = affinity.cores()
    return None if usable is None else len(usable)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


def _usable(source: FactSource) -> UsableCpus:
    return usable_cpus(affinity.count(), psutil.cpu_count() or 1, source.limits)


def _cores(machine: Machine) -> str:
    return f"{machine['logical_cpus']} logical, physical {_or_unknown(machine['physical_cpus'])}"


def _or_unknown(value: object) -> object:
    return UNKNOWN if value is None else value


def _advice_on_usable(machine: Machine) -> str:
    if machine["usable_cpus"] > 1:
        return ""
    return "with one CPU or less, more workers help only work that waits (for a disk or network)"


def _advice_on_cores(machine: Machine) -> str:
    cores = machine["physical_cpus"]
    if cores is None or machine["usable_cpus"] <= cores:
        return ""
    return f"logical CPUs share cores: above {cores} workers, CPU-bound work gains little"


def _advice_on_memory(machine: Machine) -> str:
    available = machine["memory_available_bytes"]
    if available >= SHORT_MEMORY_SHARE * machine["memory_total_bytes"]:
        return ""
    return f"little is left: above {size(available)} in all, the machine swaps or kills workers"


register(
    Fact(
        "usable_cpus", lambda source: _usable(source).count, "kind", "usable CPUs", "CPUs", "usable",
        lambda machine: f"{machine['usable_cpus']:.4g}: {machine['usable_cpus_reason']}", _advice_on_usable,
    ),
    Fact("usable_cpus_reason", lambda source: _usable(source).reason),
    Fact(
        "logical_cpus", lambda _: psutil.cpu_count() or 1, "kind", "logical CPUs", "CPUs", "cores",
        _cores, _advice_on_cores,
    ),
    Fact("physical_cpus", lambda _: psutil.cpu_count(logical=False)),
    Fact(
        "affinity_cpus", lambda _: _affinity(), heading="CPUs", topic="affinity",
        words=lambda machine: f"{_or_unknown(machine['affinity_cpus'])} of {machine['logical_cpus']}",
    ),
    Fact("quota_cpus", lambda source: source.limits.cpus),
    Fact("quota_from", lambda source: source.limits.cpus_from),
    Fact("processor", lambda _: _processor(), "kind", "processor"),
    Fact(
        "memory_total_bytes", lambda source: source.memory.total, "kind", "memory", "Memory", "memory",
        lambda machine: f"{size(machine['memory_total_bytes'])}, {size(machine['memory_available_bytes'])} available",
        _advice_on_memory,
    ),
    Fact("memory_available_bytes", lambda source: source.memory.available),
    Fact("memory_limit_bytes", lambda source: source.limits.memory_bytes, "around", "memory limit"),
    Fact("memory_limit_from", lambda source: source.limits.memory_from),
    Fact("kernel", lambda _: f"{platform.system()} {platform.release()}", "around", "kernel"),
    Fact("architecture", lambda _: platform.machine(), "kind", "architecture"),
    Fact("filesystem", lambda source: filesystem_of(source.data_dir), "around", "filesystem of the data"),
    Fact("python", lambda _: platform.python_version() + "t" * gil.is_free_threaded(), "around", "Python"),
    Fact("implementation", lambda _: platform.python_implementation(), "around", "implementation"),
    Fact("start_method", lambda _: start_method.default(), "around", "the default start method"),
    Fact("free_threaded", lambda _: gil.is_free_threaded()),
    Fact("gil", lambda _: gil.is_enabled(), "around", "the GIL"),
    Fact("switches", lambda _: switches.set_in(os.environ), "around", "environment variables"),
    Fact("load_average_1min", lambda _: os.getloadavg()[0]),
)  # fmt: skip
