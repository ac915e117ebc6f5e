"""Findings: the facts of a checkup in words, each under its name, as the command line prints them; pure."""

from dataclasses import dataclass

from lightwork.diagnosis.checkup import Checkup
from lightwork.diagnosis.thread_pools import ThreadPool, ThreadPools
from lightwork.machine import shared_memory
from lightwork.machine.fact import every
from lightwork.machine.interpreter import Interpreter
from lightwork.machine.load import Load
from lightwork.machine.pressure import Stall
from lightwork.machine.volume import UNKNOWN, Volume
from lightwork.text.quantities import counted, duration, percent, plain, size

NOT_TOLD = "unknown"
SWITCHES = "Environment"


@dataclass(frozen=True)
class Finding:
    """One fact: the heading it stands under, its name, and what was found, on one line without control characters."""

    heading: str
    topic: str
    words: str


def findings(checkup: Checkup) -> list[Finding]:
    """All facts, grouped by their headings; what the system does not tell says so."""
    groups: dict[str, dict[str, str]] = {"CPUs": {}, "Memory": {}, "Storage": {}, "Python": {}, SWITCHES: {}}
    for fact in every():
        if fact.heading and fact.key in checkup.machine:
            groups.setdefault(fact.heading, {})[fact.topic] = fact.shown(checkup.machine)
    for heading, more in zip(groups, (_cpus, _memory, _storage, _python, _switches), strict=False):
        groups[heading] |= more(checkup)
    return [
        Finding(heading, topic, plain(words) or NOT_TOLD)
        for heading, facts in groups.items()
        for topic, words in facts.items()
    ]


def _cpus(checkup: Checkup) -> dict[str, str]:
    return {
        "default Pool()": counted(checkup.interpreter.default_pool_workers, "worker"),
        "quota": _quota(checkup),
        "throttled": _throttled(checkup),
        "load by others": _load(checkup.load),
        "steal": _steal(checkup.load),
        "CPU pressure": _pressure(checkup.pressure.cpu),
    }


def _quota(checkup: Checkup) -> str:
    versions = " and ".join(map(str, checkup.cgroup_versions))
    if checkup.machine["quota_cpus"] is not None:
        return f"{checkup.machine['quota_cpus']:.4g} CPUs, set in {checkup.machine['quota_from']}"
    return f"none (control groups seen: version {versions})" if versions else NOT_TOLD


def _throttled(checkup: Checkup) -> str:
    throttling = checkup.throttling
    if throttling is None:
        return NOT_TOLD
    if not throttling.throttled_periods:
        return "never"
    share = percent(throttling.throttled_periods / max(throttling.periods, 1))
    held = duration(throttling.throttled_ns / 1e9)
    return f"in {throttling.throttled_periods} of {counted(throttling.periods, 'period')} ({share}), for {held} in all"


def _load(load: Load | None) -> str:
    return NOT_TOLD if load is None else f"{load.others_cpus:.2f} CPUs, seen for {duration(load.window_s)}"


def _steal(load: Load | None) -> str:
    if load is None:
        return NOT_TOLD
    boot = percent(load.steal_share_since_boot)
    return f"{percent(load.steal_share)}, seen for {duration(load.window_s)}; {boot} since boot"


def _pressure(stall: Stall | None) -> str:
    if stall is None:
        return NOT_TOLD
    total = duration(stall.some_total_us / 1e6)
    return f"something waited {percent(stall.some_avg10_share)} of the last 10 s; {total} since boot"


def _memory(checkup: Checkup) -> dict[str, str]:
    facts, limit = checkup.machine, checkup.machine["memory_limit_bytes"]
    untold = NOT_TOLD if not checkup.cgroup_versions else "none"
    return {
        "memory limit": untold if limit is None else f"{size(limit)}, set in {facts['memory_limit_from']}",
        "memory pressure": _pressure(checkup.pressure.memory),
    }


def _storage(checkup: Checkup) -> dict[str, str]:
    data = checkup.data_folder
    kind = NOT_TOLD if data.filesystem == UNKNOWN else f"{data.filesystem} on {data.device}"
    return {
        "data folder": data.folder + ("" if data.exists else ", not created yet") + _unwritable(data),
        "filesystem": kind,
        "space": _space(data),
        "IO pressure": _pressure(checkup.pressure.io),
        "shared memory": _shared_memory(checkup.shared_memory, is_linux=checkup.is_linux),
    }


def _shared_memory(volume: Volume | None, *, is_linux: bool) -> str:
    if volume is None:
        return f"no {shared_memory.FOLDER}" if is_linux else NOT_TOLD
    return f"{volume.folder}: {_space(volume)}{_unwritable(volume)}"


def _space(volume: Volume) -> str:
    return f"{size(volume.size_bytes)}, {size(volume.free_bytes)} free"


def _unwritable(volume: Volume) -> str:
    return "" if volume.writable else ", not writable"


def _switches(checkup: Checkup) -> dict[str, str]:
    return dict(checkup.machine.get("switches") or {"variables": "none set"})


def _python(checkup: Checkup) -> dict[str, str]:
    interpreter = checkup.interpreter
    default, *others = interpreter.start_methods or ("none",)
    build = "a" if interpreter.free_threaded else "not a"
    return {
        "version": f"{interpreter.implementation} {interpreter.version}, {interpreter.compiler}",
        "build": _build(interpreter),
        "GIL": f"{'on' if interpreter.gil_enabled else 'off'} ({build} free-threaded build)",
        "compiled files": "kept" if interpreter.keeps_compiled else "not kept",
        "start methods": ", ".join([f"{default} (default)", *others]),
        "thread pools": _thread_pools(checkup.thread_pools),
    }


def _build(interpreter: Interpreter) -> str:
    if interpreter.debug_build:
        return "debug"
    return {None: "release, optimisation " + NOT_TOLD, True: "release, optimised", False: "release, not optimized"}[
        interpreter.optimised
    ]


def _thread_pools(thread_pools: ThreadPools) -> str:
    after = f"in a worker after import of {thread_pools.imported}"
    if thread_pools.pools is None:
        return NOT_TOLD
    if not thread_pools.pools:
        return f"none {after}"
    return f"{', '.join(map(_pool, thread_pools.pools))}, {after}"


def _pool(pool: ThreadPool) -> str:
    return f"{pool.library} {'?' if pool.threads is None else counted(pool.threads, 'thread')}"
