"""Coroutine functions as plain ones: each item awaited to its end, in an event loop that is kept."""

import asyncio
import functools
import os
import pickle
import threading

from lightwork.workload.coroutine import Awaited, is_coroutine_function, plain
from lightwork.workload.trial import CoroutineTrial, ItemFailure


async def loop_of(item):
    """The item, and the loop that it was awaited in."""
    await asyncio.sleep(0)
    return item, id(asyncio.get_running_loop())


class Awaits:
    """An object that is called like a coroutine function."""

    async def __call__(self, item):
        """The item."""
        return item


def double(item):
    """Twice the item."""
    return 2 * item


def test_whatever_makes_a_coroutine_is_one():
    """Functions, partials and objects of both kinds."""
    assert all(map(is_coroutine_function, [loop_of, functools.partial(loop_of), Awaits()]))
    assert not any(map(is_coroutine_function, [double, functools.partial(double), Awaits, len]))
    assert plain(double) is double
    assert plain(Awaits())(7) == 7


def test_a_thread_has_one_loop_for_all_its_items():
    """What an item leaves in its loop, the next one finds; another thread has a loop of its own."""
    function, elsewhere = Awaited(loop_of), []
    (first, here), (second, again) = function(1), pickle.loads(pickle.dumps(function))(2)
    thread = threading.Thread(target=lambda: elsewhere.append(function(3)))
    thread.start()
    thread.join()
    assert (first, second) == (1, 2)
    assert here == again != elsewhere[0][1]


def test_a_forked_child_has_a_loop_of_its_own():
    """Parent and child would wait on the same descriptors."""
    function = Awaited(loop_of)
    _, parents = function(1)
    child = os.fork()
    if not child:
        os._exit(function(1)[1] == parents)
    assert os.waitpid(child, 0)[1] == 0
    assert function(1)[1] == parents


def test_a_coroutine_that_raises_is_noted():
    """A trial of a coroutine function is one, and gives the failure with the traceback from the function on."""

    async def halve(number):
        await asyncio.sleep(0)
        return 1 / number

    trial = CoroutineTrial(halve)
    assert is_coroutine_function(trial)
    assert asyncio.run(trial(2)) == 0.5
    failed = asyncio.run(trial(0))
    assert isinstance(failed, ItemFailure)
    assert failed.reason == "ZeroDivisionError: division by zero"
    assert "in halve\n" in failed.detail
    assert "__call__" not in failed.detail
