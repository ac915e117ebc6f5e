"""Turns: one clock for all who run items; waiting for a turn is no claim about how long anything takes beyond it."""

import asyncio
import inspect
import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from time import monotonic

import pytest

from lightwork.workload.turns import Turns, paced, wait

APART_S, SLACK_S = 0.02, 0.001  # for what lies between taking a turn and the clock's reading before it


def began(item):
    """When the item began."""
    return monotonic()


async def began_too(item):
    """The same, awaited."""
    return monotonic()


def by_threads(function, items):
    """Run by eight threads."""
    with ThreadPoolExecutor(8) as executor:
        return list(executor.map(function, items))


def by_spawned(function, items):
    """Run by two processes that inherit nothing."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        return list(executor.map(function, items))


def by_forked(function, items):
    """Run by four processes."""
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as executor:
        return list(executor.map(function, items))


def by_tasks(function, items):
    """Run by a task for each."""

    async def all_of_them():
        return await asyncio.gather(*map(function, items))

    return asyncio.run(all_of_them())


@pytest.mark.parametrize(
    ("run", "function"), [(by_threads, began), (by_spawned, began), (by_forked, began), (by_tasks, began_too)]
)
def test_starts_never_outrun_the_rate(run, function, tmp_path):
    """Of any workers, so many items can't have begun before as many turns have passed since the first."""
    moments = sorted(run(paced(function, str(tmp_path / "turns"), APART_S), range(12)))
    first_s = moments[0]
    late_s = [moment - first_s - number * APART_S for number, moment in enumerate(moments)]
    assert min(late_s[6:]) > -6 * APART_S  # the first one may have been late itself
    assert moments[-1] - first_s > 6 * APART_S


def test_turns_are_taken_one_after_the_other(tmp_path):
    """The first is now, and each next one so much later, whether or not anybody has waited for the one before."""
    turns = Turns(str(tmp_path / "turns"), 10.0)
    assert turns.left_s() == 0
    began_s = monotonic()
    waits_s = [turns.take_s() + monotonic() - began_s for _ in range(3)]
    assert waits_s[0] < 1
    assert waits_s[1] == pytest.approx(10, abs=1)
    assert waits_s[2] == pytest.approx(20, abs=1)
    assert turns.left_s() == pytest.approx(30, abs=1)


def test_a_turn_that_nobody_took_is_lost(tmp_path):
    """Who comes later than the next turn may start at once: nothing is caught up on."""
    turns = Turns(str(tmp_path / "turns"), 0.001)
    for _ in range(3):
        wait(turns.path, turns.apart_s)
        assert turns.take_s() == 0


def test_a_paced_function_can_be_sent(tmp_path):
    """Coroutine functions stay what they are."""
    for function in (began, began_too):
        sent = pickle.loads(pickle.dumps(paced(function, str(tmp_path / "turns"), APART_S)))
        assert (sent.function, sent.turns.apart_s) == (function, APART_S)
        assert inspect.iscoroutinefunction(type(sent).__call__) == inspect.iscoroutinefunction(function)
