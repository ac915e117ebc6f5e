"""A trial: an item that raises is noted, and what can't travel between processes is found out."""

import asyncio
import json
import threading
import time

import pytest

from lightwork.workload.arguments import TUPLE, with_arguments
from lightwork.workload.random_state import watched
from lightwork.workload.trial import (
    FEWEST,
    TRACEBACK,
    CoroutineTrial,
    ItemFailure,
    ItemLeft,
    Trial,
    bytes_in,
    facts_of,
    failed_in,
    left_in,
    pickled,
    pickling_ns_in,
    stuck_in,
    unsendable_error_in,
    why_stuck,
)


def halve(number):
    """Half of an even number."""
    if number == 13:
        raise SystemExit("unlucky")
    if number % 2:
        raise ValueError(f"{number}\nis odd")
    return number // 2


def test_what_raises_is_noted_and_what_does_not_is_returned():
    """The result as it is, or the exception in one line with the traceback from the user's function on."""
    trial = Trial(halve)
    assert trial(4) == 2
    failed = trial(3)
    assert failed.reason == "ValueError: 3 is odd"
    assert failed.detail.startswith("Traceback (most recent call last):\n")
    assert "in halve\n" in failed.detail
    assert "__call__" not in failed.detail
    assert trial(13).reason == "SystemExit: unlucky"


def test_a_traceback_begins_with_the_users_function():
    """However many wrappers of ours lie between: a user's fault is told by the user's lines."""
    trial = Trial(with_arguments(watched(halve, halve), TUPLE, {}))
    detail = trial((3,)).detail
    assert detail.splitlines()[1].endswith("in halve")


def test_a_ctrl_c_is_nobodys_failure():
    """KeyboardInterrupt ends the round."""

    def interrupted(item):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Trial(interrupted)(1)


def test_the_facts_tell_which_failed_and_which_are_stuck():
    """Both by their places, through JSON and back; the first failure's traceback, and a few of the stuck."""
    results = [1, ItemFailure("ValueError: a", "first"), threading.Lock(), ItemFailure("ValueError: b", "second")]
    facts = json.loads(json.dumps(dict(facts_of(results))))
    assert failed_in(facts) == {1: "ValueError: a", 3: "ValueError: b"}
    assert list(stuck_in(facts)) == [2]
    assert "cannot pickle" in stuck_in(facts)[2]
    assert facts[TRACEBACK] == "first"
    assert len(stuck_in(facts_of([threading.Lock()] * 9))) == 3


class SilentError(Exception):
    """An error that has no text."""

    def __str__(self):
        raise ValueError("no text")


def test_an_exception_without_a_text_is_noted_by_its_kind():
    """What its own code raises does not take its place."""

    def silent(item):
        raise SilentError

    assert Trial(silent)(1).reason == "SilentError, whose str() raised ValueError"


def refuse(item):
    """Raises what can't be pickled: a pool notices that, and says so."""
    raise ValueError(threading.Lock())


class BadOrderError(Exception):
    """An error as many write one: its own two arguments are not those that it hands on."""

    def __init__(self, order, why):
        super().__init__(f"order {order}: {why}")


def test_an_exception_that_can_not_be_unpickled_is_noted():
    """By its kind, with the reason, the first one of all; usual exceptions travel."""

    def check(order):
        raise BadOrderError(order, "no customer") if order == 57 else ValueError(order)

    trial = Trial(check)
    facts = json.loads(json.dumps(dict(facts_of([trial(56), trial(57)]))))
    kind, reason = unsendable_error_in(facts)
    assert kind == "BadOrderError"
    assert "missing 1 required positional argument: 'why'" in reason
    assert unsendable_error_in(facts_of([trial(56)])) is None
    assert unsendable_error_in(facts_of([Trial(refuse)(1)])) is None
    assert unsendable_error_in({}) is None


def test_without_a_trial_there_is_nothing_to_tell():
    """A round that was no trial has no such facts."""
    assert (failed_in({}), stuck_in({})) == ({}, {})
    assert facts_of([1, 2])[TRACEBACK] == ""


def test_a_long_reason_is_cut():
    """An exception that quotes a whole file does not fill the screen."""

    def verbose(item):
        raise ValueError("x" * 10_000)

    assert len(Trial(verbose)(1).reason) == 300


def test_plain_things_travel():
    """Data and functions of a module can be sent; a lambda can't."""
    assert why_stuck([1, "a", halve]) == ""
    assert why_stuck(lambda item: item) != ""


def slow(number):
    """A number, after a while."""
    time.sleep(0.05)
    return number


async def slow_too(number):
    """The same, awaited."""
    await asyncio.sleep(0.05)
    return number


def test_no_item_is_begun_once_time_is_up():
    """Those that were begun are done, and the places of the others are facts of the round."""
    trial = Trial(slow, 0.12)
    results = [trial(number) for number in range(40)]
    done = [result for result in results if not isinstance(result, ItemLeft)]
    assert FEWEST <= len(done) < 40
    assert results[: len(done)] == list(range(len(done)))
    assert left_in(json.loads(json.dumps(dict(facts_of(results))))) == list(range(len(done), 40))


def test_two_items_are_run_however_long_they_take():
    """One alone would tell of no other; two do."""
    trial = Trial(slow, 0.09)
    assert [trial(number) for number in range(FEWEST)] == [0, 1]
    assert isinstance(trial(2), ItemLeft)


def test_what_the_first_item_loads_for_all_does_not_use_their_time_up():
    """The others are still run, for a job's length is theirs."""

    def loads(number):
        time.sleep(0.2 if number == 0 else 0.001)
        return number

    trial = Trial(loads, 0.15)
    assert [trial(number) for number in range(6)] == list(range(6))


def test_coroutines_are_limited_alike():
    """A coroutine function that is tried is one, and not begun once time is up."""
    trial = CoroutineTrial(slow_too, 0.09)

    async def one_after_the_other():
        return [await trial(number) for number in range(4)]

    results = asyncio.run(one_after_the_other())
    assert results[:FEWEST] == [0, 1]
    assert isinstance(results[-1], ItemLeft)
    assert left_in({}) == []


def test_the_mean_size_of_the_results_is_a_fact():
    """As they would be sent: two of a megabyte and more; without a trial it is not known."""
    facts = json.loads(json.dumps(dict(facts_of([bytes(1_000_000), bytes(3_000_000)]))))
    assert bytes_in(facts) == pytest.approx(2_000_000, rel=0.01)
    assert bytes_in({}) == 0


def test_it_is_told_how_long_results_take_to_be_sent():
    """Rows of small objects take longer to pickle than a text of as many bytes, and a number takes nothing."""
    rows = [{"carrier": str(place), "delay": place} for place in range(20_000)]
    text = "x" * pickled(rows).size_bytes
    assert pickled(rows).took_ns > 2 * pickled(text).took_ns
    found = dict(facts_of([rows, rows]))
    assert bytes_in(found) == pickled(rows).size_bytes
    assert pickling_ns_in(found) > 2 * pickling_ns_in(facts_of([text, text]))
    assert pickling_ns_in({}) == 0
