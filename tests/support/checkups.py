"""Checkups to be tested with: a machine without faults, and ways to give it one."""

from dataclasses import replace
from typing import Any

from lightwork.diagnosis.checkup import Checkup
from lightwork.diagnosis.thread_pools import ThreadPool, ThreadPools
from lightwork.machine.cgroup import Throttling
from lightwork.machine.interpreter import Interpreter
from lightwork.machine.load import Load
from lightwork.machine.pressure import Pressure, Stall
from lightwork.machine.volume import Volume

GIB = 1 << 30
QUIET = Stall(0.0, 0, 0.0, 0)
MACHINE = {
    "usable_cpus": 8.0,
    "usable_cpus_reason": "all 8 logical CPUs",
    "logical_cpus": 8,
    "physical_cpus": 8,
    "affinity_cpus": 8,
    "quota_cpus": None,
    "quota_from": "",
    "memory_total_bytes": 16 * GIB,
    "memory_available_bytes": 12 * GIB,
    "memory_limit_bytes": None,
    "memory_limit_from": "",
    "kernel": "Linux 6.18",
    "switches": {},
}
FAULTLESS = Checkup(
    machine=MACHINE,
    cgroup_versions=(2,),
    throttling=Throttling(0, 0, 0),
    load=Load(0.5, 0.0, 0.0, 0.0),
    pressure=Pressure(QUIET, QUIET, QUIET),
    shared_memory=Volume("/dev/shm", True, "tmpfs", "tmpfs", 8 * GIB, 8 * GIB, True),
    data_folder=Volume("/data", True, "ext4", "/dev/sda1", 100 * GIB, 50 * GIB, True),
    interpreter=Interpreter(
        "3.13.1", "CPython", "GCC 14", False, True, False, True, True, ("fork", "spawn", "forkserver"), 8, 8
    ),
    thread_pools=ThreadPools("numpy", (ThreadPool("openblas", "blas", 1, "0.3"),)),
)


def machine(**facts: Any) -> Checkup:
    """The faultless machine with other facts of `machine.facts`."""
    return replace(FAULTLESS, machine=MACHINE | facts)


def part(name: str, **fields: Any) -> Checkup:
    """The faultless machine, one part of it with other fields."""
    return replace(FAULTLESS, **{name: replace(getattr(FAULTLESS, name), **fields)})
