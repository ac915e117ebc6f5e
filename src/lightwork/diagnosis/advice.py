"""Advice: for each fact of a checkup that should change what one does, one line that says what; pure."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from lightwork.diagnosis.checkup import Checkup
from lightwork.machine import switches
from lightwork.machine.fact import every
from lightwork.text.quantities import counted, size

if TYPE_CHECKING:
    from lightwork.machine.pressure import Stall

BUSY_SHARE = 0.1  # of the CPUs one may use: less is lost in the spread between rounds
STOLEN_SHARE = 0.01  # a hypervisor that is not short of CPUs takes none
PRESSURES = {  # the pressure's field, from what share of time on it matters, and what then to say
    "CPU pressure": ("cpu", 0.25, "more tasks than CPUs want to run: more workers would only queue"),
    "memory pressure": ("memory", 0.01, "memory is short already: use fewer workers or smaller items"),
    "IO pressure": ("io", 0.1, "storage is busy: work that reads or writes will look too slow now"),
}
SMALL_SHARED_BYTES = 64 << 20  # what containers get unless someone asks for more
LITTLE_SPACE_BYTES = 1 << 30
IN_MEMORY = ("tmpfs", "ramfs")
OVER_A_NETWORK = ("nfs", "cifs", "smb", "9p", "ceph", "lustre", "glusterfs", "fuse.sshfs", "fuse.s3fs")
THREADS_FROM = {"openblas": "OPENBLAS_NUM_THREADS", "mkl": "MKL_NUM_THREADS", "blis": "BLIS_NUM_THREADS"}


@dataclass(frozen=True)
class Advice:
    """One line about one fact; `topic` is the fact's name, as `findings.findings` has it."""

    topic: str
    text: str


def advice(checkup: Checkup) -> list[Advice]:
    """Everything there is to advise; [] for a machine without faults."""
    facts = [
        (fact.topic, fact.advice(checkup.machine)) for fact in every() if fact.advice and fact.key in checkup.machine
    ]
    switches_set = [(name, switches.effect_of(name)) for name in checkup.machine.get("switches", ())]
    answers = [*facts, *((topic, about(checkup)) for topic, about in ABOUT.items()), *switches_set]
    return [Advice(topic, text) for topic, text in answers if text]


def _default_pool(checkup: Checkup) -> str:
    usable, workers = checkup.machine["usable_cpus"], checkup.interpreter.default_pool_workers
    if workers <= usable:
        return ""
    return (
        f"`os.cpu_count()` says {checkup.interpreter.cpu_count}, you may use {usable:.4g}: "
        f"the default Pool() would start {workers}; pass it a number"
    )


def _throttled(checkup: Checkup) -> str:
    throttling, usable = checkup.throttling, checkup.machine["usable_cpus"]
    if throttling is None or not throttling.throttled_periods:
        return ""
    return (
        "once the quota is used up, all workers stop: "
        f"past {counted(ceil(usable), 'busy worker')} more of them just wait"
    )


def _load(checkup: Checkup) -> str:
    usable = checkup.machine["usable_cpus"]
    if checkup.load is None:
        return ""
    free = max(0.0, checkup.machine["logical_cpus"] - checkup.load.others_cpus)
    if usable - free < BUSY_SHARE * usable:
        return ""
    return f"about {free:.1f} of your {usable:.4g} CPUs are free now: measure when the machine is quieter"


def _steal(checkup: Checkup) -> str:
    if checkup.load is None or checkup.load.steal_share < STOLEN_SHARE:
        return ""
    return "the hypervisor shares these CPUs with other machines: repeat measurements, and trust ratios within one run"


def _memory_limit(checkup: Checkup) -> str:
    limit, usable = checkup.machine["memory_limit_bytes"], ceil(checkup.machine["usable_cpus"])
    if limit is None or limit >= checkup.machine["memory_total_bytes"]:
        return ""
    share = f"{counted(usable, 'worker')} may hold {size(limit / usable)}{' each' if usable > 1 else ''}"
    return f"above it the kernel kills a worker, even if `free` shows more: {share}"


def _pressure(topic: str) -> Callable[[Checkup], str]:
    field, share, text = PRESSURES[topic]

    def about(checkup: Checkup) -> str:
        stall: Stall | None = getattr(checkup.pressure, field)
        return text if stall is not None and stall.some_avg10_share >= share else ""

    return about


def _shared_memory(checkup: Checkup) -> str:
    shared = checkup.shared_memory
    if shared is None and not checkup.is_linux:
        return ""
    if shared is None or not shared.writable:
        return "without it Pool() and Queue() cannot create locks: mount it, or use only Process and Pipe"
    if shared.free_bytes <= SMALL_SHARED_BYTES:
        return "workers die of SIGBUS if shared arrays do not fit: make it larger (docker: --shm-size)"
    return ""


def _filesystem(checkup: Checkup) -> str:
    kind = checkup.data_folder.filesystem
    if kind in IN_MEMORY:
        return "it is in memory: reads measure no disk, and stored data uses memory"
    if kind.startswith(OVER_A_NETWORK):
        return "it is on a network: results depend on its speed, and SQLite's locks are unreliable"
    if kind == "overlay":
        return "a container's layer is slower to write than a volume: set $LIGHTWORK_DATA to a folder on a volume"
    return ""


def _data_folder(checkup: Checkup) -> str:
    return (
        "" if checkup.data_folder.writable else "data cannot be written here: set $LIGHTWORK_DATA to a writable folder"
    )


def _space(checkup: Checkup) -> str:
    return (
        ""
        if checkup.data_folder.free_bytes >= LITTLE_SPACE_BYTES
        else "little space is left: rounds fail on a full disk; set $LIGHTWORK_DATA to another folder"
    )


def _build(checkup: Checkup) -> str:
    if checkup.interpreter.debug_build:
        return "debug builds are several times slower: measure with a release build"
    if checkup.interpreter.optimised is False:
        return "built without --enable-optimizations, so slower than usual: ratios carry over, times do not"
    return ""


def _gil(checkup: Checkup) -> str:
    if not checkup.interpreter.free_threaded:
        return ""
    if checkup.interpreter.gil_enabled:
        return "an extension module or PYTHON_GIL turned the GIL on: threads do not run in parallel"
    return "threads run Python code in parallel here: try ThreadPoolExecutor before you pay for processes"


def _compiled_files(checkup: Checkup) -> str:
    return (
        ""
        if checkup.interpreter.keeps_compiled
        else "each spawn or forkserver worker compiles your modules again: unset PYTHONDONTWRITEBYTECODE"
    )


def _start_methods(checkup: Checkup) -> str:
    default = next(iter(checkup.interpreter.start_methods), "")
    if default in ("fork", ""):
        return ""
    return f"{default} imports your module again in each worker: guard top-level code with if __name__ == '__main__'"


def _thread_pools(checkup: Checkup) -> str:
    sizes = {pool.library: pool.threads for pool in checkup.thread_pools.pools or () if pool.threads is not None}
    library = max(sizes, key=lambda name: sizes[name], default="")
    if sizes.get(library, 1) <= 1:
        return ""
    usable = checkup.machine["usable_cpus"]
    workers = ceil(usable)
    return (
        f"{counted(workers, 'worker')} would run {workers * sizes[library]} of these threads on {usable:.4g} CPUs: "
        f"set {THREADS_FROM.get(library, 'OMP_NUM_THREADS')}=1 in the environment"
    )


ABOUT: dict[str, Callable[[Checkup], str]] = {
    "default Pool()": _default_pool,
    "throttled": _throttled,
    "load by others": _load,
    "steal": _steal,
    "CPU pressure": _pressure("CPU pressure"),
    "memory limit": _memory_limit,
    "memory pressure": _pressure("memory pressure"),
    "data folder": _data_folder,
    "filesystem": _filesystem,
    "space": _space,
    "IO pressure": _pressure("IO pressure"),
    "shared memory": _shared_memory,
    "build": _build,
    "GIL": _gil,
    "compiled files": _compiled_files,
    "start methods": _start_methods,
    "thread pools": _thread_pools,
}
