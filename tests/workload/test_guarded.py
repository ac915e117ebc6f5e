"""Functions with a time-out and retries: what they return and raise, plain and awaited, in main threads and others."""

import asyncio
import pickle
import threading
import time

import pytest
from rounds import PATIENCE_S, job

from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.workload.coroutine import is_coroutine_function, plain
from lightwork.workload.guarded import guarded

LONG_S = 600.0


def wait(seconds, left=0.0):
    """What takes so long."""
    time.sleep(seconds + left)
    return seconds


async def wait_awaited(seconds, left=0.0):
    """The same, awaited."""
    await asyncio.sleep(seconds + left)
    return seconds


class Flaky:
    """Fails so many times, then works."""

    def __init__(self, failures):
        self.failures = failures

    def __call__(self, item):
        """The item, once it has failed often enough."""
        self.failures -= 1
        if self.failures >= 0:
            raise ConnectionError("not now")
        return item


@pytest.mark.parametrize("function", [wait, plain(wait_awaited)])
def test_an_item_that_takes_too_long_raises(function):
    """A TimeoutError that says after how long; one in time has its result, and nothing goes off afterwards."""
    limited = guarded(function, 0.3, 0)
    with pytest.raises(TimeoutError, match=r"longer than 0\.3 s"):
        limited(LONG_S)
    assert limited(0.0, left=0.0) == 0.0
    time.sleep(0.4)


def test_a_coroutine_function_stays_one():
    """And is ended by its loop."""
    limited = guarded(wait_awaited, 0.3, 1)
    assert is_coroutine_function(limited)
    with pytest.raises(TimeoutError, match=r"longer than 0\.3 s"):
        asyncio.run(limited(LONG_S))
    assert asyncio.run(limited(0.0)) == 0.0


def test_in_another_thread_an_item_is_not_ended():
    """It has its result, however late."""
    results = []
    thread = threading.Thread(target=lambda: results.append(guarded(wait, 0.05, 0)(0.2)))
    thread.start()
    thread.join()
    assert results == [0.2]


def test_an_item_is_tried_again_so_often():
    """And raises what it raised the last time."""
    assert guarded(Flaky(2), 0.0, 2)("item") == "item"
    with pytest.raises(ConnectionError):
        guarded(Flaky(3), 0.0, 2)("item")


def test_every_try_has_its_own_time():
    """A time-out ends one try, not the item."""
    with pytest.raises(TimeoutError):
        guarded(wait, 0.2, 1)(LONG_S)


def test_it_can_be_sent_to_a_worker():
    """Pickled by the function's name."""
    assert pickle.loads(pickle.dumps(guarded(wait, 5.0, 1)))(0.0) == 0.0


def test_nothing_stands_around_a_function_without_guards():
    """It is the function itself."""
    assert guarded(wait, 0.0, 0) is wait


FRAGILE = """
def numbers():
    return list(range(20))


def fragile(number):
    if number % 10 == 3:
        raise ConnectionError("429 too many requests")
    return number


async def fragile_awaited(number):
    return fragile(number)
"""


@pytest.mark.parametrize(("name", "function"), [("map", "fragile"), ("asyncio", "fragile_awaited")])
@pytest.mark.parametrize("tolerates", [0, 1, 2])
def test_a_round_goes_on_after_as_many_errors_as_it_tolerates(name, function, tolerates, tmp_path):
    """With one more it did not do the work: a service that refuses most items answers fast."""
    module = tmp_path / "fragile.py"
    module.write_text(FRAGILE)
    with open_workdir(tmp_path / "data") as workdir:
        asked = job(
            workdir, Setting(name, 2), f"{module}:{function}", source=f"call:{module}:numbers", tolerates=tolerates
        )
        round_ = launch(workdir, asked, PATIENCE_S).round
    assert round_.outcome is {0: Outcome.RAISED, 1: Outcome.WRONG, 2: Outcome.OK}[tolerates], round_.reason
    if tolerates == 1:
        assert round_.reason == "2 of 20 items raised, as ConnectionError: 429 too many requests"
