"""Writers: how many processes write under a setting, and through how many connections."""

from manyhands.setting import Setting
from manyhands.strategies import find


def has_one(setting: Setting) -> bool:
    """Whether one process writes what the workers have parsed."""
    return find(setting.strategy).staged


def processes(setting: Setting) -> int:
    """The processes that write: the workers, or the one that they are threads of or parse for."""
    return 1 if has_one(setting) or find(setting.strategy).workers == "threads" else setting.workers


def connections(setting: Setting) -> int:
    """The connections that are opened: one for each writer, be it a process or a thread."""
    return 1 if has_one(setting) else setting.workers
