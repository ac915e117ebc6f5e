"""Limits of the methods: which settings' workers can reach the state, and what room it needs in /dev/shm."""

import mmap
from collections.abc import Iterable

from lightwork.core import cluster_facts
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.machine import volume
from lightwork.machine.volume import Volume
from lightwork.strategies import SHARING, Strategy, find
from lightwork.text import quantities

from . import method_of
from .method import STATE_BYTES, Method

FOUND_BY_ALL = "merge, manager or sqlite"  # methods whose state is found by address, or that share none
INHERITED = "its locks and pipes are inherited by fork only"
ALONE = "an interpreter shares no object with another; use method=merge or sqlite, or strategy threads"


def refuse(name: str, settings: Iterable[Setting]) -> None:
    """Raise UsageError for the first setting whose workers could not reach the state, and where it has no room."""
    method = method_of(name)
    for setting in settings:
        if why := _unreachable(name, method, setting):
            raise UsageError(f"shared_state.method can't be {name} with {setting.strategy}{why}")
    if needed_bytes := room_bytes(method):
        refuse_without_room(name, needed_bytes, volume.shared_memory())


def room_bytes(method: Method) -> int:
    """What the method makes in /dev/shm: each semaphore and the block take whole pages."""
    pages = method.semaphores + method.block * -(-STATE_BYTES // mmap.PAGESIZE)
    return pages * mmap.PAGESIZE


def refuse_without_room(name: str, needed_bytes: int, room: Volume | None) -> None:
    """Raise UsageError, saying how much is needed, where /dev/shm is absent, read-only or too full."""
    if room and room.writable and room.free_bytes >= needed_bytes:
        return
    there = "there is none"
    if room:
        there = f"{quantities.size(room.free_bytes)} are free" if room.writable else "it can't be written to"
    raise UsageError(
        f"shared_state.method={name} needs {quantities.size(needed_bytes)} in /dev/shm for its locks and counts, and "
        f"{there}: enlarge it (mount -o remount,size=64m /dev/shm; docker run --shm-size 64m), or use method=merge"
    )


def _unreachable(name: str, method: Method, setting: Setting) -> str:
    """Why workers of the setting can't reach the state, and what to do; "" where they can."""
    strategy = find(setting.strategy)
    if name == "merge" or not strategy.parallel or strategy.workers in SHARING:
        return ""
    if strategy.is_remote and cluster_facts.scheduler():
        return f" on {cluster_facts.scheduler()}: the state is this machine's; use method=merge, or omit --scheduler"
    if strategy.workers == "interpreters":
        return "" if name == "sqlite" else f": {ALONE}"
    return "" if method.reach else _not_forked(strategy, setting.start_method)


def _not_forked(strategy: Strategy, start_method: str) -> str:
    """The same for what is inherited by forked workers only."""
    if strategy.by_value:  # joblib's and dask's processes are fresh interpreters, or are started by such
        return f": {INHERITED}, and its workers start afresh; use method={FOUND_BY_ALL}"
    if start_method != "fork":
        return f" and {start_method}: {INHERITED}; use --start-methods fork, or method={FOUND_BY_ALL}"
    return ""
