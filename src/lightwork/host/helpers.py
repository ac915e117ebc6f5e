"""Helpers: processes that a job's own code starts by multiprocessing beside the items, such as a Manager's server.

A job may leave them running on purpose. They are no fault of the round as long as they end with its process.
"""

import multiprocessing
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

NAMES, COUNT, CPU_NS = "helpers", "helpers_count", "helpers_cpu_ns"  # facts of a round
NAMED = 3
NS_PER_S = 1_000_000_000


def pids() -> set[int]:
    """Of all children of this process that multiprocessing started and will end."""
    return {child.pid for child in multiprocessing.active_children() if child.pid is not None}


def cpu_ns() -> dict[int, int]:
    """What each has computed so far, in all of its threads, by its pid."""
    return {pid: _cpu_ns(pid) for pid in pids()}


def facts(before: Mapping[int, int]) -> Mapping[str, Any]:
    """The names and number of those that are there now, and what they have computed since; {} for none."""
    there = [child for child in multiprocessing.active_children() if child.pid]
    if not there:
        return {}
    names = ", ".join(child.name for child in there[:NAMED]) + ", ..." * (len(there) > NAMED)
    computed_ns = sum(_cpu_ns(child.pid or 0) - before.get(child.pid or 0, 0) for child in there)
    return {NAMES: names, COUNT: len(there), CPU_NS: computed_ns}


def _cpu_ns(pid: int) -> int:
    try:
        words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:  # it has gone
        return 0
    return (int(words[11]) + int(words[12])) * (NS_PER_S // os.sysconf("SC_CLK_TCK"))  # utime and stime of proc(5)


def end() -> None:
    """End them as at the interpreter's exit, but wait for none that would not end: they are terminated."""
    from multiprocessing import util  # few rounds need it

    finalize: Any = vars(util)["_run_finalizers"]
    with suppress(Exception):  # a finalizer of the user's may raise anything
        finalize(0)  # among them that of each Manager
    for child in multiprocessing.active_children():
        child.terminate()
