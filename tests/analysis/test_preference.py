"""Preference: of settings that are as good as the best, the one that an expert would take."""

from dataclasses import replace
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.preference import (
    AS_GOOD,
    COMPUTES,
    LEAST_GAIN,
    LEAST_GAIN_S,
    TWO_LINES,
    BelievedSpeedup,
    CpuLoad,
    as_good,
    gains_enough,
    is_simple,
    order_of_preference,
    preferred,
)
from lightwork.core.setting import Setting
from lightwork.strategies import rank

SIMPLE = ("threads", "process_executor", "map", "imap_unordered")
WRITTEN = ("queue", "pipe", "static_striped")
WAITS, COMPUTING = CpuLoad(0.0, 4.0), CpuLoad(1.0, 4.0)
settings = st.builds(
    Setting, st.sampled_from((*SIMPLE, *WRITTEN)), st.integers(1, 64), order=st.sampled_from(("given", "largest-first"))
)
studies = st.lists(st.builds(BelievedSpeedup, settings, st.floats(0.1, 60.0)), min_size=1, max_size=25)
loads = st.builds(CpuLoad, st.floats(0.0, 1.0), st.sampled_from((1.0, 1.5, 2.0, 4.0, 16.0)))


def believed(*speedups):
    """Candidates: a strategy, its workers, its speedup."""
    return [BelievedSpeedup(Setting(name, workers), speedup) for name, workers, speedup in speedups]


def choice(*speedups, load=WAITS, serial_s=10.0):
    """The strategy and the workers that are preferred; None for serial."""
    chosen = preferred(believed(*speedups), load, serial_s)
    return chosen and (chosen.strategy, chosen.workers)


@given(studies, st.floats(COMPUTES, 1.0), st.sampled_from((1.0, 2.0, 4.0, 16.0)))
def test_never_more_workers_than_cores_for_work_that_computes(candidates, cpu_share, cores):
    """Whatever is believed of more workers, as long as any setting has no more than there are cores."""
    chosen = preferred(candidates, CpuLoad(cpu_share, cores), 10.0)
    few = [each for each in candidates if each.setting.workers <= cores]
    assert chosen is None or not few or chosen.workers <= cores


@given(studies, loads)
def test_never_serial_where_much_is_gained(candidates, load):
    """A best speedup above 1.3 of a job of more than a second, within the cores where it computes: use workers."""
    within = [
        replace(each, setting=replace(each.setting, workers=min(each.setting.workers, ceil(load.cores))))
        for each in candidates
    ]
    if max(each.speedup for each in within) > 1.3:
        assert preferred(within, load, 1.01) is not None


@given(studies, loads, st.floats(0.01, 100.0))
def test_what_is_chosen_gains_enough_and_is_near_the_best(candidates, load, serial_s):
    """Never more than a tenth, or a tenth of a second, behind the best that may be chosen, and worth having workers."""
    chosen = preferred(candidates, load, serial_s)
    if chosen is None:
        return
    speedup = max(each.speedup for each in candidates if each.setting == chosen)
    assert gains_enough(speedup / (1 - AS_GOOD), serial_s)
    able = [each for each in candidates if load.cpu_share < COMPUTES or each.setting.workers <= max(load.cores, 1)]
    best = max(each.speedup for each in able or candidates)
    behind_s = serial_s * ((1 - AS_GOOD) / speedup - 1 / best)
    assert speedup >= (1 - AS_GOOD) * 0.9 * best - 1e-9 or behind_s <= LEAST_GAIN_S + 1e-9


@given(studies, loads, st.floats(0.01, 100.0), st.randoms())
def test_the_order_of_candidates_does_not_matter(candidates, load, serial_s, chance):
    """A study in another order is preferred alike."""
    shuffled = chance.sample(candidates, len(candidates))
    assert preferred(shuffled, load, serial_s) == preferred(candidates, load, serial_s)


@given(studies, loads, st.floats(1.5, 10.0))
def test_a_setting_that_is_far_behind_changes_nothing(candidates, load, times):
    """One more that nobody would take leaves the choice as it is."""
    worst = min(each.speedup for each in candidates)
    more = [*candidates, BelievedSpeedup(Setting("threads", 1), worst / times / 2)]
    if load.cpu_share < COMPUTES:
        assert preferred(more, load, 10.0) == preferred(candidates, load, 10.0)


def test_fewest_workers_of_those_as_good():
    """Within 5 % of the best the fewest; beyond that the faster."""
    assert choice(("threads", 40, 10.0), ("threads", 64, 10.4), ("threads", 24, 8.0)) == ("threads", 40)
    assert choice(("threads", 40, 9.0), ("threads", 64, 10.4)) == ("threads", 64)


def test_the_simplest_of_those_as_good():
    """Threads before processes before what takes an order or more lines, whatever the worker counts."""
    assert choice(("map", 8, 4.0), ("threads", 16, 3.9)) == ("threads", 16)
    assert choice(("imap_unordered", 4, 4.0), ("process_executor", 4, 3.9)) == ("process_executor", 4)
    given_order, sorted_first = Setting("map", 4), Setting("map", 2, order="largest-first")
    alike = [BelievedSpeedup(sorted_first, 4.0), BelievedSpeedup(given_order, 3.9)]
    assert preferred(alike, WAITS, 10.0) == given_order


def test_the_fewest_cores_oversubscribed_come_first():
    """Half of the time is computed, on two cores: four workers fill them, and eight that are as good do not count."""
    half = CpuLoad(0.5, 2.0)
    assert choice(("threads", 8, 4.1), ("map", 4, 4.0), load=half) == ("map", 4)
    assert half.oversubscribed(4) == 0.0 < half.oversubscribed(8)


def test_more_than_two_lines_must_gain_more_than_a_tenth():
    """A dispatcher written by hand is taken where it gains more than 10 % over all that take two lines."""
    assert not is_simple(Setting("queue", 4))
    assert all(rank(name) <= TWO_LINES for name in SIMPLE)
    assert choice(("map", 4, 3.0), ("queue", 4, 3.2)) == ("map", 4)
    assert choice(("map", 4, 3.0), ("queue", 4, 3.4)) == ("queue", 4)


def test_more_than_two_lines_where_two_gain_nothing():
    """Where no pool of two lines gains a tenth of a second over serial, a longer strategy that does is taken."""
    assert choice(("map", 2, 1.05), ("queue", 2, 1.2), serial_s=1.0) == ("queue", 2)
    assert choice(("map", 2, 1.05), ("queue", 2, 1.09), serial_s=1.0) is None


def test_more_than_two_lines_must_save_a_tenth_of_a_second():
    """Of 0.4 s, 17 % more speed saves 20 ms: nobody writes a dispatcher for that."""
    assert choice(("map", 4, 3.0), ("queue", 4, 3.5), serial_s=0.4) == ("map", 4)
    assert choice(("map", 4, 3.0), ("queue", 4, 3.5), serial_s=4.0) == ("queue", 4)


@pytest.mark.parametrize(
    ("speedup", "serial_s", "gains"),
    [(1.09, 100.0, False), (1.11, 100.0, True), (4.0, 0.12, False), (4.0, 0.14, True), (0.5, 100.0, False)],
)
def test_serial_below_a_tenth_or_a_tenth_of_a_second(speedup, serial_s, gains):
    """Workers must gain 10 % of the serial run and 100 ms of it."""
    assert (LEAST_GAIN, LEAST_GAIN_S) == (0.1, 0.1)
    assert gains_enough(speedup, serial_s) is gains
    assert (choice(("threads", 4, speedup), serial_s=serial_s) is not None) is gains


@pytest.mark.parametrize(("high", "gains"), [(0.0, False), (1.9, False), (2.1, True)])
def test_serial_only_where_workers_surely_save_too_little(high, gains):
    """0.2 s, made 1.8 times as fast, save 89 ms: serial stays unless the interval reaches to where 100 ms are saved."""
    chosen = preferred([BelievedSpeedup(Setting("threads", 2), 1.8, high)], WAITS, 0.2)
    assert (chosen is not None) is gains


@given(st.lists(st.floats(0.1, 50.0), max_size=20))
def test_as_good_means_within_a_twentieth_of_the_best(speedups):
    """The best is among them, in the order given, and none is further behind."""
    good = as_good(speedups, lambda speedup: speedup)
    assert good == [speedup for speedup in speedups if speedup >= 0.95 * max(speedups)]
    assert not speedups or max(speedups) in good


def test_without_candidates_serial_stays():
    """Nothing that works leaves nothing to prefer."""
    assert preferred([], COMPUTING, 10.0) is None


@given(settings, settings, loads)
def test_no_two_settings_are_alike_in_preference(one, other, load):
    """The order of preference decides between any two."""
    assert (order_of_preference(one, load) == order_of_preference(other, load)) == (one == other)
