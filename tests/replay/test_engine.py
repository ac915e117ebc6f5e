"""A replay predicts a round from one serial ledger, within the bounds that every round must respect."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.losses import violations
from lightwork.core.causes import Cause
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.replay import fast_path
from lightwork.replay.cores import NOBODY, Cores, are_shared_evenly
from lightwork.replay.costs import NO_COSTS, Costs
from lightwork.replay.demands import Demands, demands, demands_of
from lightwork.replay.engine import Replay, replay
from lightwork.replay.hand_out import with_a_rule
from lightwork.replay.what_if import WhatIf, replay_if, split_longest, what_ifs
from lightwork.storage.ledgers import ROW
from lightwork.strategies import names

GREEDY = ("imap_unordered", "apply_async", "queue", "pipe")
PARALLEL = tuple(name for name in with_a_rule(names(), are_named=False) if name != "serial")
MS = 1_000_000
amounts = st.integers(0, 1000)
workers = st.integers(1, 6)
cores = st.sampled_from([0.5, 1, 1.5, 2, 3, 8])
costs = st.builds(Costs, **{name: st.sampled_from([0.0, 1.0, 7.5, 40.0]) for name in Costs.__dataclass_fields__})


@st.composite
def works(draw: st.DrawFn, cpu: bool = True, wait: bool = True) -> Demands:
    """A few items of whole nanoseconds; without computing or waiting where so asked."""
    count = draw(st.integers(1, 12))

    def some(wanted: bool) -> list[int]:
        return draw(st.lists(amounts, min_size=count, max_size=count)) if wanted else [0] * count

    return demands(some(cpu), some(wait))


settings_of = st.builds(Setting, st.sampled_from(PARALLEL), workers)


def event_by_event(*arguments: Any) -> Replay:
    """The same replay without the short cut for undisturbed hand-outs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast_path, "is_undisturbed", lambda *_: False)
        return replay(*arguments)


def serial_ledger(rows: Sequence[tuple[int, int, int]]) -> Any:
    """A serial ledger of (cpu, wait, run-queue wait) per item."""
    table = np.zeros(len(rows), ROW)
    for number, (cpu_ns, wait_ns, runqueue_ns) in enumerate(rows):
        start_ns = table["end_ns"][number - 1] if number else 1000
        end_ns = start_ns + cpu_ns + wait_ns + runqueue_ns
        names = ["start_ns", "end_ns", "cpu_ns", "runqueue_ns", "state"]
        table[number : number + 1][names] = (start_ns, end_ns, cpu_ns, runqueue_ns, 2)
    return table


# The machine


def test_computing_shares_the_cores_and_waiting_does_not() -> None:
    """Two that compute on one core advance at half speed; a third that waits is served on time."""
    machine = Cores(1, agents=3)
    machine.compute(0, 100)
    machine.compute(1, 150)
    machine.wait(2, 120)
    ended = []
    while (agent := machine.next()) != NOBODY:
        ended.append((agent, machine.now_ns))
    assert ended == [(2, 120), (0, 200), (1, 250)]


def test_nobody_is_faster_than_a_core() -> None:
    """One that computes on eight cores takes as long as on one."""
    machine = Cores(8, agents=1)
    machine.compute(0, 100)
    assert (machine.next(), machine.now_ns) == (0, 100)


def test_three_on_two_cores_are_one_alone_and_two_that_share() -> None:
    """A core that lacks work takes it over at its next look, 4 ms later; till then two share the other."""
    work = demands([3 * MS] * 12)
    found = replay(work, Setting("static", 3), 2)
    ends_ms = found.items["end_ns"].reshape(3, 4) / MS
    assert ends_ms.tolist() == [[6, 12, 18, 20], [3, 6, 9, 12], [6, 12, 17, 20]] or sorted(ends_ms.tolist()) == [
        [3, 6, 9, 12],
        [6, 12, 17, 20],
        [6, 12, 17, 20],
    ]


def test_whoever_comes_joins_the_shortest_queue() -> None:
    """One that comes back to a busy core goes to a free one, and one whose core is free stays there."""
    machine = Cores(2, agents=3)
    for agent, cpu_ns in ((0, 100), (1, 50), (2, 30)):
        machine.compute(agent, cpu_ns)
    assert machine.home == [0, 1, 0]
    assert (machine.next(), machine.now_ns) == (1, 50)
    machine.home[1] = 0
    machine.compute(1, 10)
    assert machine.home[1] == 1


@pytest.mark.parametrize(("count", "agents", "evenly"), [(2, 3, False), (2, 33, True), (1.5, 3, True), (4, 4, True)])
def test_many_agents_or_part_of_a_core_are_shared_evenly(count: float, agents: int, evenly: bool) -> None:
    """Equal work begun together ends together where cores are shared evenly, and else where queues are equal."""
    assert are_shared_evenly(count, agents) is evenly
    machine = Cores(count, agents)
    for agent in range(agents):
        machine.compute(agent, 1000)
    ends_ns = [machine.now_ns for _ in range(agents) if machine.next() != NOBODY]
    assert (max(ends_ns) - min(ends_ns) < 1e-6) is evenly


def test_waiting_passes_while_others_compute() -> None:
    """Two workers whose items mostly wait lose next to nothing by sharing one core."""
    found = replay(demands([10] * 20, [1000] * 20), Setting("static", 2), 1)
    assert 10_100 <= found.makespan_ns <= 10_200


def test_the_next_chunk_goes_to_whoever_has_been_idle_longest() -> None:
    """Workers that stand idle get the chunks in the order in which they fell idle."""
    found = replay(demands([1000] * 3), Setting("pipe", 3), 8, Costs(send_ns=10)).items
    assert found["worker"].tolist() == [0, 1, 2]


def test_the_recorders_spin_is_between_the_items() -> None:
    """A spin after an item delays the next one, and is part of neither."""
    work = demands([100, 100], spin_ns=[20, 0])
    for found in (replay(work, Setting("static", 1), 1).items, event_by_event(work, Setting("static", 1), 1).items):
        assert found["start_ns"].tolist() == [0, 120]
        assert found["end_ns"].tolist() == [100, 220]


# Bounds


@given(works(), settings_of, cores, costs)
def test_no_prediction_is_below_the_bounds(work: Demands, setting: Setting, count: float, spent: Costs) -> None:
    """T >= W / P, the longest item, and all computing over the cores; costs or none."""
    bound_ns = max(work.wall_ns.sum() / setting.workers, work.wall_ns.max(), work.cpu_ns.sum() / count)
    for found in (replay(work, setting, count), replay(work, setting, count, spent)):
        assert found.makespan_ns >= bound_ns - 1


@given(works(cpu=False), st.sampled_from(GREEDY), workers)
def test_greedy_hand_out_keeps_grahams_bound(work: Demands, strategy: str, count: int) -> None:
    """Where items only wait, T <= W / P + (1 - 1/P) x longest (Graham 1966)."""
    bound_ns = work.wall_ns.sum() / count + (1 - 1 / count) * work.wall_ns.max()
    assert replay(work, Setting(strategy, count), 2).makespan_ns <= max(bound_ns + 1e-6, 1)


@given(works(cpu=False), st.sampled_from(GREEDY), workers)
def test_largest_first_keeps_grahams_second_bound(work: Demands, strategy: str, count: int) -> None:
    """Largest first ends by 4/3 - 1/(3P) of the optimum (Graham 1969), which is at most what greedy takes."""
    largest_first = replay_if(WhatIf(largest_first=True), work, Setting(strategy, count), 2).makespan_ns
    as_given = replay(work, Setting(strategy, count), 2).makespan_ns
    assert largest_first <= (4 / 3 - 1 / (3 * count)) * as_given + 1e-6


@given(works(), st.sampled_from([*PARALLEL, "serial"]), st.sampled_from([1, 2, 8]))
def test_one_worker_without_costs_is_the_serial_round(work: Demands, strategy: str, count: int) -> None:
    """With one worker, a core and no costs, the round lasts as long as all items together, to the nanosecond."""
    assert replay(work, Setting(strategy, 1), count).makespan_ns == max(work.wall_ns.sum(), 1)


@given(works(), settings_of)
def test_a_core_for_every_worker_keeps_items_at_their_serial_length(work: Demands, setting: Setting) -> None:
    """Where nobody has to share, every item lasts exactly as long as serially."""
    found = event_by_event(work, setting, setting.workers).items
    assert (found["end_ns"] - found["start_ns"] == work.wall_ns).all()
    assert not found["runqueue_ns"].any()


# More of something


@given(works(), settings_of, st.booleans())
def test_more_cores_never_slow_down_items_of_one_kind(work: Demands, setting: Setting, waits: bool) -> None:
    """Items of one kind are done no later with more cores shared evenly, and with one for each no later than with any.

    In between, two long parts can meet in one queue while the other is empty: less than 4 ms, as in Linux.
    """
    one_kind = demands(work.cpu_ns * (not waits), work.wait_ns * waits)
    one, more, two, three, all_ = (
        event_by_event(one_kind, setting, count).makespan_ns for count in (1, 1.5, 2, 3, setting.workers + 1)
    )
    assert all_ - 1 <= more <= one + 1
    assert all(all_ - 1 <= queued <= one + 1 for queued in (two, three))


@given(works(cpu=False), st.sampled_from(GREEDY))
def test_more_workers_never_slow_down_waiting(work: Demands, strategy: str) -> None:
    """Where items only wait and handing over is free, another worker never makes the round longer."""
    found = [replay(work, Setting(strategy, count), 2).makespan_ns for count in range(1, 8)]
    assert found == sorted(found, reverse=True)


# The ledger


@given(works(), settings_of, cores, costs)
def test_the_ledger_is_a_sound_one(work: Demands, setting: Setting, count: float, spent: Costs) -> None:
    """Every item is done once by one of the workers, none overlap on a worker, and the losses add up exactly."""
    found = replay(work, setting, count, spent)
    assert found.round.items_done == found.round.items_expected == len(work)
    assert set(found.items["worker"]) <= set(range(setting.workers))
    assert violations(found.round, found.items, setting.workers) == []
    losses = found.losses()
    five = (losses.start_up_ns, losses.item_ns, losses.dispatch_ns, losses.tail_ns, losses.teardown_ns)
    assert min(five) >= 0
    assert sum(five) == losses.budget_ns == setting.workers * found.makespan_ns


@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=12), settings_of, cores, costs)
def test_predicted_and_measured_losses_have_one_identity(
    rows: list[tuple[int, int, int]], setting: Setting, count: float, spent: Costs
) -> None:
    """Useful work is the serial items' own time, speedup + losses = workers, and no wait for a core is negative."""
    serial = serial_ledger(rows)
    losses = replay(demands_of(serial), setting, count, spent).losses(serial)
    assert losses.useful_ns == sum(cpu_ns + wait_ns for cpu_ns, wait_ns, _ in rows)
    assert losses.core_wait_ns is not None
    assert losses.core_wait_ns >= 0
    assert losses.cpu_inflation_ns == 0
    assert losses.speedup + sum(losses.lost_speedup().values()) == setting.workers


def test_waiting_for_a_core_is_lost_to_the_core() -> None:
    """Two workers on one core lose to the core, and to nothing else within the items."""
    computing = serial_ledger([(1000, 0, 0)] * 4)
    found = replay(demands_of(computing), Setting("static", 2), 1).losses(computing).by_cause()
    assert (found[Cause.CORE_WAIT], found[Cause.BLOCKING]) == (4000, 0)


def test_rows_stand_where_the_items_stood() -> None:
    """Items handed out in another order keep their rows: row i is item i, whenever it ran."""
    work = demands_of(serial_ledger([(0, 10, 0), (0, 20, 0), (0, 30, 0)]), [2, 0, 1])
    found = replay(work, Setting("imap_unordered", 1), 1).items
    assert found["start_ns"].tolist() == [30, 40, 0]


@given(works(), settings_of, st.sampled_from([0.5, 1, 1.5, 8]), costs, st.randoms())
def test_workers_have_no_names(work: Demands, setting: Setting, count: float, spent: Costs, luck: Any) -> None:
    """Exchanging the parts of a fixed hand-out between workers that start alike changes nothing but who does what."""
    spent = replace(spent.without_start_up(), boot_ns=spent.boot_ns)
    hands = list(range(setting.workers))
    luck.shuffle(hands)
    size = len(work) // setting.workers
    whole = work.take(range(size * setting.workers))
    if not size:
        return
    mixed = whole.take([hand * size + place for hand in hands for place in range(size)])
    only_one_kind = [replace(one, wait_ns=one.wait_ns * 0) for one in (whole, mixed)]
    straight, exchanged = (replay(one, Setting("static", setting.workers), count, spent) for one in only_one_kind)
    assert abs(straight.makespan_ns - exchanged.makespan_ns) <= 1
    assert np.abs(straight.items["end_ns"] - exchanged.items["end_ns"][: len(whole)]).max() <= 1


# Two ways to one result


@given(works(), st.sampled_from(["cpu", "wait", "room"]), settings_of, cores, st.sampled_from([0.0, 3.0]))
def test_the_short_cut_and_the_events_agree(
    work: Demands, kind: str, setting: Setting, count: float, item_ns: float
) -> None:
    """Where only the number of workers bears on a round, the heap over chunk sums and the events tell the same."""
    if kind == "room":
        count = setting.workers
    else:
        work = replace(work, cpu_ns=work.cpu_ns * (kind == "cpu"), wait_ns=work.wait_ns * (kind == "wait"))
    spent = Costs(item_ns=item_ns if kind != "wait" else 0.0)
    short, long = replay(work, setting, count, spent), event_by_event(work, setting, count, spent)
    assert abs(short.makespan_ns - long.makespan_ns) <= 1
    for name in ("start_ns", "end_ns"):
        assert np.abs(np.sort(short.items[name]) - np.sort(long.items[name])).max() <= 1


# A rate


@given(works(), settings_of, cores, costs, st.sampled_from([1.0, 50.0, 2000.0]))
def test_starts_lie_apart_whoever_runs_the_items(
    work: Demands, setting: Setting, count: float, spent: Costs, apart_ns: float
) -> None:
    """At a rate no two items of any workers start closer together, and an item's own time is no longer for it."""
    found = replay(work, setting, count, spent, apart_ns)
    assert (np.diff(np.sort(found.items["start_ns"])) >= apart_ns - 1).all()
    assert violations(found.round, found.items, setting.workers) == []
    walls_ns = found.items["end_ns"] - found.items["start_ns"] - found.items["runqueue_ns"]
    assert np.abs(walls_ns - work.wall_ns).max() <= 1


@pytest.mark.parametrize(("count", "wall_ns"), [(1, 8 * 50), (2, 7 * 30 + 50), (4, 7 * 30 + 50)])
def test_a_rate_is_all_that_workers_gain(count: int, wall_ns: int) -> None:
    """Eight items of 50 at one start every 30: more than two workers are no faster, and one is as slow as ever."""
    assert replay(demands([0] * 8, [50] * 8), Setting("threads", count), 2, NO_COSTS, 30.0).makespan_ns == wall_ns


def test_one_worker_waits_for_its_own_turns() -> None:
    """Items shorter than the time between two starts: one after the other they begin exactly so far apart."""
    found = replay(demands([10] * 5), Setting("serial"), 1, NO_COSTS, 30.0)
    assert found.items["start_ns"].tolist() == [0, 30, 60, 90, 120]
    assert found.makespan_ns == 130


# Costs


def test_every_cost_is_paid_where_it_arises() -> None:
    """Start-up before the first item, hand-over between items, teardown at the end: the losses say so."""
    work, setting = demands([2 * MS] * 4), Setting("pipe", 1)

    def losses(**spent: float) -> tuple[int, int, int]:
        found = replay(work, setting, 4, Costs(**spent)).losses()
        return found.start_up_ns, found.dispatch_ns, found.teardown_ns

    assert losses(open_ns=5, server_ns=6, request_ns=7, boot_ns=8) == (26, 0, 0)
    assert losses(boot_ns=8) == (8, 0, 0)
    assert losses(first_ns=9) == (0, 9, 0)
    assert losses(item_ns=3) == (0, 12, 0)
    assert losses(cold_ns=3) == (0, 12, 0)
    assert losses(take_ns=3, wake_ns=2) == (0, 20, 0)
    assert losses(send_ns=10) == (0, 40, 0)
    assert losses(receive_ns=10) == (0, 30, 10)
    assert losses(rouse_ns=10) == (0, 30, 10)
    assert losses(settle_ns=4) == (0, 4, 0)
    assert losses(close_ns=5, close_worker_ns=6) == (0, 0, 11)


def test_a_busy_caller_is_not_roused() -> None:
    """A caller that is always behind never sleeps: rousing costs it nothing more than once."""
    work = demands([10] * 1000)
    behind = Costs(send_ns=15, receive_ns=15)
    found = [replay(work, Setting("imap_unordered", 4), 16, replace(behind, rouse_ns=more)) for more in (0.0, 500.0)]
    assert found[1].makespan_ns - found[0].makespan_ns <= 1000


def test_caches_cool_off_within_a_millisecond() -> None:
    """What is due where the caches are others' is due in proportion after less than a millisecond of an item."""

    def lost_ns(strategy: str, item_ns: int, **spent: float) -> int:
        return replay(demands([item_ns] * 4), Setting(strategy, 1), 4, Costs(**spent)).losses().dispatch_ns

    assert lost_ns("queue", MS // 4, cold_ns=1000) == 1000
    assert lost_ns("queue", 3 * MS, cold_ns=1000) == 4000
    assert lost_ns("queue", MS // 4, wake_ns=1000) == 1000
    assert lost_ns("pipe", MS // 4, wake_ns=1000) == 4000
    assert lost_ns("pipe", MS // 4, rouse_ns=1000) == 750
    assert lost_ns("pipe", 3 * MS, rouse_ns=1000) == 3000


def test_the_gap_that_the_serial_round_had_is_kept() -> None:
    """What lay between two items serially lies between them in every round, and is no part of them."""
    rows = serial_ledger([(100, 0, 0)] * 4)
    rows["start_ns"] += 7 * np.arange(4)
    rows["end_ns"] += 7 * np.arange(4)
    found = replay(demands_of(rows), Setting("static", 1), 1).items
    assert found["start_ns"].tolist() == [0, 107, 214, 321]
    assert demands_of(rows[[2, 0, 0]]).gap_ns.tolist() == [114, 114, 114]


def test_a_gap_that_somebody_else_made_becomes_the_usual_one() -> None:
    """One gap of more than ten times the median, and the one after the last item, count as the median."""
    rows = serial_ledger([(100, 0, 0)] * 5)
    later_ns = np.array([0, 5, 10, 1015, 1020])
    rows["start_ns"] += later_ns
    rows["end_ns"] += later_ns
    assert demands_of(rows).gap_ns.tolist() == [5, 5, 5, 5, 5]
    assert demands_of(rows[:1]).gap_ns.tolist() == [0]


def test_a_worker_with_its_part_done_leaves_beside_the_others() -> None:
    """Leaving takes a core: on one core it holds up those that still work, and the round lasts until all have left."""
    work = demands([100, 1000])
    found = [replay(work, Setting("static", 2), count, Costs(leave_ns=50)).makespan_ns for count in (1, 2)]
    assert found == [1200, 1050]


def test_the_caller_is_one_more_that_needs_a_core() -> None:
    """Handing out slows the workers down where it takes their core, and does not where there is one to spare."""
    work, spent = demands([1000] * 100), Costs(send_ns=50, receive_ns=50)
    crowded, roomy = (replay(work, Setting("imap_unordered", 2), count, spent).makespan_ns for count in (2, 3))
    assert roomy < 51_000
    assert crowded > 54_000


def test_a_window_of_one_waits_for_its_answer() -> None:
    """A pipe's worker stands idle while the caller handles its answer; a queue's has its next chunk already."""
    work, spent = demands([100] * 50), Costs(send_ns=10, receive_ns=10)
    pipe, queue = (replay(work, Setting(name, 1), 4, spent).losses().dispatch_ns for name in ("pipe", "queue"))
    assert pipe == 50 * 20 - 10
    assert queue == 10


def test_threads_are_started_only_while_none_is_idle() -> None:
    """The first thread does two items while the second one starts, so takes the third as well; a pool starts all."""
    work, costs = demands([0] * 3, wait_ns=[3] * 3), Costs(request_ns=10)
    assert len(replay(work, Setting("threads", 20), 2, costs).round.workers) == 2
    assert len(replay(work, Setting("map", 20), 2, costs).round.workers) == 20


def test_hand_over_is_bound_by_the_caller() -> None:
    """However many workers, items are done no faster than the caller hands them out."""
    work, spent = demands([10] * 1000), Costs(send_ns=15, receive_ns=15)
    for count in (4, 8):
        assert replay(work, Setting("imap_unordered", count), 16, spent).makespan_ns >= 30_000


# What-ifs


def gains(work: Demands, setting: Setting, cores: float, costs: Costs = NO_COSTS) -> dict[str, float]:
    """How many times as fast the round is with each change alone."""
    now_ns = replay(work, setting, cores, costs).makespan_ns
    changes = what_ifs(setting.workers)
    return {
        name: now_ns / replay_if(change, work, setting, cores, costs).makespan_ns for name, change in changes.items()
    }


def test_what_if_removes_what_it_says() -> None:
    """Each switch alone gains where its cause is at work."""
    work = demands([100] * 9 + [900])
    spent = Costs(request_ns=50, boot_ns=50, send_ns=10, receive_ns=10)
    found = gains(work, Setting("imap_unordered", 2), 2, spent)
    expected = {"no dispatch cost", "no start-up", "longest item in 2", "largest first", "twice the cores"}
    assert expected <= set(found)
    for name in ("no dispatch cost", "no start-up", "longest item in 2", "largest first", "twice the cores"):
        assert found[name] > 1, name


@given(works(), st.integers(1, 5))
def test_a_split_item_keeps_its_work(work: Demands, pieces: int) -> None:
    """The pieces of the longest item add up to it, and the other items stay as they were."""
    found = split_longest(work, pieces)
    assert len(found) == len(work) + pieces - 1
    assert found.cpu_ns.sum() == work.cpu_ns.sum()
    assert found.wait_ns.sum() == work.wait_ns.sum()
    assert len(set(found.index.tolist())) == len(found)


def test_a_what_if_that_can_not_be_is_refused() -> None:
    """No pieces and no cores are errors when they are asked for."""
    with pytest.raises(ValueError, match="split into 0"):
        WhatIf(pieces=0)
    with pytest.raises(ValueError, match=r"0\.0 times"):
        WhatIf(cores=0.0)


# What goes in


def test_the_serial_rounds_own_wait_for_a_core_is_no_demand() -> None:
    """An item asks for its CPU time and its waiting; what its core was taken away for is left out."""
    found = demands_of(serial_ledger([(30, 50, 20)]))
    assert (found.cpu_ns.tolist(), found.wait_ns.tolist()) == ([30], [50])


def test_a_cpu_reading_beyond_the_wall_is_cut() -> None:
    """An item that seems to have computed for longer than it lasted is taken to have computed throughout."""
    rows = serial_ledger([(30, 0, 0)])
    rows["cpu_ns"], rows["runqueue_ns"] = 31, -1
    found = demands_of(rows)
    assert (found.cpu_ns.tolist(), found.wait_ns.tolist()) == ([30], [0])


def test_another_speed_touches_computing_only() -> None:
    """At half the speed CPU times and CPU costs double, and waits stay."""
    work = demands([100], [50]).at_speed(2)
    assert (work.cpu_ns.tolist(), work.wait_ns.tolist()) == ([200], [50])
    spent = Costs(send_ns=10, wake_ns=10).at_speed(2)
    assert (spent.send_ns, spent.wake_ns) == (20, 10)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"cpu_ns": [1, 2], "wait_ns": [1]}, "every item"),
        ({"cpu_ns": [-1]}, "less than nothing"),
    ],
)
def test_demands_that_can_not_be_are_refused(given: dict[str, Any], words: str) -> None:
    """Amounts that no item can have are refused with what is wrong."""
    with pytest.raises(ValueError, match=words):
        demands(**given)


def test_what_can_not_be_replayed_is_refused() -> None:
    """An unknown strategy, no items and no cores are errors that say so."""
    with pytest.raises(UsageError, match="unknown strategy 'telepathy'"):
        replay(demands([1]), Setting("telepathy"), 1, NO_COSTS)
    with pytest.raises(ValueError, match="nothing to replay"):
        replay(demands([]), Setting("map"), 1)
    with pytest.raises(ValueError, match="0 cores"):
        replay(demands([1]), Setting("map"), 0)
    with pytest.raises(ValueError, match="at least 0"):
        Costs(send_ns=-1.0)


@pytest.mark.matrix
def test_many_items_on_paper() -> None:
    """A hundred thousand items on a thousand workers keep to the bounds: what is tried on paper is the same code."""
    work = demands(np.random.default_rng(1).integers(1, 1_000_000, 100_000))
    found = replay(work, Setting("imap_unordered", 1000), 64)
    assert found.makespan_ns == pytest.approx(work.cpu_ns.sum() / 64, rel=0.01)
