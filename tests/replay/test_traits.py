"""Traits: what rounds on several workers show of a job, and what that means for other settings."""

import numpy as np
import pytest
from contests import MS, computes, pool, spread_over, waits
from hypothesis import assume, given
from hypothesis import strategies as st

from lightwork.core.setting import Setting
from lightwork.replay.costs import NO_COSTS, sent_ns
from lightwork.replay.demands import demands_of, own_ns
from lightwork.replay.engine import replay
from lightwork.replay.traits import (
    LEAST_WARM_UP_NS,
    NO_WARM_UP,
    SHORTFALL,
    SpeedupLimit,
    Traits,
    WarmUp,
    kind_of,
    limit_of,
    thread_cores_of,
    warm_up_of,
    without_warm_up,
)
from lightwork.strategies import chunksize_in_force

lengths = st.lists(st.integers(1, 40), min_size=12, max_size=60)
THREADS = Setting("threads", 4)


@pytest.mark.parametrize(
    ("setting", "is_sent"),
    [
        (pool(2), True), (Setting("static", 2), False), (Setting("static", 2, start_method="spawn"), True),
        (Setting("threads", 2), False), (Setting("asyncio", 2), False),
    ],
)  # fmt: skip
def test_large_items_take_time_to_be_sent(setting, is_sent):
    """To processes, unless these had them when they were forked; threads are sent nothing."""
    costs = Traits(item_ns=sent_ns(50e6)).costs(setting, NO_COSTS, 40)
    assert costs == (NO_COSTS.with_sent_items(sent_ns(50e6), costs_chunk(setting)) if is_sent else NO_COSTS)
    assert (costs.send_ns > 30 * MS) == is_sent


@pytest.mark.parametrize(
    ("setting", "is_given"),
    [
        (pool(2), False), (pool(2, start_method="spawn"), True), (pool(2, start_method="forkserver"), True),
        (Setting("threads", 2), False), (Setting("asyncio", 2), False),
    ],
)  # fmt: skip
def test_what_all_items_share_is_given_to_workers_that_inherit_nothing(setting, is_given):
    """Before their first item; forks, threads and tasks have it."""
    costs = Traits(given=WarmUp(30 * MS)).costs(setting, NO_COSTS, 40)
    assert costs == (NO_COSTS.with_warm_up(30 * MS, 0.0) if is_given else NO_COSTS)


def test_many_small_objects_take_longer_to_be_sent_than_their_bytes():
    """A result of rows is pickled for longer than a text of its size is copied; the longer of both counts."""
    assert sent_ns(1000, 0.0) < sent_ns(1000, 50_000.0) == 50_000.0
    assert sent_ns(50e6, 50_000.0) == sent_ns(50e6)


def test_a_large_function_is_sent_with_each_chunk():
    """The caller sends it and a worker takes it, once a chunk, however many items that has."""
    costs = Traits(function_ns=sent_ns(50e6)).costs(pool(2, chunksize=10), NO_COSTS, 40)
    assert costs == NO_COSTS.with_sent_items(0.0, 10, sent_ns(50e6))
    assert costs.send_ns == costs.take_ns > 30 * MS
    assert costs.item_ns == 0


def costs_chunk(setting):
    """How many items go together."""
    return chunksize_in_force(setting, 40) or 1


@given(lengths, st.integers(2, 6), st.integers(200, 2000))
def test_a_planted_warm_up_is_learned(lengths_ms, workers, warm_up_ms):
    """What every worker waited before its first item is found, to the nanosecond, whatever the items."""
    serial = waits(*lengths_ms)
    serial["start_ns"][1:] += warm_up_ms * MS  # the first item paid for it serially
    serial["end_ns"] += warm_up_ms * MS
    parallel = spread_over(workers, waits(*lengths_ms), warm_up_ms=warm_up_ms)
    assume(len(set(parallel["worker"])) == workers)
    learned = warm_up_of(serial, parallel)
    assert (learned.cpu_ns, learned.wait_ns) == (0.0, pytest.approx(warm_up_ms * MS))


@given(lengths, st.integers(2, 6), st.floats(0.5, 3.0))
def test_an_even_job_has_none(lengths_ms, workers, longer):
    """Items that all take longer beside others, first and later ones alike, are no warm-up."""
    serial = waits(*[sum(lengths_ms) / len(lengths_ms)] * len(lengths_ms))
    assert warm_up_of(serial, spread_over(workers, serial, longer=longer)) == NO_WARM_UP


def test_what_only_some_workers_pay_is_no_warm_up():
    """Four of five workers that took long over their first items: those were the items, or the machine."""
    serial = waits(*[10] * 40)
    parallel = spread_over(5, serial)
    for worker in range(1, 6):
        first = int(np.flatnonzero(parallel["worker"] == worker)[0])
        parallel["end_ns"][first] += 500 * MS if worker != 5 else 0
    assert warm_up_of(serial, parallel) == NO_WARM_UP


@pytest.mark.parametrize(("longer_ms", "is_warm_up"), [(150, False), (400, True)])
def test_a_long_first_item_scatters_without_a_warm_up(longer_ms, is_warm_up):
    """Of a giant of 1 s that goes first, 150 ms more in a worker are its own scatter, 400 ms are not."""
    serial = computes(*[10] * 20, 1000)
    parallel = spread_over(2, serial[::-1])[::-1]
    parallel["cpu_ns"][20] += longer_ms * MS
    parallel["end_ns"][20] += longer_ms * MS
    other = int(np.flatnonzero(parallel["worker"] == 2)[-1])
    parallel["cpu_ns"][other] += longer_ms * MS
    parallel["end_ns"][other] += longer_ms * MS
    assert bool(warm_up_of(serial, parallel)) is is_warm_up


def test_waiting_for_a_core_is_no_warm_up():
    """First items that were ready and had no core paid nothing for being the first."""
    serial = waits(*[10] * 40)
    parallel = spread_over(4, serial, warm_up_ms=300)
    firsts = [int(np.flatnonzero(parallel["worker"] == worker)[0]) for worker in range(1, 5)]
    parallel["runqueue_ns"][firsts] = 300 * MS
    assert warm_up_of(serial, parallel) == NO_WARM_UP


def test_computing_and_waiting_before_the_first_item_are_told_apart():
    """A model that is computed takes a core, a connection that is awaited does not."""
    serial = computes(*[10] * 40)
    parallel = spread_over(4, serial, warm_up_ms=300)
    firsts = [int(np.flatnonzero(parallel["worker"] == worker)[0]) for worker in range(1, 5)]
    parallel["cpu_ns"][firsts] += 200 * MS
    assert warm_up_of(serial, parallel) == WarmUp(pytest.approx(200 * MS), pytest.approx(100 * MS))


@given(st.floats(LEAST_WARM_UP_NS, 5e9), st.integers(1, 50))
def test_without_its_warm_up_the_first_item_is_like_the_others(wait_ns, length_ms):
    """A serial ledger whose first item paid is as if nothing had been paid; the rest stays as it is."""
    serial = waits(*[length_ms] * 20)
    paid = serial.copy()
    paid["start_ns"][0] -= round(wait_ns)
    rows = without_warm_up(paid, WarmUp(0.0, round(wait_ns)))
    assert own_ns(rows).tolist() == own_ns(serial).tolist()
    assert without_warm_up(paid, NO_WARM_UP) is paid


@given(st.integers(1, 50))
def test_a_first_item_is_never_made_shorter_than_the_median(length_ms):
    """A warm-up that is longer than what the first item took leaves it as long as the others."""
    rows = without_warm_up(waits(2 * length_ms, *[length_ms] * 19), WarmUp(0.0, 10_000 * MS))
    assert own_ns(rows)[0] == length_ms * MS


def test_a_warm_up_is_one_kinds():
    """What processes pay, threads need not."""
    traits = Traits(warm_ups={"processes": WarmUp(1.0, 2.0)})
    assert traits.warm_up(pool(4)) == WarmUp(1.0, 2.0)
    assert traits.warm_up(THREADS) == NO_WARM_UP


@given(st.integers(2, 32), st.floats(0.1, 0.84), st.integers(1, 32))
def test_a_limit_bounds_fewer_workers_as_it_is(workers, share, fewer):
    """A lock or a gate lets through what it let through, however many stand before it."""
    assume(fewer <= workers)
    limit = SpeedupLimit(pool(workers), share, is_shared=True)
    assert limit.on(fewer, float(fewer), float(workers)) == pytest.approx(min(fewer, share * workers))


@given(st.integers(2, 32), st.floats(0.1, 0.84), st.integers(1, 64))
def test_a_limit_goes_on_by_amdahls_law_for_more(workers, share, more):
    """From the measured round on, each further worker brings less: by the one serial part that explains it."""
    limit = SpeedupLimit(pool(workers), share, is_shared=True)
    many, before = workers + more, share * workers
    assume(before > 1.01)
    serial_part = (workers / before - 1) / (workers - 1)
    assert limit.on(many, float(many), float(workers)) == pytest.approx(many / (1 + serial_part * (many - 1)))
    assert before < limit.on(many, float(many), float(workers)) < many


@given(st.integers(2, 32), st.floats(0.1, 0.84), st.integers(1, 64), st.floats(0.1, 1.0))
def test_a_limit_is_added_to_what_limits_more_workers_anyway(workers, share, more, less):
    """Workers that gain little by themselves, as their start takes long, lose to a limit no more time than others."""
    limit = SpeedupLimit(pool(workers), share, is_shared=True)
    many = workers + more
    ideal, poor = (limit.on(many, speedup, float(workers)) for speedup in (float(many), less * many))
    assert 1 / poor - 1 / (less * many) == pytest.approx(1 / ideal - 1 / many)


def test_a_limit_that_was_not_inside_items_is_one_kinds():
    """A pool that hands over slowly does not limit threads; a lock inside the items limits all."""
    own, shared = (Traits(limits=(SpeedupLimit(pool(4), 0.5, is_shared=shared),)) for shared in (False, True))
    predicted = {pool(4): 4.0}
    assert own.limited(THREADS, 4.0, predicted) == 4.0
    assert shared.limited(THREADS, 4.0, predicted) == 2.0
    assert own.limited(pool(4), 4.0, predicted) == shared.limited(pool(4), 4.0, predicted) == 2.0


@given(st.floats(0.05, 1.5))
def test_only_what_falls_clearly_short_is_a_limit(share):
    """Less than SHORTFALL is within what predictions are off; doubt widens that."""
    serial = waits(*[10] * 40)
    limit = limit_of(pool(4), 4 * share, 4.0, serial, spread_over(4, serial))
    assert (limit is None) == (share > 1 - SHORTFALL)
    if limit:
        assert limit.share == pytest.approx(share)
        assert limit_of(pool(4), 4 * share, 4.0, serial, serial, doubt=1.0) is None


@pytest.mark.parametrize(("longer", "is_shared"), [(2.0, True), (1.0, False)])
def test_where_time_is_lost_inside_items_the_limit_is_shared(longer, is_shared):
    """Items that take twice as long beside others share something; a round that is long without that does not."""
    serial = waits(*[10] * 40)
    limit = limit_of(pool(4), 2.0, 4.0, serial, spread_over(4, serial, longer=longer))
    assert limit.is_shared is is_shared


@pytest.mark.parametrize("workers", [16, 100])
def test_a_gate_that_lets_few_of_all_through_at_a_time_is_shared(workers):
    """Sixteen items at once, of which five may work: the first five are soon done, and idle while others wait."""
    serial = waits(*[30] * 16)
    gated = spread_over(16, serial)
    gated["end_ns"] += np.arange(16) // 5 * 30 * MS
    limit = limit_of(Setting("asyncio", workers), 4.0, 16.0, serial, gated)
    assert limit.is_shared


@given(st.floats(1.0, 4.0), st.lists(st.integers(5, 30), min_size=16, max_size=40))
def test_thread_cores_of_planted_ledgers(cores, lengths_ms):
    """A round replayed on so many cores is found to have run on them."""
    demands = demands_of(computes(*lengths_ms))
    wall_ns = replay(demands, THREADS, cores, NO_COSTS).makespan_ns
    learned = thread_cores_of(demands, THREADS, wall_ns, 4.0, NO_COSTS)
    assert replay(demands, THREADS, learned, NO_COSTS).makespan_ns == pytest.approx(wall_ns, rel=0.05)
    assert learned == pytest.approx(cores, rel=0.15)


def test_threads_that_only_wait_do_not_tell():
    """Without computing it makes no difference on how many cores, and nothing is claimed."""
    assert thread_cores_of(demands_of(waits(*[10] * 40)), THREADS, 100.0 * MS, 4.0, NO_COSTS) is None


def test_threads_that_a_rate_holds_up_do_not_tell():
    """Items of 10 ms that may start every 30 ms: the round is long for the rate, however many cores compute."""
    demands = demands_of(computes(*[10] * 40))
    assert thread_cores_of(demands, THREADS, 1200.0 * MS, 4.0, NO_COSTS, 30.0 * MS) is None


@pytest.mark.parametrize(
    ("name", "kind"), [("map", "processes"), ("process_executor", "processes"), ("threads", "threads")]
)
def test_workers_are_of_a_kind(name, kind):
    """Pools of whatever make share what their processes meet."""
    assert kind_of(Setting(name, 2)) == kind
