"""Forecasts: the settings that fit a job, each once, with as many workers as can help."""

from dataclasses import replace
from itertools import product
from math import ceil

import pytest
from contests import FREE, calibration, computes, job, pool, waits
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.setting import Setting
from lightwork.planning.axes import AWAITED, Axes
from lightwork.planning.forecast import (
    CHUNKS_PER_WORKER,
    HAND_OVER,
    MOST_FIRST,
    NEAR,
    chunksize_for,
    forecast,
    in_items,
    longest_first,
)
from lightwork.planning.job_profile import MOST_WORKERS, NEARLY_EQUAL
from lightwork.replay.costs import Costs, sent_ns
from lightwork.replay.traits import NO_TRAITS, SpeedupLimit, Traits, WarmUp, kind_of
from lightwork.strategies import chunksize_in_force, find

lengths = st.lists(st.floats(0.1, 200.0), min_size=2, max_size=60)
jobs = st.builds(
    lambda rows_of, items, cores: job(rows_of(*items), cores), st.sampled_from((waits, computes)), lengths,
    st.sampled_from((1.0, 1.5, 2.0, 4.0, 12.0)),
)  # fmt: skip
costs = st.builds(
    Costs,
    request_ns=st.floats(0, 5e6),
    take_ns=st.floats(0, 1e6),
    send_ns=st.floats(0, 1e5),
    rouse_ns=st.floats(0, 5e5),
)
asked = st.builds(
    Axes, st.sampled_from((("map",), ("map", "threads"), ("static", "imap_unordered"))),
    st.none() | st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple),
    st.none() | st.lists(st.none() | st.integers(1, 9), min_size=1, max_size=4).map(tuple),
    st.none() | st.just(("given", "largest-first")),
)  # fmt: skip

pytestmark = pytest.mark.usefixtures("forks")
MANY = waits(*[10] * 200)
ASKED = Axes(("map", "threads"), (4,), (1,), ("given",), ("fork",))


def settings_of(made):
    """All its settings."""
    return [prediction.setting for prediction in made.whole]


def largest(made):
    """The most workers of any of its settings."""
    return max(setting.workers for setting in settings_of(made))


@given(jobs, st.just(Axes()) | asked, costs)
def test_no_setting_stands_twice(profile, axes, each):
    """Nor does the default chunksize beside the same number."""
    made = settings_of(forecast(profile, axes, calibration(each), NO_TRAITS))
    in_force = [replace(one, chunksize=chunksize_in_force(one, len(profile.rows))) for one in made]
    assert made
    assert len(set(in_force)) == len(in_force)


def test_the_default_chunksize_and_the_same_number_are_one():
    """The default of forty items and two workers is five: asked for both, one is predicted, the one named first."""
    made = forecast(job(waits(*[10] * 40)), Axes(("map",), (2,), (None, 5), ("given",)), FREE, NO_TRAITS)
    assert settings_of(made) == [Setting("map", 2)]


@given(jobs)
def test_never_more_workers_than_can_help(profile):
    """No more than items, than total over longest, and than cores where items do nothing but compute."""
    walls_ns = profile.walls_ns
    cap = ceil(walls_ns.sum() / walls_ns.max())
    most = min(len(walls_ns), len(walls_ns) if len(walls_ns) <= NEARLY_EQUAL * cap else cap, MOST_WORKERS)
    if profile.load.cpu_share > 0:
        most = min(most, ceil(profile.cores))
    made = forecast(profile, Axes(), FREE, NO_TRAITS)
    assert largest(made) <= profile.most_workers(NO_TRAITS) == max(most, 1)


def test_waits_go_far_beyond_the_cores():
    """Two hundred waits on two cores: more than a hundred workers."""
    assert largest(forecast(job(MANY, 2.0), Axes(), FREE, NO_TRAITS)) > 100


def test_a_first_item_that_paid_for_getting_ready_does_not_bound_the_workers():
    """A second before the first of twenty items of 10 ms: once that is known, twenty workers may help."""
    profile = job(waits(1010, *[10] * 19))
    traits = Traits(warm_ups={"threads": WarmUp(0.0, 1e9)})
    assert (profile.most_workers(NO_TRAITS), profile.most_workers(traits)) == (2, 20)


def test_nearly_equal_items_may_all_run_at_once():
    """Of 64 waits one is a tenth longer: total / longest allows 59 workers, with which some wait for a second round."""
    assert job(waits(*[100] * 63, 110)).most_workers(NO_TRAITS) == 64
    assert job(waits(*[100] * 63, 200)).most_workers(NO_TRAITS) == 33


def test_the_ladder_ends_where_twice_as_many_gain_little():
    """A lock that lets five workers through: the counts end below twice that many, and a half."""
    traits = Traits(limits=(SpeedupLimit(Setting("threads", 100), 0.05, is_shared=True),))
    counts = {setting.workers for setting in settings_of(forecast(job(MANY), Axes(("threads",)), FREE, traits))}
    assert {4, 6} <= counts
    assert max(counts) <= 16


@given(jobs, st.integers(1, 20))
def test_never_more_workers_than_items_in_flight(profile, most):
    """Whatever they are: threads, processes, or tasks of an event loop."""
    axes = Axes(AWAITED, most_in_flight=most)
    made = settings_of(forecast(profile, axes, FREE, NO_TRAITS))
    assert {kind_of(setting) for setting in made} == {"threads", "processes", "tasks"}
    assert max(setting.workers for setting in made) <= most


@given(jobs, asked, costs)
def test_asked_axes_are_taken_as_they_are(profile, axes, each):
    """Worker counts, chunksizes and orders that were asked for are all there, and no others."""
    made = settings_of(forecast(profile, axes, calibration(each), NO_TRAITS))
    items = len(profile.rows)
    if axes.workers is not None:
        assert {one.workers for one in made} == set(axes.workers)
    if axes.orders is not None:
        assert {one.order for one in made} == set(axes.orders)
    if axes.chunksizes is not None:
        have = {
            (one.strategy, one.workers, chunksize_in_force(one, items)) for one in made if one.strategy != "threads"
        }
        for name, workers, chunksize in product(axes.strategies, axes.workers or (), axes.chunksizes):
            if find(name).default_chunksize:
                wanted = chunksize_in_force(Setting(name, workers, chunksize), items)
                assert (name, workers, wanted) in have


@pytest.mark.parametrize(
    ("rows", "orders"),
    [
        (waits(*[10] * 50), {"given"}),
        (waits(*[10] * 50, 300), {"given", "largest-first"}),
        (waits(*[10, 12, 14] * 20), {"given"}),
    ],
)
def test_long_items_go_first_only_where_there_are_any(rows, orders):
    """One item as long as thirty others may go first; where all are alike there is one order."""
    made = settings_of(forecast(job(rows), Axes(), FREE, NO_TRAITS))
    assert {setting.order for setting in made} == orders


def test_bundles_have_no_order_of_their_own():
    """Which of the items in a bundle is long nobody knows."""
    made = forecast(job(waits(*[10] * 50, 300), bundle=62), Axes(), FREE, NO_TRAITS)
    assert {setting.order for setting in settings_of(made)} == {"given"}


@given(st.integers(100, 20_000), st.floats(0.005, 5.0), st.integers(1, 16), costs)
def test_a_chunk_costs_little_to_hand_over(items, item_ms, workers, each):
    """The fewest items of which the hand-over is a fiftieth, unless that makes the end longer; eight chunks a worker.

    A caller that sleeps between two chunks pays more for each, one that does not only what is always due.
    """
    profile = job(waits(*[item_ms] * items))
    size = chunksize_for(profile, "map", "fork", workers, calibration(each))
    awake_ns = each.send_ns + each.receive_ns + each.take_ns
    asleep_ns = awake_ns + each.rouse_ns + each.cold_ns
    item_ns = float(profile.walls_ns.mean())
    most = max(items // (CHUNKS_PER_WORKER * workers), 1)
    even = (2 * awake_ns * items * item_ns / workers) ** 0.5 / item_ns
    assert 1 <= size <= most
    assert size == most or awake_ns <= 1.001 * HAND_OVER * size * item_ns or size >= round(even)
    assert size == 1 or asleep_ns > 0.999 * HAND_OVER * (size - 1) * item_ns


def test_a_caller_that_sleeps_between_chunks_hands_out_larger_ones():
    """Where rousing it costs more than handing over; yet no chunk is so large that its end costs as much as all."""
    awake, asleep = (
        chunksize_for(job(waits(*[10] * 1000)), "map", "fork", 2, calibration(Costs(send_ns=2e5, rouse_ns=rouse_ns)))
        for rouse_ns in (0.0, 8e5)
    )
    assert (awake, asleep) == (1, 5)
    few = chunksize_for(job(waits(*[10] * 120)), "map", "fork", 2, calibration(Costs(send_ns=2e5, rouse_ns=8e5)))
    assert few == 3


def test_a_large_function_is_sent_with_few_chunks():
    """Each chunk sends it to a process: the more of it there is, the more items go together."""
    few, many = (chunksize_for(job(MANY, function_bytes=size), "map", "fork", 2, FREE) for size in (100.0, 1e7))
    assert few < many


def test_a_strategy_without_chunks_gets_none():
    """Threads are handed one item at a time."""
    assert chunksize_for(job(MANY), "threads", "fork", 4, FREE) is None


@given(jobs, costs)
def test_every_kind_is_looked_at_and_near_its_best_in_all_its_variants(profile, each):
    """Threads and processes both; all strategies at the counts within a sixth of the best, one of them at others."""
    made = forecast(profile, Axes(), calibration(each), NO_TRAITS)
    assert {kind_of(setting) for setting in settings_of(made)} == {"threads", "processes"}
    processes = [one for one in made.whole if kind_of(one.setting) == "processes"]
    first = [one for one in processes if one.setting.strategy == "process_executor"]
    best = max(one.speedup.point for one in first)
    for count in {one.setting.workers for one in processes}:
        at_count = {one.setting.strategy for one in processes if one.setting.workers == count}
        near = max(one.speedup.point for one in first if one.setting.workers == count) >= (1 - NEAR) * best
        assert at_count == ({"process_executor", "map", "imap_unordered"} if near else {"process_executor"})


def test_a_measured_setting_stays_in_the_forecast():
    """What was measured is predicted too, also where nothing of the job would suggest it."""
    also = pool(7, 3)
    made = forecast(job(computes(*[10] * 40), 2.0), Axes(), FREE, NO_TRAITS, [also])
    assert also in settings_of(made)


def test_of_a_sample_the_same_settings_are_predicted_for_it_and_for_all():
    """Setting by setting, with walls in proportion where the items are alike."""
    whole = waits(*[10] * 400)
    profile = replace(job(whole), sample=whole[:100], sample_weights=[1.0] * 100)
    made = forecast(profile, Axes(("map",), (4,)), FREE, NO_TRAITS)
    assert settings_of(made) == [prediction.setting for prediction in made.sample]
    for all_items, some in zip(made.whole, made.sample, strict=True):
        assert all_items.wall_s == pytest.approx(4 * some.wall_s)
    assert made.serial_s == pytest.approx(1.0)


def test_only_those_that_fit_are_left():
    """In both halves alike."""
    made = forecast(job(MANY), Axes(), FREE, NO_TRAITS).only(lambda setting: setting.workers <= 8)
    assert largest(made) == 8
    assert made.whole is made.sample
    assert forecast(job(MANY), Axes(), FREE, NO_TRAITS).only(lambda _: False).serial_s is None


@given(st.lists(st.floats(0.1, 500.0), min_size=2, max_size=80))
def test_the_longest_items_go_first_the_longest_of_all_at_their_head(items):
    """No more than MOST_FIRST, each longer than twice the mean, in descending order, and none longer is left out."""
    walls_ns = job(waits(*items)).walls_ns
    places = longest_first(walls_ns)
    chosen = walls_ns[places].tolist()
    assert len(places) <= MOST_FIRST
    assert chosen == sorted(chosen, reverse=True)
    assert all(wall_ns > 2 * walls_ns.mean() for wall_ns in chosen)
    others = [wall_ns for place, wall_ns in enumerate(walls_ns) if place not in places]
    assert not chosen or max(others) <= min(chosen)


@given(st.integers(2, 100), st.integers(1, 50))
def test_chunks_of_bundles_are_counted_in_the_users_items(bundle, chunksize):
    """A chunk of three bundles of 62 is one of 186; what has no chunks stays as it is."""
    assert in_items(pool(2, chunksize), bundle).chunksize == chunksize * bundle
    assert in_items(pool(2, chunksize), 1) == pool(2, chunksize)
    assert in_items(Setting("threads", 2), bundle) == Setting("threads", 2)


def test_processes_send_large_results_back_and_threads_do_not():
    """20 MB a result: processes are predicted to be slower than with small ones, threads as fast."""
    profile = job(MANY)
    small, large = (
        {
            each.setting: each.speedup.point
            for each in forecast(profile, ASKED, FREE, Traits(result_ns=sent_ns(size))).whole
        }
        for size in (0.0, 2e7)
    )
    assert large[pool(4)] < 0.8 * small[pool(4)]
    assert large[Setting("threads", 4)] == small[Setting("threads", 4)]


DEAR = Traits(item_ns=3e6)  # of items that take 10 ms: some 50 MB/s of small objects


@pytest.mark.parametrize(
    ("rows", "traits", "is_worth_it"),
    [
        (computes(*[10] * 200), DEAR, True),
        (computes(*[10] * 200), NO_TRAITS, False),  # nothing to gain
        (computes(*[10] * 20), DEAR, False),  # a tenth of a second is too little for more code
    ],
)
def test_longer_code_is_considered_where_it_gains_much(rows, traits, is_worth_it):
    """Forked processes that inherit their items, where sending these takes long; by the number of the best pool."""
    made = forecast(job(rows, 2.0), Axes(rare=("static",)), FREE, traits)
    static = [setting for setting in settings_of(made) if setting.strategy == "static"]
    assert bool(static) == is_worth_it
    assert {setting.workers for setting in static} <= {2}
    assert not any(one.strategy == "static" for one in settings_of(forecast(job(rows, 2.0), Axes(), FREE, traits)))
