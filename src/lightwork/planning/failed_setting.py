"""A failed setting: why it did not do the work, and which others then can't do it either; pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from lightwork.core.reasons import FailureCause
from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.launch.stack_collect import place_in
from lightwork.planning.axes import BY_VALUE, Axes
from lightwork.replay.traits import are_alike, kind_of
from lightwork.strategies import find, is_executor

AT_QUEUE = "in _finalize_join"  # where multiprocessing waits for a queue's thread
OF_ONE_THREAD = ("main thread", "same thread", "event loop")  # words of signal, sqlite3 and asyncio
REFUSED_CHILDREN = "daemonic processes are not allowed to have children"  # multiprocessing's words


@dataclass(frozen=True)
class FailedSetting:
    """A setting that did not do the work: in how many of its rounds, and the first reason.

    cause: None where it may be the number of workers. place: where its workers hung, "" where nobody knows.
    """

    setting: Setting
    failed: int
    tried: int
    outcome: Outcome
    reason: str
    cause: FailureCause | None = None
    place: str = ""

    def rules_out(self, other: Setting) -> bool:
        """Whether the other fails too. What more workers break, fewer may not, but where their number is no cause."""
        if self.cause is FailureCause.NO_CHILDREN:
            names = self.setting.strategy, other.strategy
            return names[0] == names[1] or all(map(is_pool, names))
        if not are_alike(other, self.setting):
            return False
        return self.cause is not None or self.setting.workers <= other.workers


def failed_setting(setting: Setting, rounds: Iterable[Round], *, beside_threads: bool) -> FailedSetting | None:
    """The setting with what became of its rounds; None where all did the work.

    beside_threads: whether threads run when workers are forked.
    """
    tried = list(rounds)
    bad = [round_ for round_ in tried if not round_.ok]
    if not bad:
        return None
    first = bad[0]
    cause = None
    if REFUSED_CHILDREN in first.reason:
        cause = FailureCause.NO_CHILDREN
    elif first.outcome is Outcome.HUNG and AT_QUEUE in first.detail:
        cause = FailureCause.UNREAD_QUEUE
    elif kind_of(setting) == "threads" and any(words in first.reason for words in OF_ONE_THREAD):
        cause = FailureCause.ONE_THREAD
    elif is_forked(setting) and first.outcome is Outcome.HUNG and beside_threads:
        cause = FailureCause.FORKED_THREADS
    elif is_executor(setting.strategy):
        cause = FailureCause.OWN_EXECUTOR
    place = place_in(first.detail) if first.outcome is Outcome.HUNG else ""
    return FailedSetting(setting, len(bad), len(tried), first.outcome, first.reason, cause, place)


def refused_children(axes: Axes) -> Axes:
    """What is left to choose from where items start processes: no Pool, but where nothing else was asked for."""
    return axes.without([name for name in axes.strategies if is_pool(name)])


def is_pool(strategy: str) -> bool:
    """Whether its workers are those of multiprocessing's Pool."""
    return find(strategy).call.startswith("Pool.")


def is_forked(setting: Setting) -> bool:
    """Whether its workers are forked from the caller; joblib's are fresh interpreters, whatever the setting says.

    Of an executor of the user's own nobody knows, and no.
    """
    forks = kind_of(setting) == "processes" and setting.start_method == "fork"
    return forks and setting.strategy != BY_VALUE and not is_executor(setting.strategy)


def starts_afresh(setting: Setting) -> bool:
    """Whether its workers import the module again, by the start method that the setting names."""
    return kind_of(setting) == "processes" and setting.start_method != "fork"
