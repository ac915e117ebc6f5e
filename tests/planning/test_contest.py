"""Contests: what is believed after some rounds, what is preferred, and what to measure next; no round is run."""

from dataclasses import replace
from math import exp
from random import Random

import pytest
from contests import FREE, SERIAL_SETTING, computes, contest, job, measurements, pool, spread_over, waits
from hypothesis import given, settings
from hypothesis import strategies as st
from registered import in_matrix

from lightwork.core.reasons import FailureCause
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.planning.axes import Axes
from lightwork.planning.contest import BETTER, CHALLENGERS, DOUBT, MOST_BLOCKS, Contest
from lightwork.planning.job_profile import JobProfile
from lightwork.replay.costs import Costs
from lightwork.replay.traits import NO_TRAITS, kind_of

pytestmark = pytest.mark.usefixtures("forks")

SECONDS = waits(*[100] * 40)  # four of them
FORK = ("fork",)
TWO_OR_FOUR = Axes(("map",), (2, 4), (1,), ("given",), FORK)
ASKED = Axes(("threads", "map"), (2, 4, 8), (1,), ("given",), FORK)
SERIALLY = {SERIAL_SETTING: (4.0,) * 3}
FAILED = (Outcome.LOST,)


def kinds(settings):
    """The kinds of workers of these settings."""
    return {kind_of(setting) for setting in settings if setting != SERIAL_SETTING}


@pytest.mark.parametrize("rows", [SECONDS, computes(*[100] * 40)], ids=["waits", "computes"])
def test_the_first_block_has_every_kind_that_is_near_the_best(rows):
    """Threads and processes, each at its preferred count, beside the serial run; threads might not share a lock."""
    wanted = contest(job(rows)).wanted()
    assert kinds(wanted) == {"threads", "processes"}
    assert (len(wanted), wanted[-1]) == (3, SERIAL_SETTING)


def test_the_first_block_leaves_out_kinds_that_are_far_behind():
    """Forty processes of 100 ms each to start are no rival of forty threads."""
    profile = job(SECONDS)
    dear = Costs(request_ns=100_000_000)
    calibration = replace(FREE, costs=FREE.costs | {("process_executor", "fork"): dear, ("map", "fork"): dear})
    axes = Axes(("threads", "process_executor", "map"))
    state = Contest(profile, axes, calibration, lambda _: True, measurements(profile, {}))
    assert kinds(state.wanted()) == {"threads"}


def test_it_stops_when_nothing_can_beat_the_chosen():
    """Three rounds as predicted, and the next smaller count is known to be slower: nothing more is wanted."""
    after = {**SERIALLY, pool(4): (1.0,) * 3, pool(2): (2.0,) * 2}
    state = contest(job(SECONDS), TWO_OR_FOUR, after)
    assert state.chosen == pool(4)
    assert state.wanted() == []


def test_it_goes_on_while_it_is_not_sure():
    """After one round the chosen one runs again, beside the serial run."""
    state = contest(job(SECONDS), TWO_OR_FOUR, {SERIAL_SETTING: (4.0,), pool(4): (1.0,)})
    assert state.wanted()[0] == state.chosen == pool(4)
    assert state.wanted()[-1] == SERIAL_SETTING


def test_rounds_that_scatter_are_repeated():
    """Rounds of which the longest took twice as long as the shortest leave the speedup open."""
    after = {SERIAL_SETTING: (4.0, 5.0, 3.0), pool(4): (0.8, 1.6, 1.1), pool(2): (2.0,) * 3}
    assert pool(4) in contest(job(SECONDS), TWO_OR_FOUR, after).wanted()


def test_what_might_be_better_is_measured():
    """Processes that fell short of what threads are still predicted to reach: threads are next."""
    profile = job(SECONDS)
    after = {**SERIALLY, pool(8): (2.0,) * 3}
    ledgers = {pool(8): spread_over(8, SECONDS)}  # whose items took no longer: whatever it was, it is the pool's own
    state = contest(profile, ASKED, after, ledgers)
    assert state.chosen.strategy == "threads"
    assert state.wanted()[0].strategy == "threads"


def test_never_more_than_a_few_rivals_at_a_time():
    """Of many settings that may be better only the likeliest run."""
    state = contest(job(SECONDS), Axes(workers=(40,)), {SERIAL_SETTING: (4.0,), Setting("threads", 40): (0.105,)})
    leader = state.chosen
    chances = {each: state.belief.chance_faster(each, leader, BETTER) for each in state.working if each != leader}
    rivals = [each for each, chance in chances.items() if chance > DOUBT]
    assert len(rivals) > CHALLENGERS
    assert len([each for each in state.wanted() if each in rivals]) == CHALLENGERS


def test_fewer_workers_that_may_be_as_good_are_measured():
    """Four workers as fast as two are predicted to be: two are measured before it is answered."""
    state = contest(job(SECONDS), TWO_OR_FOUR, {**SERIALLY, pool(4): (1.9,) * 3})
    assert pool(2) in [state.chosen, *state.wanted()]


def test_the_answer_was_measured_where_that_is_as_good():
    """Twenty workers should be as good as thirty, which were measured: they run next, thirty are the answer so far."""
    state = contest(job(SECONDS), Axes(("map",), (20, 30), (1,), ("given",)), {**SERIALLY, pool(30): (0.2,) * 2})
    assert state.leader == state.wanted()[0] == pool(20)
    assert state.chosen == pool(30)


def test_an_answer_that_was_measured_gives_way_to_a_better_one():
    """Forty workers should be twice as fast as the thirty that were measured: they are the answer, as a prediction."""
    state = contest(job(SECONDS), Axes(("map",), (30, 40), (1,), ("given",)), {**SERIALLY, pool(30): (0.2,) * 2})
    assert state.chosen == state.leader == pool(40)


def test_where_serial_rounds_scatter_the_median_says_how_long_they_take():
    """Two of three serial rounds took 0.15 s: there is nothing to save, however long the other one took."""
    rows = waits(*[10] * 40)
    after = {SERIAL_SETTING: (0.15, 0.15), pool(4): (0.1,) * 3}
    assert contest(job(rows), TWO_OR_FOUR, {SERIAL_SETTING: (0.4, 0.4), pool(4): (0.1,) * 3}).chosen == pool(4)
    assert contest(job(rows), TWO_OR_FOUR, after).chosen is None


def test_the_answer_may_be_serial():
    """Three rounds as long as the serial one: stay serial, and nothing more to measure."""
    after = {**SERIALLY, pool(2): (4.0,) * 3, pool(4): (4.0,) * 3}
    state = contest(job(SECONDS), TWO_OR_FOUR, after)
    assert state.chosen is None
    assert state.wanted() == []


@given(st.sampled_from((2, 4, 8)), st.sampled_from(("threads", "map")))
def test_a_failed_setting_excludes_as_many_or_more_workers_of_its_kind(workers, name):
    """What broke with four workers may work with two, and in threads; with eight of its kind it is not tried."""
    failed = Setting(name, workers, 1 if name == "map" else None)
    state = contest(job(SECONDS), ASKED, {SERIAL_SETTING: (4.0,), failed: FAILED})
    assert {(setting.strategy, setting.workers) for setting in state.working} == {
        (other, count)
        for other in ("threads", "map")
        for count in (2, 4, 8)
        if other != name or count < workers
    }  # fmt: skip
    assert failed not in [state.chosen, *state.wanted()]


def test_where_nothing_works_nothing_is_wanted():
    """Both kinds failed with the fewest workers: there is no setting to choose, and none to measure."""
    failed = {Setting("threads", 2): FAILED, pool(2): FAILED}
    state = contest(job(SECONDS), ASKED, {SERIAL_SETTING: (4.0,), **failed})
    assert (state.working, state.chosen, state.wanted()) == ([], None, [])


def test_what_does_not_fit_is_not_looked_at():
    """Settings beyond the memory limit are neither predicted nor chosen nor measured."""
    state = contest(job(SECONDS), ASKED, fits=lambda setting: setting.workers <= 2)
    settings = [state.chosen, *state.wanted(), *(prediction.setting for prediction in state.forecast.whole)]
    assert {setting.workers for setting in settings if setting != SERIAL_SETTING} == {2}


def test_what_was_learned_of_one_setting_is_said_of_the_others():
    """Four workers that reach 1.5x for want of something shared: eight are no longer predicted to reach 8x."""
    ledgers = {pool(4): spread_over(4, SECONDS, longer=2.6)}
    state = contest(job(SECONDS), ASKED, {**SERIALLY, pool(4): (2.6,) * 3}, ledgers)
    assert len(state.traits.limits) == 1
    assert all(prediction.speedup.point < 2.5 for prediction in state.forecast.whole)


def test_a_contest_without_rounds_knows_nothing_of_the_job():
    """The forecast is then the serial ledger's alone."""
    assert contest(job(SECONDS)).traits == NO_TRAITS


@pytest.mark.matrix
@given(st.integers(2, 64), st.floats(0.2, 1.0), st.integers(2, 100))
def test_a_sample_that_starts_faster_promises_no_more_than_its_workers_can(workers, share, times_as_many):
    """Where starting was predicted too dear, all items are no more times faster than there are workers."""
    sample = waits(*[5] * 2 * workers)
    rows = waits(*[5] * 2 * workers * times_as_many)
    weights = [1.0] * len(rows)
    profile = JobProfile(rows, sample, weights, weights[: len(sample)], 4.0, None, gil=True)
    setting = Setting("threads", workers)
    slow_start, axes = Costs(request_ns=2e6, boot_ns=2e6), Axes(("threads",), (workers,))
    predicted_s = contest(profile, axes, costs=slow_start).forecast.sample[0].wall_s
    measured = {setting: (max(share * predicted_s, 0.0101),) * 3}
    found = contest(profile, axes, measured, costs=slow_start).belief.speedup(setting)
    assert found.point <= 1.02 * workers


def test_on_a_busy_machine_predictions_are_believed():
    """Computing rounds that took twice as long while others had half of the cores move the belief little."""
    profile = job(computes(*[100] * 40), 2.0)
    axes = Axes(("map",), (2,), (1,), ("given",))
    quiet, busy = (contest(profile, axes, {**SERIALLY, pool(2): (4.0,) * 3}, busy_share=share) for share in (0.0, 0.6))
    assert (quiet.chosen, busy.chosen) == (None, pool(2))
    assert (quiet.doubt, busy.doubt) == (0.0, 0.6)
    assert contest(job(SECONDS), axes, {**SERIALLY, pool(2): (4.0,) * 3}, busy_share=0.6).doubt == 0.0


class World:
    """A machine on which every setting takes so many times what is predicted, by its kind and by chance."""

    def __init__(self, rows, cores, by_kind, noise, seed):
        self.profile, self.by_kind, self.noise, self.chance = job(rows, cores), by_kind, noise, Random(seed)
        first = contest(self.profile)
        self.predicted = {each.setting: each.wall_s for each in first.hopes.whole}

    def wall_s(self, setting):
        """What it really takes."""
        if setting == SERIAL_SETTING:
            return self.profile.serial_s
        return self.predicted.get(setting, self.profile.serial_s) * self.by_kind[kind_of(setting)]

    def measured(self):
        """The contest at its end, and what each block measured."""
        rounds, blocks = {}, []
        state = contest(self.profile)
        while len(blocks) < MOST_BLOCKS and (wanted := state.wanted()):
            for setting in wanted:
                lengths = [*rounds.get(setting, ()), *[None] * (len(blocks) - len(rounds.get(setting, ())))]
                rounds[setting] = (*lengths, self.wall_s(setting) * exp(self.chance.gauss(0, self.noise)))
            blocks.append(wanted)
            state = contest(self.profile, rounds=rounds)
        return state, blocks


WORLDS = st.builds(
    World, st.sampled_from((SECONDS, waits(*[20] * 150), waits(*[20] * 60, 400), computes(*[50] * 60))),
    st.sampled_from((2.0, 4.0)),
    st.fixed_dictionaries({"threads": st.floats(0.9, 3.0), "processes": st.floats(0.9, 3.0)}), st.floats(0.0, 0.04),
    st.integers(0, 999),
)  # fmt: skip


@settings(max_examples=settings().max_examples // 4)  # each is a whole contest
@given(WORLDS)
def test_whatever_the_machine_the_answer_is_near_its_best(world):
    """It measures what it chooses, and nothing that it tried is more than 15 % faster."""
    state, blocks = world.measured()
    assert all(len(set(wanted)) == len(wanted) for wanted in blocks)
    tried = {setting for wanted in blocks for setting in wanted if setting != SERIAL_SETTING}
    best_s = min([world.wall_s(setting) for setting in tried] + [world.profile.serial_s])
    chosen_s = world.wall_s(state.chosen) if state.chosen else world.profile.serial_s
    assert chosen_s <= 1.15 * best_s
    assert state.chosen is None or state.chosen in tried


@pytest.mark.parametrize("most", [6, *in_matrix((1,), (2,), (4,), (5,), (7,), (24,))])
def test_the_largest_count_that_works_is_found_by_halving(most):
    """A service lets so many through: found in a few rounds, measured before it is chosen, and kept by every kind."""
    profile, rounds = job(waits(*[20] * 150)), {SERIAL_SETTING: (3.0,)}
    state = contest(profile)
    tried = []
    while wanted := [setting for setting in state.wanted() if setting not in rounds]:
        tried += wanted
        rounds |= {each: (3.0 / each.workers,) if each.workers <= most else FAILED for each in wanted}
        state = contest(profile, rounds=rounds)
    assert len(tried) <= 14
    assert state.chosen is None if most == 1 else state.chosen.workers == most
    assert all(setting.workers <= most for setting in state.working) or most == 1


def test_no_count_between_what_worked_and_what_failed_is_chosen_untried():
    """Four threads did the work and eight did not: six may be next, and are no answer until they did it, too."""
    after = {SERIAL_SETTING: (4.0,), Setting("threads", 4): (1.0,), Setting("threads", 8): FAILED}
    state = contest(job(SECONDS), rounds=after)
    assert state.chosen == Setting("threads", 4)
    assert {each.workers for each in state.wanted()} <= {5, 6, 7}
    assert contest(job(SECONDS), rounds=after | {Setting("threads", 6): (0.7,)}).chosen == Setting("threads", 6)


@pytest.mark.parametrize(("fails", "most"), [(8, 7), (2, 40)])
def test_other_kinds_are_no_answer_while_it_may_be_the_number_that_fails(fails, most):
    """Eight processes fail, and nobody knows whether two would: no eight threads untried. Two fail: it is the kind."""
    state = contest(job(SECONDS), rounds={SERIAL_SETTING: (4.0,), pool(fails): FAILED})
    assert state.chosen.strategy == "threads"
    assert fails == 2 or state.chosen.workers <= most
    assert max(each.workers for each in state.eligible) <= most
    assert max(each.workers for each in state.working) == 40


def test_forked_workers_that_hang_beside_threads_exclude_all_forked_ones():
    """Fewer of them hang as well, if by chance later; those that are not forked, and threads, may still work."""
    hung = measurements(job(SECONDS), {SERIAL_SETTING: (4.0,), pool(4): (Outcome.HUNG,)})
    hung = replace(hung, failed=tuple(replace(each, cause=FailureCause.FORKED_THREADS) for each in hung.failed))
    state = replace(contest(job(SECONDS), replace(ASKED, start_methods=("fork", "forkserver"))), measured=hung)
    assert {(kind_of(each), each.start_method) for each in state.working} == {
        ("threads", "fork"), ("processes", "forkserver"),
    }  # fmt: skip


def test_a_pool_that_refuses_children_excludes_pools_alone():
    """An executor's processes may start some of their own, however many there are."""
    refused = measurements(job(SECONDS), {SERIAL_SETTING: (4.0,), pool(2): (Outcome.RAISED,)})
    refused = replace(refused, failed=tuple(replace(each, cause=FailureCause.NO_CHILDREN) for each in refused.failed))
    state = replace(contest(job(SECONDS), Axes(workers=(2, 4))), measured=refused)
    assert {each.strategy for each in state.working} == {"threads", "process_executor"}
