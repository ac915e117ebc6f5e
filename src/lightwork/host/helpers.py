"""Helpers: processes that a job's own code starts by multiprocessing beside the items, such as a Manager's server.

A job may leave them running on purpose. They are no fault of the round as long as they end with its process.
"""

import multiprocessing
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from lightwork.machine import proc

NAMES, COUNT, CPU_NS = "helpers", "helpers_count", "helpers_cpu_ns"  # facts of a round
NAMED = 3


def pids() -> set[int]:
    """Of all children of this process that multiprocessing started and will end."""
    return {child.pid for child in multiprocessing.active_children() if child.pid is not None}


def cpu_ns() -> dict[int, int]:
    """What each has computed so far, in all of its threads, by its pid; without those of which nobody tells."""
    return {pid: spent_ns for pid in pids() if (spent_ns := proc.cpu_ns(pid)) is not None}


def facts(before: Mapping[int, int]) -> Mapping[str, Any]:
    """The names and number of those that are there now, and what they have computed since, if known; {} for none."""
    there = [child for child in multiprocessing.active_children() if child.pid]
    if not there:
        return {}
    names = ", ".join(child.name for child in there[:NAMED]) + ", ..." * (len(there) > NAMED)
    computed_ns = [after_ns - before.get(pid, 0) for pid, after_ns in cpu_ns().items()]
    return {NAMES: names, COUNT: len(there), **({CPU_NS: sum(computed_ns)} if computed_ns else {})}


def end() -> None:
    """End them as at the interpreter's exit, but wait for none that would not end: they are terminated."""
    from multiprocessing import util  # few rounds need it

    finalize: Any = vars(util)["_run_finalizers"]
    with suppress(Exception):  # a finalizer of the user's may raise anything
        finalize(0)  # among them that of each Manager
    for child in multiprocessing.active_children():
        child.terminate()
