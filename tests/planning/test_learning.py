"""Learning: a job's traits from rounds, in the order in which one explains the next."""

import pytest
from contests import FREE, MS, computes, job, pool, spread_over, waits

from lightwork.core.setting import Setting
from lightwork.planning.learning import Seen, traits_of
from lightwork.replay.prediction import predict
from lightwork.replay.traits import NO_TRAITS


def seen(setting, wall_ms, rows):
    """A round of this length with this ledger."""
    return Seen(setting, wall_ms * MS, rows)


def test_rounds_as_predicted_teach_nothing():
    """Four workers in a quarter of the time, as replayed: no warm-up, no limit, nothing said of threads."""
    profile = job(waits(*[10] * 40))
    assert traits_of(profile, [seen(pool(4), 100, spread_over(4, profile.rows))], FREE, 400 * MS) == NO_TRAITS


def test_a_warm_up_explains_a_round_so_that_no_limit_is_left():
    """Two workers that get ready for 300 ms each are not limited: with the warm-up the replay is right."""
    rows = waits(*[100] * 40)
    profile, round_ = job(rows), spread_over(2, rows, warm_up_ms=300)
    traits = traits_of(profile, [seen(pool(2), 2300, round_)], FREE, 4000 * MS)
    assert traits.warm_ups["processes"].wait_ns == pytest.approx(300 * MS)
    assert traits.limits == ()


def test_a_wait_for_a_lock_is_no_warm_up():
    """Where items hold a lock, the first ones that wait do so for their turn: nothing that a worker pays once."""
    rows = waits(*[100] * 40)
    profile, round_ = job(rows, locked_share=0.9), spread_over(2, rows, warm_up_ms=300)
    assert traits_of(profile, [seen(pool(2), 3600, round_)], FREE, 4000 * MS).warm_ups == {}
    assert traits_of(profile, [seen(pool(2), 2300, round_)], FREE, 4000 * MS).warm_ups  # they took no turns


def test_a_lock_that_does_not_make_workers_take_turns_is_no_limit():
    """Two workers twice as fast, though items hold a lock all the time: there are several places to lock."""
    rows = waits(*[100] * 40)
    profile, round_ = job(rows, locked_share=1.0), spread_over(2, rows)
    assert traits_of(profile, [seen(pool(2), 2000, round_)], FREE, 4000 * MS).locked_share == 0
    assert traits_of(profile, [seen(pool(2), 3900, round_)], FREE, 4000 * MS).locked_share == 1


def test_a_learned_warm_up_is_replayed_in_every_worker():
    """Eight workers pay eight times at once, and so gain less than without."""
    rows = waits(*[100] * 40)
    profile = job(rows)
    traits = traits_of(profile, [seen(pool(2), 2300, spread_over(2, rows, warm_up_ms=300))], FREE, 4000 * MS)
    (without,), (with_it,) = (
        predict([pool(8)], rows, [1.0] * 40, 4.0, FREE, traits=each) for each in (NO_TRAITS, traits)
    )
    assert with_it.wall_s - without.wall_s == pytest.approx(0.3, rel=0.05)


def test_what_a_warm_up_does_not_explain_is_a_limit():
    """Four workers no faster than two: a share of one half of what was predicted."""
    profile = job(waits(*[10] * 40))
    (limit,) = traits_of(profile, [seen(pool(4), 200, spread_over(4, profile.rows, longer=2.0))], FREE, 400 * MS).limits
    assert (limit.setting, limit.is_shared) == (pool(4), True)
    assert limit.share == pytest.approx(0.5)


def test_the_typical_of_a_settings_rounds_tells():
    """One long round of three was an accident, and no limit."""
    profile = job(waits(*[10] * 40))
    rounds = [seen(pool(4), wall_ms, spread_over(4, profile.rows)) for wall_ms in (100, 400, 101)]
    assert traits_of(profile, rounds, FREE, 400 * MS).limits == ()


@pytest.mark.parametrize(("wall_ms", "cores"), [(400, 1.0), (200, 2.0)])
def test_threads_tell_on_how_many_cores_they_compute(wall_ms, cores):
    """As long as serially: one at a time; in half of it: on two of four cores, and that is no limit."""
    profile, threads = job(computes(*[10] * 40)), Setting("threads", 4)
    traits = traits_of(profile, [seen(threads, wall_ms, spread_over(4, profile.rows))], FREE, 400 * MS)
    assert traits.thread_cores == pytest.approx(cores, rel=0.1)
    assert traits.limits == ()


def test_threads_that_took_turns_have_one_core_however_slow_the_serial_run_was():
    """Where others slowed the serial run alone, threads that computed one at a time seem faster: their ledger knows."""
    profile, threads = job(computes(*[10] * 40)), Setting("threads", 2)
    turns, beside = (spread_over(2, profile.rows, longer=longer) for longer in (2.0, 1.0))
    (slow,) = (traits_of(profile, [seen(threads, 280, rows)], FREE, 400 * MS).thread_cores for rows in [beside])
    assert slow == pytest.approx(1.43, rel=0.1)
    assert traits_of(profile, [seen(threads, 280, turns)], FREE, 400 * MS).thread_cores == 1.0


def test_others_at_the_cores_are_no_limit():
    """In doubt a round that fell a little short teaches no limit that a quiet machine would have shown."""
    profile = job(waits(*[10] * 40))
    rounds = [seen(pool(4), 130, spread_over(4, profile.rows))]
    assert len(traits_of(profile, rounds, FREE, 400 * MS).limits) == 1
    assert traits_of(profile, rounds, FREE, 400 * MS, doubt=0.3).limits == ()
