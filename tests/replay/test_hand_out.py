"""Hand-out rules say what the strategies do."""

from concurrent.futures.process import EXTRA_QUEUED_CALLS
from multiprocessing.pool import Pool, ThreadPool
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.replay.hand_out import hand_out, with_a_rule

FIXED = ("static", "static_striped", "fork")
PREDICTABLE = with_a_rule(strategies.names(), are_named=False)
DYNAMIC = ("map", "imap_unordered", "apply_async", "queue", "pipe")


def parts(setting: Setting, items: int) -> list[list[int]]:
    """The positions of each chunk."""
    plan = hand_out(setting, items)
    return [found.tolist() for found in np.split(plan.order, plan.bounds[1:-1])]


@given(st.sampled_from(PREDICTABLE), st.integers(1, 60), st.integers(1, 9), st.none() | st.integers(1, 20))
def test_every_item_is_handed_out_once(strategy: str, items: int, workers: int, chunksize: int | None) -> None:
    """Whatever the strategy, the number of workers and the chunksize, the chunks hold every item once."""
    has_chunks = strategies.find(strategy).default_chunksize is not None
    setting = Setting(strategy, workers, chunksize if has_chunks else None)
    chunks = parts(setting, items)
    assert sorted(position for chunk in chunks for position in chunk) == list(range(items))
    assert hand_out(setting, items).chunks == len(chunks)


@pytest.mark.parametrize(("items", "workers"), [(10, 4), (3, 5), (7, 1), (8, 2)])
@pytest.mark.parametrize("strategy", ["static", "static_striped"])
def test_fixed_parts_are_those_that_the_strategy_makes(
    strategy: str, items: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worker by worker, a fixed part holds the very items that the strategy's own code gives to that worker."""
    given_out: list[list[int]] = []

    def keep(function: Any, own: Any, context: Any) -> list[int]:
        given_out.extend(map(list, own))
        return []

    found = strategies.find(strategy)
    monkeypatch.setitem(found.run.__globals__, "run_parts", keep)
    found.run(abs, list(range(items)), workers, None, None)
    assert parts(Setting(strategy, workers), items) == given_out


@pytest.mark.parametrize("chunksize", [None, 1, 3])
def test_map_cuts_as_pool_map_does(chunksize: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks are as many and as large as those that `Pool.map` makes of the same items."""
    made, cut = [], Pool._get_tasks

    def note(*arguments: Any) -> Any:
        for task in cut(*arguments):
            made.append(len(task[1]))
            yield task

    monkeypatch.setattr(Pool, "_get_tasks", staticmethod(note))
    with ThreadPool(2) as pool:
        pool.map(abs, range(25), chunksize)
    assert made == [len(chunk) for chunk in parts(Setting("map", 2, chunksize), 25)]


@pytest.mark.parametrize("strategy", DYNAMIC)
def test_dynamic_chunks_follow_the_order_of_the_items(strategy: str) -> None:
    """A strategy that hands out to whoever is free does so in the order of the items, one by one unless told."""
    plan = hand_out(Setting(strategy, 3), 12)
    assert not plan.fixed
    assert plan.order.tolist() == list(range(12))
    assert set(np.diff(plan.bounds)) == {1}


def test_the_queue_keeps_two_chunks_a_worker_in_flight_and_the_pipe_one() -> None:
    """How far ahead the caller sends is the strategy's own bound."""
    assert hand_out(Setting("queue", 3), 100).window == 6
    assert hand_out(Setting("pipe", 3), 100).window == 3


@pytest.mark.parametrize("strategy", FIXED)
def test_fixed_parts_are_one_a_worker(strategy: str) -> None:
    """A fixed hand-out has as many parts as workers, empty ones among them where items are few."""
    plan = hand_out(Setting(strategy, 5), 3)
    assert plan.fixed
    assert plan.chunks == 5


def test_a_strategy_without_a_rule_is_named_with_those_that_have_one() -> None:
    """The error for an unknown strategy lists what can be replayed."""
    with pytest.raises(UsageError, match=r"'telepathy'.*fork.*imap_unordered.*static"):
        hand_out(Setting("telepathy", 2), 5)


def test_a_pipeline_is_refused_with_the_reason() -> None:
    """single_writer is known and has no rule: by name it is refused in one line, among all it is left out."""
    with pytest.raises(UsageError, match=r"single_writer can't be predicted, because .*: leave it out") as told:
        hand_out(Setting("single_writer", 2), 5)
    assert "\n" not in str(told.value)
    assert with_a_rule(["map", "single_writer"], are_named=False) == ["map"]


def test_a_chunksize_that_the_strategy_can_not_take_is_refused() -> None:
    """A replay refuses what a round would refuse."""
    with pytest.raises(UsageError, match="has no chunksize"):
        hand_out(Setting("static", 2, chunksize=4), 10)


def test_executors_keep_as_much_in_flight_as_they_do() -> None:
    """A process executor's queue holds its workers' chunks and some more; threads find all items in one queue."""
    assert hand_out(Setting("process_executor", 3), 50).window == 3 + 3 + EXTRA_QUEUED_CALLS
    assert hand_out(Setting("process_executor", 3, 20), 50).chunks == 3
    threads = hand_out(Setting("threads", 3), 50)
    assert (threads.window, threads.chunks, threads.ahead) == (50, 50, True)
