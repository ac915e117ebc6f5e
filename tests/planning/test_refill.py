"""A refill: a cache makes items cheaper as more have run, and what it took to fill is found; pure."""

import random

import pytest
from contests import MS, computes, job, pool, waits

from lightwork.core.footprint import Footprint, StateChange
from lightwork.core.setting import Setting
from lightwork.planning.refill import caches_in, refill_of, settled, still_filling
from lightwork.planning.sample import Sample, rows_of_all
from lightwork.replay.costs import NO_COSTS
from lightwork.replay.demands import own_ns
from lightwork.replay.traits import WarmUp

FILL_MS, HIT_MS = 50, 1


def cached(items, keys, seed=1):
    """The lengths of so many items in random order that look up one of so many keys in a cache, empty at first."""
    chance, filled, lengths = random.Random(seed), set(), []
    for _ in range(items):
        key = chance.randrange(keys)
        lengths.append(HIT_MS if key in filled else FILL_MS)
        filled.add(key)
    return lengths


@pytest.mark.parametrize(("items", "keys"), [(1_500, 24), (100, 24), (40, 5)])
def test_a_cache_that_fills_is_found(items, keys):
    """How many items filled it, and what that took in all."""
    lengths = cached(items, keys)
    refill = refill_of(computes(*lengths))
    assert refill.fills == lengths.count(FILL_MS) <= keys
    assert refill.took == WarmUp(pytest.approx(refill.fills * (FILL_MS - HIT_MS) * MS), pytest.approx(0, abs=1))


@pytest.mark.parametrize("seed", range(5))
def test_items_of_any_length_in_any_order_are_no_cache(seed):
    """Neither equal ones, nor log-normal ones, nor such of which some are dear wherever they stand."""
    chance = random.Random(seed)
    assert refill_of(computes(*[10] * 100)) is None
    assert refill_of(computes(*[chance.lognormvariate(2, 1) for _ in range(100)])) is None
    assert refill_of(computes(*[50 if number % 10 == 5 else 1 for number in range(100)])) is None
    assert refill_of(computes(*cached(7, 2))) is None


def test_a_cache_that_costs_next_to_nothing_is_not_worth_a_word():
    """Some milliseconds in all."""
    assert refill_of(computes(*[length / 100 for length in cached(200, 20)])) is None


def test_the_last_items_that_were_run_stand_for_the_rest():
    """Those that were run stand for themselves; the order is that in which they ran, not that of the list."""
    rows = waits(50, 1, 50, 1, 1, 1, 1, 1)
    sample = Sample(tuple(range(0, 24, 3)), tuple(place // 3 for place in range(24)))
    rest = [place for place in range(24) if place % 3]
    every = own_ns(rows_of_all(rows, settled(sample, rows)))
    assert every[::3].tolist() == own_ns(rows).tolist()
    assert set(every[rest].tolist()) == {MS}
    turned = rows[::-1].copy()
    assert set(own_ns(rows_of_all(turned, settled(sample, turned)))[rest].tolist()) == {MS}


def test_what_may_be_a_cache_is_told_from_results():
    """A function that keeps results; a dict that fewer entries than items came into; no list, no result for each."""
    rate, rates = StateChange("rate", "cache", 0, 9), StateChange("RATES", "dict", 0, 5)
    assert caches_in(Footprint(caches=(rate,), changes=(rates,)), 16) == (rate,)
    assert caches_in(Footprint(changes=(rates,)), 16) == (rates,)
    assert still_filling((rate, rates), 16) == ("rate",)
    assert caches_in(Footprint(changes=(StateChange("RESULTS", "dict", 0, 16),)), 16) == ()
    assert caches_in(Footprint(changes=(StateChange("ROWS", "list", 0, 5), StateChange("COUNT", "int"))), 16) == ()


def test_each_process_fills_the_cache_again_and_threads_do_not():
    """The items are cheap for processes, each of which pays for all fills; threads find what another one filled."""
    rows = computes(*cached(400, 20))
    refill = refill_of(rows)
    traits = job(rows, refill=refill.took).traits
    processes, threads = pool(2), Setting("threads", 2)
    assert traits.demands(processes, rows).wall_ns.sum() == 400 * HIT_MS * MS
    assert traits.costs(processes, NO_COSTS, 400) == NO_COSTS.with_warm_up(refill.took.cpu_ns, refill.took.wait_ns)
    assert traits.demands(threads, rows).wall_ns.sum() == own_ns(rows).sum()
    assert traits.costs(threads, NO_COSTS, 400) == NO_COSTS
