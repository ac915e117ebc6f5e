"""Belief: predictions and measured rounds weighed against each other."""

from math import log

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lightwork.analysis.belief import Expectation, PriorSpread, Wall, believe
from lightwork.core.setting import Setting

SERIAL = Setting("serial")
COUNTS = (1, 2, 3, 4, 6, 8, 16)
lengths = st.floats(0.05, 5.0)


def expected(wall_s, workers=2, strategy="map", kind="processes"):
    """What is predicted of a setting."""
    return Expectation(Setting(strategy, workers), kind, wall_s)


def serially(wall_s=4.0):
    """What is predicted of the serial run."""
    return Expectation(SERIAL, "serial", wall_s)


def rounds(setting, walls_s, first_block=1):
    """A wall a block."""
    return [Wall(setting, block, wall_s) for block, wall_s in enumerate(walls_s, first_block)]


@given(lengths, st.dictionaries(st.sampled_from(COUNTS), lengths, min_size=1))
def test_without_rounds_the_belief_is_the_prediction(serial_s, by_count):
    """Every speedup is the predicted one, and its interval lies around it."""
    settings = [expected(wall_s, workers) for workers, wall_s in by_count.items()]
    belief = believe(serially(serial_s), settings, [])
    for each in settings:
        speedup = belief.speedup(each.setting)
        assert speedup.point == pytest.approx(serial_s / each.wall_s)
        assert speedup.low < speedup.point < speedup.high
        assert belief.wall_s(each.setting) == pytest.approx(each.wall_s)
        assert (speedup.n, belief.rounds[each.setting]) == (0, 0)


@pytest.mark.matrix
@given(st.floats(0.5, 2.0), st.floats(0.5, 2.0))
def test_with_very_many_rounds_it_is_the_measurement(serial_s, wall_s):
    """However far off the prediction was: after hundreds of blocks, what was measured is believed."""
    each = expected(1.0)
    walls = [*rounds(SERIAL, [serial_s] * 400), *rounds(each.setting, [wall_s] * 400)]
    speedup = believe(serially(1.0), [each], walls).speedup(each.setting)
    assert speedup.point == pytest.approx(serial_s / wall_s, rel=0.02)
    assert speedup.n == 400


@given(st.floats(0.6, 0.99), st.integers(1, 3))
def test_a_measurement_draws_the_belief_towards_it(ratio, blocks):
    """Between the prediction and what was measured, nearer to it with every further block, and surer."""
    each = expected(1.0)
    fewer, more = (
        believe(serially(), [each], [*rounds(SERIAL, [4.0] * count), *rounds(each.setting, [ratio] * count)])
        for count in (blocks, 2 * blocks)
    )
    points = [1.0, *(belief.wall_s(each.setting) for belief in (fewer, more)), ratio]
    assert points == sorted(points, reverse=True)
    widths = [log(belief.speedup(each.setting).high / belief.speedup(each.setting).low) for belief in (fewer, more)]
    assert widths[1] < widths[0]


@given(st.floats(0.75, 0.97), st.integers(3, 8))
def test_the_luckiest_of_equal_settings_is_drawn_to_the_others(lucky, many):
    """One round of each, one by chance shorter: it is believed to be shorter, but not by as much."""
    names = ("map", "imap_unordered", "queue", "pipe", "static", "apply_async", "fork", "process_executor")[:many]
    settings = [expected(1.0, 4, name) for name in names]
    walls = [Wall(SERIAL, 1, 4.0)]
    walls += [Wall(each.setting, 1, lucky if place == 0 else 1.0) for place, each in enumerate(settings)]
    belief = believe(serially(), settings, walls)
    first, *others = (belief.wall_s(each.setting) for each in settings)
    assert all(lucky < first < other for other in others)
    assert log(others[0] / first) < 0.85 * log(1 / lucky)


@given(st.floats(0.5, 0.9) | st.floats(1.1, 2.0))
def test_a_measured_setting_tells_of_its_neighbours_the_more_the_nearer(ratio):
    """Four workers that take longer than predicted: six are believed to, sixteen less so; other kinds are not."""
    counts = (4, 6, 8, 16)
    processes = [expected(1.0, workers) for workers in counts]
    threads = expected(1.0, 4, "threads", "threads")
    walls = [*rounds(SERIAL, [4.0] * 3), *rounds(processes[0].setting, [ratio] * 3)]
    belief = believe(serially(), [*processes, threads], walls)
    moved = [abs(log(belief.wall_s(each.setting))) for each in processes]
    assert moved == sorted(moved, reverse=True)
    assert min(moved) > 0
    assert all((belief.wall_s(each.setting) > 1) == (ratio > 1) for each in processes)
    assert abs(log(belief.wall_s(threads.setting))) < min(moved)


@given(st.floats(0.01, 100.0), st.lists(st.tuples(lengths, lengths, lengths), min_size=1, max_size=5))
def test_all_walls_times_a_constant_leaves_speedups_as_they_are(times, blocks):
    """A machine so many times as slow, for predictions and rounds alike, has the same speedups and intervals."""
    settings = [expected(1.0), expected(0.6, 4)]

    def speedups(factor):
        walls = [
            Wall(setting, block, factor * wall_s)
            for block, each in enumerate(blocks)
            for setting, wall_s in zip((SERIAL, *(one.setting for one in settings)), each, strict=True)
        ]
        predicted = [Expectation(each.setting, each.kind, factor * each.wall_s) for each in settings]
        belief = believe(serially(factor * 2.0), predicted, walls)
        return [belief.speedup(each.setting) for each in settings]

    for before, after in zip(speedups(1.0), speedups(times), strict=True):
        assert (after.point, after.low, after.high) == (
            pytest.approx(before.point, rel=1e-6), pytest.approx(before.low, rel=1e-6),
            pytest.approx(before.high, rel=1e-6),
        )  # fmt: skip


@given(st.floats(0.5, 2.0))
def test_a_block_in_which_the_machine_was_slow_tells_as_much_as_another(slow):
    """What is believed is the ratio to the serial round of the same block, whatever the block's own speed."""
    each = expected(2.0)
    quick, all_slow = (
        believe(serially(), [each], [*rounds(SERIAL, [4.0 * times] * 3), *rounds(each.setting, [1.8 * times] * 3)])
        for times in (1.0, slow)
    )
    assert all_slow.speedup(each.setting).point == pytest.approx(quick.speedup(each.setting).point, rel=0.05)


def test_a_round_in_doubt_tells_less():
    """Where others had the cores, a round that took twice as long moves the belief less than on a quiet machine."""
    each = expected(1.0)
    sure, doubted = (
        believe(
            serially(), [each], [Wall(SERIAL, 1, 4.0), *(Wall(each.setting, block, 2.0, doubt) for block in (1, 2, 3))]
        )
        for doubt in (0.0, 0.5)
    )
    assert 1.0 < doubted.wall_s(each.setting) < sure.wall_s(each.setting)
    assert log(doubted.wall_s(each.setting)) < 0.5 * log(sure.wall_s(each.setting))


@given(lengths, lengths, st.floats(0.0, 0.5))
def test_of_two_settings_one_is_faster(one_s, other_s, by):
    """The chances of being faster add up to one; by a margin it is less likely; the one with the shorter wall leads."""
    one, other = expected(one_s), expected(other_s, 4)
    belief = believe(serially(), [one, other], [])
    ahead = belief.chance_faster(one.setting, other.setting)
    behind = belief.chance_faster(other.setting, one.setting)
    assert ahead + behind == pytest.approx(1.0)
    assert belief.chance_faster(one.setting, other.setting, by) <= ahead
    assume(one_s != other_s)
    assert (ahead > 0.5) == (one_s < other_s)


@given(st.floats(1.0, 50.0), st.floats(1.0, 50.0))
def test_carried_on_to_more_items_every_wall_takes_as_many_times_as_long(serial_times, times):
    """The speedup changes by the ratio of the two, its interval with it."""
    each = expected(1.0)
    belief = believe(serially(), [each], rounds(each.setting, [0.9]))
    carried = belief.carried([serial_times, times])
    assert carried.wall_s(each.setting) == pytest.approx(times * belief.wall_s(each.setting))
    before, after = belief.speedup(each.setting), carried.speedup(each.setting)
    assert after.point == pytest.approx(before.point * serial_times / times)
    assert after.high / after.low == pytest.approx(before.high / before.low)


def test_rounds_of_which_nothing_is_expected_are_passed_over():
    """A setting without a prediction has no place in the belief and changes nothing."""
    each = expected(1.0)
    belief = believe(serially(), [each], rounds(Setting("static", 9), [7.0]))
    assert belief.settings == (SERIAL, each.setting)
    assert belief.wall_s(each.setting) == pytest.approx(1.0)


def test_predictions_that_may_be_far_off_yield_sooner():
    """With a wide spread a single round is nearly all that is believed; with a narrow one it is hardly heard."""
    walls = [Wall(SERIAL, 1, 4.0), Wall(Setting("map", 2), 1, 2.0)]
    wide, narrow = (
        believe(serially(), [Expectation(Setting("map", 2), "processes", 1.0, PriorSpread(common, common))], walls)
        for common in (2.0, 0.005)
    )
    assert wide.wall_s(Setting("map", 2)) > 1.8
    assert narrow.wall_s(Setting("map", 2)) < 1.1
