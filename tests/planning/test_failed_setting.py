"""A failed setting: which others fail for the same reason, whatever the number of their workers."""

import pytest

from lightwork.core.reasons import FailureCause
from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.planning.failed_setting import failed_setting

THREADS, FEWER, PROCESSES = Setting("threads", 8), Setting("threads", 2), Setting("process_executor", 8)


def failed(setting, reason):
    """The setting, of which one round raised this."""
    return failed_setting(setting, [Round("cell", 1, 0, Outcome.RAISED, reason=reason)], beside_threads=False)


@pytest.mark.parametrize(
    "reason",
    [
        "ValueError: signal only works in main thread of the main interpreter in item 0: 3",
        "ProgrammingError: SQLite objects created in a thread can only be used in that same thread. in item 0: 3",
        "RuntimeError: <Semaphore> is bound to a different event loop in item 7: 7",
    ],
)
def test_what_works_in_one_thread_only_rules_out_all_threads(reason):
    """Fewer of them, too, but no processes; and what processes raise says nothing of threads."""
    one_thread = failed(THREADS, reason)
    assert one_thread.cause is FailureCause.ONE_THREAD
    assert one_thread.rules_out(FEWER)
    assert not one_thread.rules_out(PROCESSES)
    assert failed(PROCESSES, reason).cause is None


def test_workers_that_wait_for_a_queue_to_be_read_all_do():
    """Whatever their number, where their stacks show it."""
    stacks = 'Thread 0x1 (most recent call first):\n  File "multiprocessing/queues.py", line 199 in _finalize_join'
    round_ = Round("cell", 1, 0, Outcome.HUNG, reason="still running after 6 s", detail=stacks)
    hung = failed_setting(PROCESSES, [round_], beside_threads=False)
    assert hung.cause is FailureCause.UNREAD_QUEUE
    assert hung.rules_out(Setting("map", 2))
    assert not hung.rules_out(THREADS)


def test_what_may_be_their_number_rules_out_more_of_them():
    """A service that refuses the eighth may serve two."""
    refused = failed(THREADS, "TooManyRequests: 429")
    assert refused.cause is None
    assert refused.rules_out(Setting("threads", 9))
    assert not refused.rules_out(FEWER)
