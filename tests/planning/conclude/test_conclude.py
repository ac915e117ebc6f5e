"""Conclusions: what a plan comes to in figures and sentences, from rounds and ledgers made by hand."""

from dataclasses import replace

import pytest
from builders import make_round, make_study
from contests import SERIAL_SETTING, computes, contest, job, pool, spread_over, waits
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.preference import LEAST_GAIN
from lightwork.core.footprint import Footprint, LockUse, ManagerUse, StateChange
from lightwork.core.leak import Leak
from lightwork.core.notes import FirstRun
from lightwork.core.rate import StartRate
from lightwork.core.reasons import (
    FailedCrew,
    FailureCause,
    HeldLock,
    HelperWait,
    Inherited,
    ItemCap,
    LargeFunction,
    LargeItems,
    OutsideLimit,
    OwnParts,
    RefillCost,
)
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL_AGAIN
from lightwork.core.usage import Memory
from lightwork.core.verdict import VerdictKind
from lightwork.core.warnings import BeyondCores, BusyCores, ForkedRandomState, LostState, UnclearCache, UntriedCount
from lightwork.launch import file_locks
from lightwork.planning.axes import Axes
from lightwork.planning.conclude.conclude import result_of
from lightwork.planning.conclude.evidence import failed_crews
from lightwork.planning.failed_setting import FailedSetting
from lightwork.planning.forms import sentences
from lightwork.planning.inner_threads import InnerThreads
from lightwork.planning.inner_work import InnerWork
from lightwork.planning.memory_probe import MemoryModel
from lightwork.planning.planner import Planned
from lightwork.planning.refill import Refill
from lightwork.planning.request import MemoryLimit, Request
from lightwork.planning.sample import Sample
from lightwork.replay.costs import NO_COSTS, Costs
from lightwork.replay.traits import WarmUp
from lightwork.text.reasons import reason_sentence
from lightwork.workload import random_state

pytestmark = pytest.mark.usefixtures("forks")

MIB = 1 << 20
MACHINE = {"usable_cpus": 4.0, "memory_available_bytes": 8 << 30, "memory_limit_bytes": None}
TWO, FOUR = pool(2), pool(4)
RIVAL = Setting("imap_unordered", 2, 1)
SECONDS = waits(*[100] * 40)  # four of them
SERIALLY = {SERIAL_SETTING: (4.0,) * 6}


def axes(*strategies, workers=(2, 4), chunksizes=(1,), orders=("given",)):
    """These alone to choose from."""
    return Axes(strategies or ("map",), workers, chunksizes, orders)


def planned(rounds=None, asked=None, rows=SECONDS, profile=None, costs=NO_COSTS, changes=None, **measured):
    """A plan in which all items were run and these rounds measured; by default a pool of two or four is asked about."""
    profile = profile or job(rows)
    every = tuple(range(len(profile.rows)))
    cells = {setting: walls for setting, walls in (rounds or {}).items() if setting != SERIAL_SETTING}
    blocks = max(map(len, cells.values()), default=0)
    contested = contest(profile, asked or axes(), rounds, costs=costs, **measured)
    made = Planned(
        Request("/home/user/load.py:load_file", {}, asked or axes(), profile.cores), len(every), len(every),
        Sample(every, every), make_round(profile.serial_s), profile, contested,
        studied((profile.serial_s,) * blocks, cells) if cells else None, (), "giant.csv",
    )  # fmt: skip
    return replace(made, **(changes or {}))


def studied(serial_s, cells):
    """The rounds as a plan keeps them, without a twin of the serial ones."""
    study = make_study(serial_s, cells)
    return replace(study, cells=tuple(cell for cell in study.cells if cell.cell_id != SERIAL_AGAIN))


def judged(plan, code="the code\n", machine=MACHINE):
    """The plan's result."""
    return result_of(plan, machine, code)


def test_settings_that_are_as_good_are_named():
    """Of two equally fast settings the simpler one is recommended, and the other one is named beside it."""
    rounds = {**SERIALLY, RIVAL: (2.0,) * 6, TWO: (2.0,) * 6}
    found = judged(planned(rounds, axes("map", "imap_unordered", workers=(2,))))
    assert found.recommendation.setting == TWO
    assert found.recommendation.is_measured
    assert "Within 5 % of it: imap_unordered with 2 workers, chunksize 1" in sentences.reasons(found)
    assert [(cell.setting, cell.judged) for cell in found.cells] == [(RIVAL, "equal"), (TWO, "recommended")]


def test_a_setting_is_not_said_to_be_as_good_as_itself():
    """The default chunksize and the same one asked for are one setting, which does not stand beside itself."""
    found = judged(planned(asked=axes(workers=(2,), chunksizes=(None, 5))))
    assert found.recommendation.chunksize == 5
    assert not [words for words in sentences.reasons(found) if words.startswith("Within")]


def test_serial_stays_where_nothing_is_faster():
    """Rounds as long as the serial one are an answer: stay serial, with the best of what was tried."""
    found = judged(planned({**SERIALLY, TWO: (4.0, 4.1, 3.9, 4.0, 4.1, 3.9)}, axes(workers=(2,))))
    assert (found.recommendation, found.kind) == (None, VerdictKind.STAY_SERIAL)
    words = sentences.what_to_do(found)
    assert words.startswith("Stay serial (4.0 s): the best alternative, 2 processes (Pool.map), reaches 1.0")
    assert words.endswith("(measured in 6 blocks).")
    assert (found.what_if, found.cells[0].judged) == ((), None)


def test_what_is_faster_but_saves_little_is_told_by_what_it_saves():
    """0.1 s made twice as fast: stay serial, for it saves no more than 50 ms; more items of the kind would."""
    rows = waits(*[10] * 10)
    found = judged(planned({SERIAL_SETTING: (0.1,) * 6, TWO: (0.05,) * 6}, axes(workers=(2,)), rows=rows))
    assert found.kind is VerdictKind.STAY_SERIAL
    words = sentences.what_to_do(found)
    assert words.startswith("Stay serial (100 ms): 2 processes (Pool.map) would save only ")
    assert words.endswith(", measured in 6 blocks); with many more such items they pay off.")


def test_rounds_that_disagree_leave_a_wide_interval():
    """Two rounds of which one took twice as long tell less than two that agree."""
    apart, alike = (
        judged(planned({SERIAL_SETTING: (4.0,) * 2, TWO: walls}, axes(workers=(2,)))).recommendation.speedup
        for walls in ((1.5, 2.9), (2.0, 2.0))
    )
    assert apart.high / apart.low > 1.5 * alike.high / alike.low


def test_the_answer_says_how_many_blocks_it_rests_on():
    """Measured in so many blocks, with an interval; what was not measured is predicted and says so."""
    found = judged(planned({SERIAL_SETTING: (4.0,) * 2, TWO: (2.0,) * 2}, axes(workers=(2,))))
    words = sentences.what_to_do(found)
    assert words.startswith("Use 2 processes (Pool.map): 2.0")
    assert words.endswith(" faster, 4.0 s -> 2.0 s. Measured in 2 blocks.")
    assert sentences.what_to_do(judged(planned())).endswith("Predicted, not measured.")


def test_the_longest_item_limits_by_name_with_its_cap():
    """Near total over longest, the result names the item and the cap that it sets."""
    rows = waits(1000, 1000, 2000)
    found = judged(planned({**SERIALLY, FOUR: (2.05,) * 6}, axes(workers=(4,)), rows))
    assert sentences.limited_by(found) == "the longest item, giant.csv"
    assert "Longest item: giant.csv, 50 % of the work; no setting can be faster than 2.0x" in sentences.reasons(found)
    assert found.longest_item == ("giant.csv", 0.5)


def test_the_cores_limit_what_computes():
    """Two workers that keep both cores busy are limited by them."""
    found = judged(planned(asked=axes(workers=(2,)), profile=job(computes(*[100] * 40), 2.0)))
    assert sentences.limited_by(found) == "the 2 usable cores"


def test_something_shared_limits_where_items_take_longer_beside_others():
    """Four workers that reach what two do, each item twice as long, share something; that is what limits."""
    rounds, profile = {**SERIALLY, TWO: (2.0,) * 6, FOUR: (2.0,) * 6}, job(SECONDS)
    apart, shared = (
        judged(replace(planned(rounds), contest=contest(profile, axes(), rounds, {FOUR: ledger})))
        for ledger in (spread_over(4, SECONDS), spread_over(4, SECONDS, longer=2.0))
    )
    assert (apart.recommendation.setting, shared.recommendation.setting) == (TWO, TWO)
    assert "something that all workers share" in sentences.limited_by(shared)
    assert "something that all workers share" not in sentences.limited_by(apart)


def test_what_others_were_limited_by_does_not_limit_what_is_far_faster():
    """Processes that reach 2x for something shared, threads that reach 4x: the threads are not limited by that."""
    threads, asked = Setting("threads", 4), axes("threads", "map", workers=(4,))
    rounds, profile = {**SERIALLY, FOUR: (2.0,) * 6, threads: (1.0,) * 6}, job(SECONDS)
    contested = contest(profile, asked, rounds, {FOUR: spread_over(4, SECONDS, longer=2.0)})
    found = judged(replace(planned(rounds, asked), contest=contested))
    assert [limit.is_shared for limit in contested.traits.limits] == [True]
    assert found.recommendation.setting == threads
    assert "share" not in sentences.limited_by(found)


@pytest.mark.parametrize(("most", "limit"), [(4, "--max-in-flight 4"), (40, "the longest item, giant.csv")])
def test_the_items_in_flight_limit_where_more_could_help(most, limit):
    """Four of forty waits at a time, where no more may be: that limits. Where all forty may, each item does."""
    found = judged(planned(asked=Axes(("threads",), most_in_flight=most)))
    assert found.recommendation.setting.workers == most
    assert sentences.limited_by(found) == limit


def at_rate(rows, rate, asked=None):
    """A plan of these items at this rate."""
    asked = asked or Axes(("threads",))
    request = Request("load.py:load_file", {}, asked, 4.0, rate=rate)
    return planned(asked=asked, profile=job(rows, apart_ns=request.apart_ns), changes={"request": request})


def test_a_rate_limits_by_its_own_name():
    """Forty items of 100 ms at twenty a second: two threads reach it, and the answer says what it allows."""
    found = judged(at_rate(SECONDS, StartRate(20, "s")))
    assert found.recommendation.setting == Setting("threads", 2)
    assert found.recommendation.speedup.point == pytest.approx(4.0 / (39 * 0.0525 + 0.1), rel=0.01)
    assert sentences.limited_by(found) == "--rate 20/s: 40 items take at least 2.0 s"


def test_a_rate_that_is_out_of_reach_limits_nothing():
    """Two thousand a second: four threads come nowhere near it."""
    found = judged(at_rate(SECONDS, StartRate(2000, "s"), Axes(("threads",), (4,))))
    assert found.recommendation.speedup.point == pytest.approx(4.0, rel=0.05)
    assert sentences.limited_by(found) == ""


def test_serial_reaches_a_low_rate():
    """Forty items of 10 ms at twenty a second: serial, for the rate, with a script that keeps it."""
    plan = at_rate(waits(*[10] * 40), StartRate(20, "s"))
    found = judged(replace(plan, contest=None))
    assert plan.job.rate_cap < 1 + LEAST_GAIN
    assert (found.kind, found.code) == (VerdictKind.STAY_SERIAL, "the code\n")
    assert sentences.what_to_do(found) == (
        "Stay serial (2.1 s): --rate 20/s is the limit, so workers would hardly help; 40 items take at least 2.0 s."
    )


def test_the_longest_items_share_is_of_the_time_at_the_rate():
    """One item of 1 s among thirty-nine of 10 ms at twenty a second: a third of some 3 s, not most of the work."""
    found = judged(at_rate(waits(1000, *[10] * 39), StartRate(20, "s")))
    assert found.longest_item == ("giant.csv", pytest.approx(1.0 / (1.0 + 38 * 0.0525 + 0.01)))


def test_without_measurements_the_fewest_workers_near_the_best_are_recommended():
    """Predictions within 5 % of the best are as good: fewest workers win, and the others are named."""
    found = judged(planned(rows=waits(1000, 1000, 1, 1)))
    chosen = found.recommendation
    assert (chosen.setting, chosen.is_measured) == (TWO, False)
    assert chosen.speedup.point == pytest.approx(2.0, rel=0.01)
    assert "Within 5 % of it: map with 4 workers, chunksize 1" in sentences.reasons(found)
    assert (found.cells, found.noise_floor) == ((), None)


def test_serial_stays_where_nothing_is_predicted_to_be_faster():
    """One core for work that computes: no worker helps, by prediction alone."""
    found = judged(planned(profile=job(computes(*[100] * 40), 1.0)))
    assert found.recommendation is None
    assert sentences.what_to_do(found).startswith("Stay serial (4.0 s): the best alternative, ")
    assert sentences.what_to_do(found).endswith("(predicted).")


def with_memory(study, peaks):
    """The study with this peak in every round of a setting."""
    return replace(study, cells=tuple(_with_memory(cell, peaks.get(cell.setting)) for cell in study.cells))


def _with_memory(cell, peak):
    if peak is None:
        return cell
    known = Memory(peak, peak, 10, 0.01, 0)
    return replace(cell, rounds=tuple(replace(found, memory=known) for found in cell.rounds))


def test_the_next_worker_count_has_a_gain_and_a_price():
    """Four workers instead of two: what they bring and how much more memory they take stand in one sentence."""
    plan = planned({**SERIALLY, TWO: (2.0,) * 6, FOUR: (2.02,) * 6})
    found = judged(replace(plan, study=with_memory(plan.study, {TWO: 100 * MIB, FOUR: 160 * MIB})))
    assert (found.recommendation.setting, found.recommendation.memory_bytes) == (TWO, 100 * MIB)
    (told,) = [reason for reason in sentences.reasons(found) if reason.startswith("4 processes ")]
    assert told.endswith(" for 60.0 MiB more memory")
    assert "Memory: up to 100 MiB of 8.00 GiB, the free memory, all processes together" in sentences.reasons(found)


def test_memory_is_predicted_where_it_was_not_measured():
    """A plan that only predicts takes memory from its model, says so, and sets it beside the limit asked for."""
    asked = MemoryLimit(512 * MIB, "the memory limit", is_asked=True)
    plan = planned(asked=axes(workers=(4, 8)), rows=waits(*[1000] * 4, 1))
    plan = replace(plan, request=replace(plan.request, memory_limit=asked), memory=MemoryModel(40 * MIB, 10 * MIB))
    found = judged(plan)
    assert found.recommendation.setting == FOUR
    assert (found.recommendation.memory_bytes, found.recommendation.memory_limit_bytes) == (80 * MIB, 512 * MIB)
    told = "Memory: up to 80.0 MiB of 512 MiB, the memory limit, all processes together (predicted)"
    assert told in sentences.reasons(found)
    (told,) = [reason for reason in sentences.reasons(found) if reason.startswith("8 processes would ")]
    assert told.endswith(" for 40.0 MiB more memory (predicted)")


def test_a_setting_whose_rounds_failed_is_judged_so():
    """It has no figures, says in how many of its rounds it failed and why, and how many workers did the work."""
    found = judged(planned({**SERIALLY, TWO: (2.0,) * 6, FOUR: (1.0,) * 4 + (Outcome.LOST,) * 2}))
    assert found.recommendation.setting == TWO
    (failed,) = [cell for cell in found.cells if cell.setting == FOUR]
    assert (failed.judged, failed.rounds, failed.failed) == ("failed", 6, 2)
    assert (
        "4 processes failed (2 items were lost); 2 worked. Plan with --max-in-flight 2 to stay at what works"
        in sentences.reasons(found)
    )


@pytest.mark.parametrize(
    ("reason", "rate", "limits"),
    [
        ("OSError: too many connections in item 5: 429", None, {OutsideLimit.IN_FLIGHT}),
        (
            "HTTPError: HTTP Error 429: Too Many Requests in item 5: x",
            None,
            {OutsideLimit.IN_FLIGHT, OutsideLimit.RATE},
        ),
        ("ApiError: Rate limit exceeded", StartRate(20, "s"), {OutsideLimit.IN_FLIGHT, OutsideLimit.LOWER_RATE}),
    ],
)
def test_what_more_workers_break_says_by_which_limit_to_plan(reason, rate, limits):
    """So many at once, which worked; where the service says that requests come too fast, also so many in a time."""
    plan = planned({**SERIALLY, TWO: (2.0,) * 6, FOUR: (Outcome.RAISED,)})
    measured = plan.contest.measured
    measured = replace(measured, failed=tuple(replace(each, reason=reason) for each in measured.failed))
    plan = replace(plan, contest=replace(plan.contest, measured=measured), request=replace(plan.request, rate=rate))
    (failed,) = [each for each in judged(plan).reasons if isinstance(each, FailedCrew)]
    assert (failed.largest_working, set(failed.limits)) == (2, limits)
    words = reason_sentence(failed)
    assert "--max-in-flight 2" in words
    assert ("--rate" in words) == (len(limits) > 1)


def test_what_always_breaks_them_says_nothing_of_limits():
    """Items that start processes fail in a Pool however few there are, and whatever the service."""
    refused = FailedSetting(FOUR, 1, 1, Outcome.RAISED, "429", FailureCause.NO_CHILDREN)
    assert [each.limits for each in failed_crews([refused], [TWO])] == [()]


def test_a_number_that_works_for_others_is_no_limit():
    """Four threads fail and two work, but so do eight coroutines: it is no matter of how many there are."""
    failed = FailedSetting(Setting("threads", 4), 1, 1, Outcome.HUNG, "still running")
    two, coroutines = Setting("threads", 2), Setting("asyncio", 8)
    assert [each.limits for each in failed_crews([failed], [two])] == [(OutsideLimit.IN_FLIGHT,)]
    assert [each.limits for each in failed_crews([failed], [two, coroutines])] == [()]


@pytest.mark.parametrize(("run", "warned"), [(3, True), (4, False)])
def test_more_workers_than_items_that_ran_were_not_tried(run, warned):
    """Four threads are recommended after three items ran: whether a service takes four at once nobody has seen."""
    plan = planned(asked=axes("threads", workers=(4,), chunksizes=None))
    found = judged(replace(plan, sample=Sample(tuple(range(run)), (0,) * 40)))
    assert (UntriedCount(4, run) in found.warnings) == warned


def test_where_every_setting_failed_there_is_no_answer():
    """No worker count that did the work: nothing is recommended, and the reason stands in the first sentence."""
    found = judged(planned({**SERIALLY, TWO: (Outcome.LOST,), FOUR: (Outcome.LOST,)}))
    assert (found.kind, found.recommendation) == (VerdictKind.CANNOT_TELL, None)
    words = "No setting with workers did the work: 2 processes and more failed (2 items were lost)."
    assert sentences.what_to_do(found).startswith(words)


def test_the_band_of_chunksizes_is_as_good_as_the_best():
    """From the smallest that costs little to hand over to the largest that leaves no worker idle at the end."""
    asked = axes(workers=(2,), chunksizes=(1, 10, 50, 400))
    found = judged(planned(asked=asked, rows=waits(*[1] * 1000), costs=Costs(take_ns=200_000)))
    assert found.recommendation.chunksize_band == (10, 50)
    assert "Chunksize: any from 10 to 50 is predicted to be as good" in sentences.reasons(found)


def test_what_if_tells_what_splitting_the_giant_gains():
    """Four workers and one item of half the work: in two pieces the round would be over in half the time."""
    found = judged(planned(asked=axes("imap_unordered", workers=(4,)), rows=waits(1000, 1000, 2000)))
    gains = {gain.name: gain.times for gain in found.what_if}
    assert gains["longest item in 2"] == pytest.approx(2.0)
    assert gains["twice the cores"] == pytest.approx(1.0)


def test_what_if_of_many_items_is_carried_on_from_fewer():
    """One second of sixteen is the last item's: halved it gains 3 % of all, not of the few that are replayed."""
    rows = waits(*[1] * 30_000, 1_000)
    found = judged(planned(asked=axes("imap_unordered", workers=(2,)), rows=rows))
    gains = {gain.name: gain.times for gain in found.what_if}
    assert gains["longest item in 2"] == pytest.approx(16.0 / 15.5, rel=0.005)


def test_the_notes_say_how_much_was_measured_and_how_much_predicted():
    """One sentence holds both counts, and how far the two lay apart where there are both."""
    plan = planned({**SERIALLY, TWO: (2.2,) * 6}, changes={"notes": (FirstRun(),)})
    both, cold = sentences.notes(judged(plan))
    assert both == (
        "Measured 1 setting in 6 blocks, predicted 2 settings from one serial run; predictions were 10 % off (median)"
    )
    assert cold.startswith("The items are long for this budget")


def test_what_was_predicted_before_a_setting_was_measured_stands_beside_it():
    """A round that fell short teaches the forecast; the figure beside it is still the one from before."""
    plan = planned({**SERIALLY, TWO: (4.0,) * 6}, axes(workers=(2,)))
    plan = replace(plan, contest=replace(plan.contest, earlier={TWO: 2.0}))
    assert plan.contest.forecast.whole[0].speedup.point == pytest.approx(1.0)
    assert judged(plan).cells[0].predicted == 2.0


def test_the_code_is_asked_for_exactly_the_recommended_setting():
    """The script is made for the setting and the chunksize in force; without a recommendation none is made."""
    asked = []
    plan = planned(asked=axes(workers=(2,), chunksizes=(7,)))
    found = judged(plan, lambda *setting, first, most_items: asked.append((*setting, first, most_items)) or "code")
    assert (asked, found.recommendation.code) == ([(pool(2, 7), 7, (), None)], "code")
    assert judged(planned(profile=job(computes(*[100] * 40), 1.0)), pytest.fail).recommendation is None


@pytest.mark.parametrize(("order", "places"), [("given", ()), ("largest-first", (3, 1))])
def test_the_items_that_go_first_are_handed_to_the_code(order, places):
    """Where long items go first, the script is made with their places; in the given order there are none."""
    asked = []
    plan = planned(asked=axes(orders=(order,)), changes={"first": (3, 1)})
    judged(plan, lambda *_, first, **__: asked.append(first) or "")
    assert asked == [places]


@pytest.mark.parametrize(
    ("strategy", "most_items", "remedy"),
    [
        ("process_executor", 50, "the script replaces a worker after 50 items"),
        ("static", None, "whose workers can be replaced"),
    ],
)
def test_workers_that_leak_are_replaced_where_that_can_be(strategy, most_items, remedy):
    """The script is made so that each of two workers grows by half of what is allowed, and the answer says so."""
    asked = []
    plan = planned(asked=axes(strategy, workers=(2,), chunksizes=None), changes={"leak": Leak(1e6, 60, 5_000, 1e8)})
    answer = judged(plan, lambda *_, most_items, **__: asked.append(most_items) or "")
    assert asked == [most_items]
    (warning,) = [
        words for words in sentences.warnings(answer) if words.startswith("Memory grows by 977 KiB with each")
    ]
    assert "all 5,000 would leave 4.66 GiB" in warning
    assert remedy in warning


def test_chunks_of_bundles_are_told_in_the_users_items():
    """A chunk of two bundles of 62 items is one of 124; a bundle has no longest item to name."""
    plan = planned(asked=axes(workers=(2,), chunksizes=(2,)), profile=job(SECONDS, bundle=62))
    found = judged(plan)
    assert (found.recommendation.chunksize, found.recommendation.setting.chunksize) == (124, 124)
    assert "chunksize 124" in sentences.what_to_do(found)
    assert not [reason for reason in sentences.reasons(found) if "onger" in reason or "ongest" in reason]


def test_other_workers_are_named_with_what_they_would_bring():
    """Work that computes under the interpreter's lock: the best threads stand beside the processes, with the reason."""
    found = judged(planned(asked=Axes(workers=(4,)), profile=job(computes(*[100] * 40))))
    assert found.recommendation.setting.strategy == "process_executor"
    assert "4 threads would reach only 1.00x: the work computes" in sentences.reasons(found)


@pytest.mark.parametrize(
    ("chosen", "other", "ending"),
    [
        (Setting("asyncio", 4), Setting("threads", 4), "x"),
        (Setting("threads", 4), Setting("map", 4, 1), "x: the work waits"),
        (Setting("map", 4, 1), Setting("threads", 4), "x"),
    ],
    ids=["tasks", "threads", "processes"],
)
def test_a_reason_is_given_only_where_it_explains_the_difference(chosen, other, ending):
    """That work waits speaks for threads, so for no processes that are better, nor for coroutines beside threads."""
    walls_s = {SERIAL_SETTING: (4.0,) * 4, chosen: (1.0,) * 4, other: (2.0,) * 4}
    found = judged(planned(walls_s, axes(chosen.strategy, other.strategy, workers=(4,))))
    assert found.recommendation.setting.strategy == chosen.strategy
    (sentence,) = [each for each in sentences.reasons(found) if " reach " in each]
    assert sentence.endswith(ending)


def test_what_every_worker_pays_first_is_said():
    """Workers that wait 300 ms before their first item is done: how long, and what helps."""
    profile = job(SECONDS)
    ledger = {TWO: spread_over(2, SECONDS, warm_up_ms=300)}
    rounds = {SERIAL_SETTING: (4.0,), TWO: (2.3,)}
    plan = replace(planned(rounds, axes(workers=(2,))), contest=contest(profile, axes(workers=(2,)), rounds, ledger))
    assert any(
        reason.startswith("The first item of every worker takes 300 ms more")
        for reason in sentences.reasons(judged(plan))
    )


@pytest.mark.parametrize(("name", "is_said"), [("map", True), ("threads", False)])
def test_large_results_are_named_where_they_are_sent(name, is_said):
    """Results of 5 MB are what processes lose by; threads send nothing."""
    found = judged(planned(asked=axes(name), profile=job(SECONDS, result_bytes=5e6)))
    told = [reason for reason in sentences.reasons(found) if reason.startswith("Each result is 4.77 MiB")]
    assert len(told) == is_said


def test_processes_that_lose_to_threads_by_their_results_are_said_to():
    """Threads are the answer because results are large: how large, and what would let processes be as fast."""
    threads, profile = Setting("threads", 2), job(waits(*[100] * 40), result_bytes=5e6)
    rounds = {**SERIALLY, threads: (2.0,) * 6, TWO: (3.9,) * 6}
    found = judged(planned(rounds, axes("threads", "map", workers=(2,)), profile=profile))
    assert found.recommendation.setting == threads
    (told,) = [words for words in sentences.reasons(found) if words.startswith("2 processes reach")]
    assert told.endswith(": they must send back 4.77 MiB for each item; return less, such as a file's path")


def test_what_workers_cost_is_why_serial_stays():
    """Items that take less than it takes to hand them over: that is said, in the first sentence."""
    short = job(waits(*[0.05] * 2000))
    dear = Costs(send_ns=60_000, receive_ns=40_000)
    found = judged(planned(asked=axes(workers=(2,)), profile=short, costs=dear))
    assert found.kind is VerdictKind.STAY_SERIAL
    assert ", limited by handing items over (" in sentences.what_to_do(found)


def test_failures_of_a_kind_are_told_once():
    """Two and four workers failed: the fewest are named, and that more did too."""
    found = judged(planned({**SERIALLY, TWO: (Outcome.LOST,), FOUR: (Outcome.LOST,)}))
    assert len([words for words in sentences.reasons(found) if "failed" in words]) == 1


def test_a_speedup_beyond_the_cores_is_warned_about():
    """Work that computes, measured to be three times as fast on two cores: the machine was not as it seemed."""
    profile = job(computes(*[100] * 40), 2.0)
    plan = planned({**SERIALLY, TWO: (1.3,) * 6}, axes(workers=(2,)), profile=profile)
    assert [type(warning) for warning in judged(plan).warnings] == [BeyondCores]


def test_a_process_that_the_job_keeps_may_take_less_beside_workers():
    """Where items wait for a helper, which idles less with more of them, a speedup beyond the cores is believed."""
    profile = job(computes(*[100] * 40), 2.0)
    inner = InnerWork(helpers="SyncManager-1", waits=0.4)
    rounds = {**SERIALLY, TWO: (1.3,) * 6}
    assert not judged(planned(rounds, axes(workers=(2,)), profile=profile, changes={"inner": inner})).warnings


@pytest.mark.parametrize(("wall_s", "is_capped"), [(1.8, True), (1.2, False)])
def test_no_speedup_is_said_that_the_longest_item_does_not_allow(wall_s, is_capped):
    """An item of 2 of 4 s: 2.2x is told as the 2x that it allows; 3.3x shows that it is not always so long."""
    found = judged(planned({**SERIALLY, TWO: (wall_s,) * 6}, axes(workers=(2,)), rows=waits(2000, *[100] * 20)))
    caps = [reason for reason in found.reasons if isinstance(reason, ItemCap)]
    assert bool(caps) is is_capped
    assert found.recommendation.speedup.point == pytest.approx(2.0 if is_capped else 4 / wall_s, rel=0.1)
    assert (found.recommendation.speedup.high == pytest.approx(2.0)) is is_capped


@given(st.lists(st.floats(0.6, 6.0), min_size=1, max_size=6), st.floats(0.9, 1.0), st.sampled_from((1.0, 2.0, 4.0)))
def test_a_speedup_above_the_cores_is_never_said_without_a_warning(walls_s, cpu_share, cores):
    """Whatever was measured of work that computes: at most as fast as there are cores, or warned about."""
    rows = computes(*[100] * 40)
    rows["cpu_ns"] = cpu_share * rows["cpu_ns"]
    count = max(int(cores), 1)
    rounds = {SERIAL_SETTING: (4.0,) * len(walls_s), pool(count): tuple(walls_s)}
    found = judged(planned(rounds, axes(workers=(count,)), profile=job(rows, cores)))
    speedup = found.recommendation.speedup if found.recommendation else None
    warned = any(isinstance(warning, BeyondCores) for warning in found.warnings)
    assert speedup is None or warned or speedup.low <= cores / cpu_share
    assert found.recommendation is None or found.recommendation.setting.workers <= cores


def test_where_others_had_the_cores_the_prediction_answers():
    """Rounds beside a machine that others kept half busy are not what a quiet one would do, and a warning says so."""
    profile = job(computes(*[100] * 40), 2.0)
    rounds = {**SERIALLY, TWO: (3.5,) * 6}
    quiet = judged(planned(rounds, axes(workers=(2,)), profile=profile))
    busy = judged(planned(rounds, axes(workers=(2,)), profile=profile, busy_share=0.5))
    assert busy.recommendation.speedup.point > 1.2 * quiet.answer.speedup.point
    assert not busy.recommendation.is_measured
    assert busy.warnings == (BusyCores(0.5, not_measured=True),)
    assert quiet.warnings == ()


@pytest.mark.parametrize(
    ("strategy", "method", "is_said"),
    [("map", "fork", True), ("map", "spawn", False), ("threads", "fork", False), ("joblib", "fork", False)],
)
def test_a_random_state_that_workers_inherit_is_warned_about(strategy, method, is_said):
    """Forked workers all have it; fresh interpreters have states of their own, and threads one between them."""
    two = Setting(strategy, 2, 1 if strategy == "map" else None, start_method=method)
    asked = replace(axes(strategy, workers=(2,)), start_methods=(method,), chunksizes=(two.chunksize,))
    facts = {random_state.NAMES: "numpy.random, rng", random_state.OF_NUMPY: True}
    plan = planned({**SERIALLY, two: (2.0,) * 6}, asked)
    plan = replace(plan, serial=replace(plan.serial, evidence=facts))
    assert judged(plan).recommendation.setting == two
    assert judged(plan).warnings == ((ForkedRandomState("numpy.random, rng", is_numpy=True),) if is_said else ())


@pytest.mark.parametrize(
    ("share", "wall_s", "limit"),
    [(0.8, 3.3, HeldLock("sales.db", 0.8)), (0.95, 3.9, None), (0.8, 2.0, "none of it")],
)
def test_a_lock_that_items_hold_limits_their_workers(share, wall_s, limit):
    """What was seen serially limits what is predicted, and is said, unless workers were measured to do far better."""
    profile = job(SECONDS, locked_share=share)
    assert all(each.speedup.point <= 1 / share for each in contest(profile, axes()).forecast.whole)
    plan = planned({**SERIALLY, TWO: (wall_s,) * 6}, profile=profile)
    facts = {file_locks.NAME: "sales.db", file_locks.SHARE: share}
    result = judged(replace(plan, serial=replace(plan.serial, facts=facts)))
    said = [reason for reason in result.reasons if isinstance(reason, HeldLock)]
    assert said == ([] if limit == "none of it" else [HeldLock("sales.db", share)])
    assert (result.recommendation is None) == (limit is None)
    if isinstance(limit, HeldLock):
        assert result.recommendation.limited_by == limit
        assert "let one process write what others compute" in sentences.in_short(result)


def test_items_that_hold_one_lock_would_gain_by_parts_of_their_own():
    """Items that hold a lock for 80 %: what they would reach that return parts, with the line that adds them up."""
    footprint = Footprint(locks=(LockUse("TOTAL", 3.0, 0.8),))
    profile = job(waits(*[100] * 40), locked_share=0.8, takes_turns=True)
    found = judged(planned(profile=profile, changes={"footprint": footprint}))
    (parts,) = [each for each in found.reasons if isinstance(each, OwnParts)]
    assert (parts.lock, parts.manager_share, parts.function) == ("TOTAL", 0.0, "load_file")
    assert parts.speedup > 3
    assert found.recommendation.speedup.point <= 1 / 0.8
    assert HeldLock("TOTAL", 0.8, is_file=False) in found.reasons
    assert "executor.map(load_file, items): total.update(part)" in sentences.in_short(found)
    little = replace(footprint, locks=(LockUse("TOTAL", 3.0, 0.2),))
    free = judged(planned(profile=job(waits(*[100] * 40)), changes={"footprint": little}))
    assert not any(isinstance(each, OwnParts | HeldLock) for each in free.reasons)


def test_what_items_wait_for_a_manager_is_not_their_work():
    """Nine tenths of an item are a Manager's: with a part of its own it would take a tenth, which serial shows too."""
    footprint = Footprint(manager=ManagerUse(40.0, 0.9))
    profile = job(waits(*[100] * 40), locked_share=0.9)
    (parts,) = [
        each
        for each in judged(planned(profile=profile, changes={"footprint": footprint})).reasons
        if isinstance(each, OwnParts)
    ]
    assert (parts.lock, parts.manager_share) == ("", 0.9)
    assert parts.wall_s <= 0.4
    assert parts.speedup == pytest.approx(4.0 / parts.wall_s)


@pytest.mark.parametrize(
    ("wall_s", "words"),
    [
        (3.2, "with 1 thread for it (OMP_NUM_THREADS=1) an item takes 1.60x as long, and workers have the cores"),
        (3.9, "workers share what is left; with 1 thread for it (OMP_NUM_THREADS=1) an item takes 1.60x as long, and"),
    ],
)
def test_inner_threads_are_part_of_the_answer(wall_s, words):
    """Workers with one inner thread each, over a serial run that has more: said where they are used, and where not."""
    profile = job(computes(*[160] * 40), 2.0, longer=1.6)
    plan = planned({**SERIALLY, TWO: (wall_s,) * 6}, axes(workers=(2,)), profile=profile)
    before = InnerWork(cores=1.9, beside_ns=4e9, pools="OpenBLAS")
    limited = InnerThreads(1, None, 1.6, before, InnerWork())
    plan = replace(plan, request=replace(plan.request, inner_threads=1), inner=before, inner_threads=limited)
    result = judged(plan)
    assert any("1.9 of 2 cores busy by OpenBLAS" in reason and words in reason for reason in sentences.reasons(result))
    is_used = result.recommendation is not None
    assert is_used == ("workers have" in words)
    if is_used:
        assert result.recommendation.inner_threads == 1
        assert ", OMP_NUM_THREADS=1: 1.25x" in sentences.what_to_do(result)
        assert result.serial_s.point == pytest.approx(4.0)


def test_a_sample_is_carried_on_to_all_items():
    """Where only some were run, what all would take stands beside it, serially and with the recommended setting."""
    rows = waits(*[100] * 40)
    profile = replace(job(rows), sample=rows[:10], sample_weights=[1.0] * 10)
    sample = Sample(tuple(range(10)), tuple(place % 10 for place in range(40)))
    plan = planned(profile=profile, changes={"sample": sample, "items_run": 10})
    assert "All 40 items: about 1.0 s, serially 4.0 s (predicted)" in sentences.reasons(judged(plan))


def test_a_measured_sample_is_said_to_be_one():
    """The answer's first line says how many items the rounds had."""
    rows = waits(*[100] * 40)
    profile = replace(job(rows), sample=rows[:10], sample_weights=[1.0] * 10)
    sample = Sample(tuple(range(10)), tuple(place % 10 for place in range(40)))
    walls_s = {SERIAL_SETTING: (1.0,) * 4, FOUR: (0.25,) * 4}
    found = judged(planned(walls_s, profile=profile, changes={"sample": sample, "items_run": 10}))
    assert sentences.what_to_do(found).endswith(" Measured in 4 blocks with 10 of 40 items.")


def test_names_in_sentences_are_made_plain():
    """An item's name with a terminal escape is written out wherever it stands."""
    plan = planned(asked=axes(workers=(4,)), rows=waits(1000, 1000, 2000), changes={"longest_name": "\x1b[2J"})
    found = judged(plan)
    parts = (sentences.what_to_do(found), *sentences.reasons(found), sentences.limited_by(found), found.longest_item[0])
    told = " ".join(parts)
    assert "\\x1b[2J" in told
    assert "\x1b" not in told


CACHE = StateChange("RATES", "dict", 0, 9)
RESULTS = StateChange("RESULTS", "list", 0, 40)
FILLS = Refill(9, WarmUp(4.5e8))


def test_a_cache_is_no_lost_state_and_what_fills_it_is_said():
    """Once items were seen to get cheaper: by its name, how many fill it and what that takes; results stay lost."""
    footprint = Footprint(changes=(CACHE, RESULTS))
    filled = judged(planned(changes={"footprint": footprint, "caches": ("RATES",), "refill": FILLS}))
    assert [each.changes for each in filled.warnings if isinstance(each, LostState)] == [(RESULTS,)]
    assert RefillCost(9, 0.45, ("RATES",)) in filled.reasons
    assert "(RATES, a cache): 9 items that fill it take 450 ms in all" in sentences.in_short(filled)
    unclear = judged(planned(changes={"footprint": footprint, "caches": ("RATES",)}))
    assert [each.changes for each in unclear.warnings if isinstance(each, LostState)] == [(CACHE, RESULTS)]
    assert not any(isinstance(each, RefillCost) for each in unclear.reasons)


def test_a_cache_that_a_sample_can_not_judge_is_a_warning():
    """Where not all items were run, and those that were did not tell; not where threads share the cache."""
    few = {"caches": ("RATES",), "filling": ("RATES",), "sample": Sample((0, 1), (0, 1) * 20), "items_run": 2}
    assert UnclearCache(("RATES",), 2, 40) in judged(planned(changes=few)).warnings
    full = judged(planned(changes={**few, "filling": ()}))
    assert not any(isinstance(each, UnclearCache) for each in full.warnings)
    assert not judged(planned(changes={"caches": ("RATES",), "filling": ("RATES",)})).warnings
    threads = judged(planned(asked=axes("threads", chunksizes=None), changes=few))
    assert not any(isinstance(each, UnclearCache) for each in threads.warnings)


def test_a_helper_that_items_wait_for_is_the_limit():
    """By its name and the part of their time, once: in the answer's line, and as what limits the setting."""
    found = judged(planned(changes={"inner": InnerWork(helpers="SyncManager-1", waits=0.4)}))
    assert found.recommendation.limited_by == HelperWait("SyncManager-1", 0.4)
    assert sentences.in_short(found).count("SyncManager-1") == 1
    words = "a process that the job keeps (SyncManager-1), for which items wait 40 % of their time"
    assert sentences.limited_by(found) == words


@pytest.mark.parametrize(("size", "reason"), [("item_bytes", LargeItems(2e6)), ("function_bytes", LargeFunction(2e6))])
def test_what_is_large_and_must_be_sent_is_said(size, reason):
    """Of processes, or where none gains anything; threads are sent nothing."""
    rows = waits(*[100] * 40)
    assert reason in judged(planned(profile=job(rows, **{size: 2e6}))).reasons
    assert reason not in judged(planned(profile=job(rows, **{size: 2e4}))).reasons
    threads = judged(planned(profile=job(rows, **{size: 2e6}), asked=axes("threads", chunksizes=None)))
    assert reason not in threads.reasons


def test_what_workers_inherit_is_said_beside_what_sending_it_would_bring():
    """Items of 50 MB: forked workers that inherit them are recommended, with what a pool that sends them reaches."""
    profile = job(waits(*[100] * 40), item_bytes=5e7)
    found = judged(planned(profile=profile, asked=axes("map", "inherited", workers=(2,))))
    assert found.recommendation.setting.strategy == "inherited"
    (reason,) = [each for each in found.reasons if isinstance(each, Inherited)]
    assert (reason.item_bytes, reason.function_bytes, reason.crew.call) == (5e7, 0.0, "Pool.map")
    assert reason.speedup.point < 0.8 * found.recommendation.speedup.point
    assert not any(isinstance(each, LargeItems) for each in found.reasons)
