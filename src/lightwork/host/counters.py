"""Counters: the kernel's own books on this process, its children and the machine, read at t0 and again at t1.

Each reading takes some 0.2 ms, outside of the round's clock.
"""

import resource
import time
from collections.abc import Collection, Mapping
from dataclasses import fields

from lightwork.core.usage import Usage
from lightwork.machine import affinity, proc
from lightwork.machine.cgroup import read_throttling
from lightwork.machine.load import read_cpu_time
from lightwork.machine.pressure import read_pressure

NS_PER_S = 1_000_000_000
Reading = Mapping[str, int | None]
IO_FIELDS = {
    "rchar": "read_call_bytes", "wchar": "write_call_bytes", "read_bytes": "read_bytes", "write_bytes": "written_bytes",
}  # fmt: skip
PROCESS_CPU_CLOCK = 2  # CPUCLOCK_SCHED, which clock_getcpuclockid(3) puts below the complement of the pid


def read(fork_server: int | None = None, trackers: Collection[int] = (), crew: Collection[int] = ()) -> Reading:
    """All counters so far; None where the system does not tell.

    fork_server: the pid of the process that started and reaped the workers in this one's place; trackers: those of
    resource trackers. crew: the pids of workers that live through both readings. All others' lives
    must lie between the two.
    """
    caller = _rusage(resource.RUSAGE_SELF)
    tree = _sum(caller, _rusage(resource.RUSAGE_CHILDREN), _io("self"))
    if fork_server is not None:
        tree = _sum(tree, _stat(fork_server), _io(str(fork_server)))
    for pid in trackers:
        tree = _sum(tree, {"cpu_ns": _stat(pid)["cpu_ns"]})
    for pid in crew:
        tree = _sum(tree, _living(pid), _io(str(pid)))
    throttling = read_throttling()
    return {
        **tree,
        "caller_cpu_ns": caller["cpu_ns"],
        **_machine(),
        "periods": throttling.periods if throttling else None,
        "throttled_periods": throttling.throttled_periods if throttling else None,
        "throttled_ns": throttling.throttled_ns if throttling else None,
    }


def between(before: Reading, after: Reading) -> Usage:
    """What was used between two readings.

    others_cpu_ns is what all CPUs worked less the tree's own, never below 0: the machine's books are kept in
    ticks of 10 ms.
    """
    used = {name: _less(after.get(name), before.get(name)) for name in after}
    busy_ns, own_ns = used.pop("busy_ns"), used["cpu_ns"]
    others_ns = None if busy_ns is None or own_ns is None else max(0, busy_ns - own_ns)
    names = {field.name for field in fields(Usage)}
    counters = {name: value for name, value in used.items() if name in names}
    return Usage(**counters, machine_cpus=affinity.logical(), others_cpu_ns=others_ns)


def _less(after: int | None, before: int | None) -> int | None:
    return None if after is None or before is None else after - before


def _sum(*readings: Reading) -> dict[str, int | None]:
    """Field by field; a field that one of the readings has as None is not known of all."""
    names = dict.fromkeys(name for reading in readings for name in reading)
    by_name = {name: [reading[name] for reading in readings if name in reading] for name in names}
    return {name: None if None in parts else sum(part or 0 for part in parts) for name, parts in by_name.items()}


def _rusage(who: int) -> dict[str, int]:
    use = resource.getrusage(who)
    return {
        "cpu_ns": round((use.ru_utime + use.ru_stime) * NS_PER_S),
        "system_ns": round(use.ru_stime * NS_PER_S),
        "voluntary_switches": use.ru_nvcsw,
        "involuntary_switches": use.ru_nivcsw,
        "minor_faults": use.ru_minflt,
        "major_faults": use.ru_majflt,
    }


def _stat(pid: int) -> Reading:
    """Another process and the children that it reaped; the kernel keeps no switches of those."""
    switches = {"voluntary_switches": None, "involuntary_switches": None}
    values = proc.stat_fields(pid)
    if values is None:
        return {
            "cpu_ns": None,
            "reaped_ns": None,
            "system_ns": None,
            "minor_faults": None,
            "major_faults": None,
            **switches,
        }
    tick_ns = proc.tick_ns()
    return {
        "cpu_ns": sum(values[number] for number in (14, 15, 16, 17)) * tick_ns,
        "reaped_ns": (values[16] + values[17]) * tick_ns,
        "system_ns": (values[15] + values[17]) * tick_ns,
        "minor_faults": values[10] + values[11],
        "major_faults": values[12] + values[13],
        **switches,
    }


def _living(pid: int) -> Reading:
    """A process that runs on: CPU time to the nanosecond, of its threads that have ended too and of what it reaped."""
    counters = _stat(pid)
    try:
        own_ns = time.clock_gettime_ns((~pid << 3) | PROCESS_CPU_CLOCK)
    except OSError:  # it has gone
        return counters
    reaped_ns = counters["reaped_ns"]
    return {**counters, "cpu_ns": None if reaped_ns is None else own_ns + reaped_ns}


def _io(process: str) -> Reading:
    """Bytes read and written by a process and by the children that it reaped."""
    counted = proc.io_bytes(process) or {}
    return {name: counted.get(key) for key, name in IO_FIELDS.items()}


def _machine() -> Reading:
    """What all CPUs together have worked, what the hypervisor took, and how long some task waited for a core."""
    cpu_time, stall = read_cpu_time(), read_pressure().cpu
    return {
        "busy_ns": cpu_time.busy_ns if cpu_time else None,
        "steal_ns": cpu_time.steal_ns if cpu_time else None,
        "pressure_ns": stall.some_total_us * 1_000 if stall else None,
    }
