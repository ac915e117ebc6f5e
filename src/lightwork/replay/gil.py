"""The global interpreter lock in a replay: on how many cores a setting's items can compute; pure.

Where Python has the lock, threads of one process are replayed on one core: they wait at the same time and compute one
after the other, the caller among them. Code that lets go of the lock while it computes (compressing, hashing, reading,
most of numpy) does better than that. A thread that comes back from waiting while another one computes does worse: it is
given the lock only after an interval of 5 ms (`sys.getswitchinterval`), or when the other one waits.
Tasks of an event loop share one thread, and so one core, in every Python.
"""

from lightwork.core.setting import Setting
from lightwork.strategies import find


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
