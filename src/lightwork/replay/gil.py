"""The global interpreter lock in a replay: on how many cores a setting's items can compute; pure.

Where Python has the lock, threads of one process are replayed on one core: they wait at the same time and compute one
after the other, the caller among them. Code that lets go of the lock while it computes (compressing, hashing, reading,
most of numpy) does better than that. A thread that comes back from waiting while another one computes does worse: it is
given the lock only after an interval of 5 ms (`sys.getswitchinterval`), or when the other one waits.
Tasks of an event loop share one thread, and so one core, in every Python.
"""

from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.setting import Setting
from lightwork.strategies import find

if TYPE_CHECKING:
    from numpy.typing import NDArray

ONE_CORE = 1.1  # up to so many, items computed one at a time


def holds(setting: Setting, gil: bool) -> bool:
    """Whether only one item of this setting computes at a time. gil: whether Python has the lock."""
    workers = find(setting.strategy).workers
    return workers == "tasks" or (gil and workers == "threads")


def usable(cores: float, setting: Setting, gil: bool, thread_cores: float | None = None) -> float:
    """Of so many cores, how many the setting's items can compute on at a time.

    thread_cores: on how many its threads were seen to (lightwork.replay.traits); None where they were not looked at.
    """
    if not holds(setting, gil):
        return cores
    return min(cores, 1.0 if thread_cores is None else thread_cores)


def took_turns(rows: "NDArray[Any]") -> bool:
    """Whether the items of a threaded round, which do nothing but compute, had one core between them.

    Unlike the round's wall, this says so however fast the serial run was that it is compared with.
    """
    return computed_on(rows) <= ONE_CORE


def computed_on(rows: "NDArray[Any]") -> float:
    """CPU time over wall time while more than one item was running, each item's spread evenly; inf if that was never.

    rows: a round's ledger.
    """
    starts_ns, ends_ns = rows["start_ns"].astype(float), rows["end_ns"].astype(float)
    times_ns = np.concatenate([starts_ns, ends_ns])
    order = np.argsort(times_ns, kind="stable")
    running = np.cumsum(np.concatenate([np.ones(len(rows)), -np.ones(len(rows))])[order])
    times_ns = times_ns[order]
    beside_ns = np.concatenate([[0.0], np.cumsum(np.diff(times_ns) * (running[:-1] > 1))])
    if beside_ns[-1] <= 0:
        return inf
    item_beside_ns = np.interp(ends_ns, times_ns, beside_ns) - np.interp(starts_ns, times_ns, beside_ns)
    shares = item_beside_ns / np.maximum(ends_ns - starts_ns, 1.0)
    return float((rows["cpu_ns"] * shares).sum() / beside_ns[-1])
