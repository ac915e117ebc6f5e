"""Calibrating: each kind of workers is measured with the no-ops that fit it."""

import time

import pytest

from lightwork.planning.calibrate import NAP, TURN, TURN_ASYNC, no_op_for
from lightwork.replay.noop import nap


@pytest.mark.parametrize(
    ("name", "no_op"), [("threads", NAP), ("asyncio", TURN_ASYNC), ("process_executor", TURN), ("serial", TURN)]
)
def test_threads_are_measured_with_items_that_wait(name, no_op):
    """A thread that computes holds Python's lock while others start: that would count as what starting costs."""
    assert no_op_for((name, "fork")) == no_op


def test_a_nap_waits_and_does_not_compute():
    """It takes the time of about so many loop turns, nearly none of it on a core; none at all where it is 0."""
    began_s, cpu_s = time.monotonic(), time.thread_time()
    assert nap(5_000_000) == 5_000_000
    assert time.thread_time() - cpu_s < (time.monotonic() - began_s) / 2
    assert nap(0) == 0
