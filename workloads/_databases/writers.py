"""Writers: how many processes write under a setting, and through how many connections."""

from collections.abc import Iterable

from lightwork.core import cluster_facts
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.strategies import find


def has_one(setting: Setting) -> bool:
    """Whether one process writes what the workers have parsed."""
    return find(setting.strategy).staged


def processes(setting: Setting) -> int:
    """The processes that write: the workers, or the one that they are threads of or parse for."""
    return 1 if has_one(setting) or find(setting.strategy).workers == "threads" else setting.workers


def connections(setting: Setting) -> int:
    """The connections that are opened: one for each writer, be it a process or a thread."""
    return 1 if has_one(setting) else setting.workers


def refuse_elsewhere(settings: Iterable[Setting]) -> None:
    """Raise UsageError for a setting that would run on a cluster that is there before the round and after it.

    Its workers would keep their connections when the round is over, and get no password through their environment.
    """
    for setting in settings:
        if cluster_facts.scheduler() and find(setting.strategy).is_remote:
            raise UsageError(
                f"{setting.strategy} on {cluster_facts.scheduler()} can't store in a database: its workers outlive the "
                "round, and so would their connections; omit --scheduler"
            )
