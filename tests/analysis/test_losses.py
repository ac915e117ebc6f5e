"""The losses of a round add up to its budget, exactly, whatever the ledger holds."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import DONE, T0, Story, five, lane_items, make_items, make_round, make_worker, spans, stories

from lightwork.analysis.losses import losses_of, pooled, violations
from lightwork.core.losses import Losses
from lightwork.core.round import Outcome, Round


@given(stories())
def test_finds_the_causes_a_round_was_made_from(story: Story) -> None:
    """Every one of the five parts is what the round was built with, and they add up to the budget."""
    losses = losses_of(story.round_, story.items, story.lanes)
    made_from = (story.start_up_ns, story.item_ns, story.dispatch_ns, story.tail_ns, story.teardown_ns)
    assert five(losses) == made_from
    assert sum(five(losses)) == losses.budget_ns == story.lanes * story.round_.wall_ns
    assert violations(story.round_, story.items, story.lanes) == []


@given(stories(), st.data())
def test_speedup_and_lost_speedup_add_up_to_the_lanes(story: Story, data: st.DataObject) -> None:
    """S + the lost speedups = P without a rounding error, with and without the split of the item time."""
    count = len(story.items)
    serial = make_items([(0, 0, data.draw(spans)) for _ in range(count)])
    for table in (story.items, serial):
        for kind in ("cpu_ns", "runqueue_ns"):
            table[kind] = [data.draw(spans) for _ in range(count)]
    if count and data.draw(st.booleans()):
        data.draw(st.sampled_from([story.items, serial]))["runqueue_ns"][0] = -1
    for given_serial in (None, serial):
        losses = losses_of(story.round_, story.items, story.lanes, given_serial)
        assert losses.speedup + sum(losses.lost_speedup().values()) == story.lanes
    split = (losses.useful_ns, losses.cpu_inflation_ns, losses.core_wait_ns or 0, losses.blocked_inflation_ns)
    assert sum(part for part in split if part is not None) == losses.item_ns
    factors = losses.factors()
    assert factors.parallel_efficiency == pytest.approx(losses.item_ns / losses.budget_ns)
    assert factors.load_balance <= 1 + 1e-12
    if factors.global_efficiency is not None:
        assert factors.global_efficiency == pytest.approx(float(losses.speedup) / story.lanes)


@st.composite
def replaced(draw: st.DrawFn) -> tuple[Round, Any, int]:
    """Rounds whose workers leave after some items and are replaced, on one lane or more."""
    count = draw(st.integers(1, 4))
    workers, rows, end = [], [], 1
    for lane in range(count):
        now = 0
        for life in range(draw(st.integers(1, 4))):
            requested, slot = now, lane + count * life
            now = ready = requested + draw(spans)
            for gap, length in draw(lane_items):
                rows.append((slot, now + gap, now + gap + length))
                now += gap + length
            now += draw(spans) + 1
            workers.append(make_worker(slot, requested, ready, now))
        end = max(end, now)
    return make_round(end, workers), make_items(rows), count


@given(replaced())
def test_workers_that_are_replaced_share_a_lane(case: tuple[Round, Any, int]) -> None:
    """However many workers come and go, they share the lanes, and no item overlaps another."""
    round_, items, lanes = case
    assert violations(round_, items, lanes) == []
    losses = losses_of(round_, items, lanes)
    assert min(five(losses)) >= 0
    assert sum(five(losses)) == losses.budget_ns == lanes * round_.wall_ns


def test_a_replacement_costs_dispatch_on_the_lane_that_fell_free() -> None:
    """Worker 2 takes over from worker 0, which exited, not from worker 1, which is still at work."""
    workers = [make_worker(0, 0, 10, 40), make_worker(1, 0, 10), make_worker(2, 45, 60)]
    items = make_items([(0, 10, 30), (1, 10, 90), (2, 60, 100)])
    losses = losses_of(make_round(100, workers), items, 2)
    assert five(losses) == (20, 140, 30, 10, 0)


def test_a_replacement_without_a_seen_exit_goes_to_the_idle_lane() -> None:
    """A terminated worker leaves no exit time: its lane is the one whose last item ended first."""
    workers = [make_worker(0, 0, 10), make_worker(1, 0, 10), make_worker(2, 45, 60)]
    items = make_items([(1, 10, 30), (0, 10, 90), (2, 60, 100)])
    assert violations(make_round(100, workers), items, 2) == []


def test_the_caller_itself_is_a_lane() -> None:
    """The serial strategy makes no worker: its one lane starts up until the first item, and has no tail."""
    losses = losses_of(make_round(100), make_items([(0, 5, 40), (0, 50, 90)]), 1)
    assert five(losses) == (5, 75, 10, 0, 10)


def test_a_worker_that_works_counts_as_ready() -> None:
    """A worker whose readiness was not seen got ready, at the latest, when its first item started."""
    losses = losses_of(make_round(100, [make_worker(0, 0, None)]), make_items([(0, 30, 100)]), 1)
    assert five(losses) == (30, 70, 0, 0, 0)


def test_a_worker_ready_too_late_was_starting_up() -> None:
    """A lane that gets ready after the last item ended has start-up until then, and no tail."""
    workers = [make_worker(0, 0, 10), make_worker(1, 0, 70)]
    losses = losses_of(make_round(100, workers), make_items([(0, 10, 50)]), 2)
    assert five(losses) == (10 + 50, 40, 0, 0, 100)


def test_items_that_never_ended_are_not_item_time() -> None:
    """A row without an end, of an item that was never started or that its worker died on, is left out."""
    items = make_items([(0, 10, 50), (0, 60, -T0), (0, -T0, -T0)])
    items["state"] = [DONE, 1, 0]
    losses = losses_of(make_round(100, [make_worker(0, 0, 10)]), items, 1)
    assert five(losses) == (10, 40, 0, 0, 50)


def split_case(runqueue_ns: int = 30) -> Losses:
    """One item: 400 ns alone (300 CPU, 20 waiting for a core), 1000 ns in the round (500 CPU)."""
    items = make_items([(0, 0, 1000)], cpu_ns=500, runqueue_ns=runqueue_ns)
    serial = make_items([(0, 0, 400)], cpu_ns=300, runqueue_ns=20)
    return losses_of(make_round(2000, [make_worker(0, 0, 0)]), items, 1, serial)


def test_splits_item_time_by_what_grew() -> None:
    """CPU, waiting for a core and blocking are each compared with the same item's run alone."""
    losses = split_case()
    assert (losses.useful_ns, losses.cpu_inflation_ns, losses.core_wait_ns) == (400, 200, 10)
    assert losses.blocked_inflation_ns == (1000 - 500 - 30) - (400 - 300 - 20)
    assert losses.lost_speedup()["blocking"] == Fraction(390, 2000)
    assert losses.factors().computation_scalability == 0.4
    assert losses.factors().global_efficiency == pytest.approx(0.2)


def test_unknown_run_queue_is_not_zero() -> None:
    """Where the kernel does not tell, waiting for a core is part of the blocking, and its name says so."""
    losses = split_case(runqueue_ns=-1)
    assert losses.core_wait_ns is None
    assert losses.blocked_inflation_ns == (1000 - 500) - (400 - 300)
    assert "blocking or waiting for a core" in losses.lost_speedup()
    assert not {"blocking", "waiting for a core"} & set(losses.lost_speedup())


def test_lost_speedup_names_the_cause() -> None:
    """Two lanes, one idle for the second half: the tail takes half a speedup."""
    items = make_items([(0, 0, 100), (1, 0, 50)])
    losses = losses_of(make_round(100, [make_worker(0, 0, 0), make_worker(1, 0, 0)]), items, 2)
    assert losses.lost_speedup() == {"start-up": 0, "dispatch": 0, "tail": Fraction(1, 2), "teardown": 0}
    assert losses.speedup == Fraction(3, 2)
    assert (losses.factors().load_balance, losses.factors().communication) == (0.75, 1.0)
    assert losses.factors().global_efficiency is None


@pytest.mark.parametrize(
    ("worker", "rows", "sentence"),
    [
        ((0, -5), [(0, 0, 10)], "lane 0 was ready 5 ns before the round began"),
        ((0, 0), [(0, 10, 30), (0, 25, 40)], "items 0 and 1 overlap by 5 ns on lane 0"),
        ((0, 0), [(0, 50, 60), (0, 10, 99), (0, 20, 30)], "items 1 and 2 overlap by 79 ns on lane 0"),
        ((0, 0), [(0, 30, 20)], "item 0 ended before it started, on lane 0"),
        ((0, 15), [(0, 20, 30), (0, 12, 18)], "item 1 started 3 ns before lane 0 was ready"),
        ((0, 0), [(0, 0, 107)], "the last item ended 7 ns after the round"),
    ],
)
def test_each_violation_names_its_defect(
    worker: tuple[int, int], rows: list[tuple[int, int, int]], sentence: str
) -> None:
    """A ledger that breaks one of the four conditions is told apart, and its parts still add up."""
    round_ = make_round(100, [make_worker(0, *worker)])
    items = make_items(rows)
    assert violations(round_, items, 1) == [sentence]
    losses = losses_of(round_, items, 1)
    assert sum(five(losses)) == losses.budget_ns


def test_refuses_what_it_can_not_split() -> None:
    """No time, no lane, or a serial ledger without the item: a sentence, not a number."""
    items = make_items([(0, 0, 10)])
    hung = Round("map-w2-fork-given", 3, 0, Outcome.HUNG)
    with pytest.raises(ValueError, match="map-w2-fork-given in block 3 has no time"):
        losses_of(hung, items, 1)
    with pytest.raises(ValueError, match="0 lanes"):
        violations(make_round(10), items, 0)
    unfinished = make_items([(0, 0, 10)])
    unfinished["state"] = 0
    with pytest.raises(ValueError, match="serial ledger lacks items"):
        losses_of(make_round(10), items, 1, unfinished)


@st.composite
def threaded(draw: st.DrawFn) -> tuple[Round, Any, int]:
    """Rounds whose workers are threads of one process: they share a pid, and the last of them may run nothing."""
    count = draw(st.integers(1, 5))
    rows, workers, end = [], [], 0
    for slot in range(count):
        now = draw(spans)
        jobs = draw(lane_items)
        if jobs:  # a thread is a worker from its first item on
            workers.append(replace(make_worker(slot, now, now), pid=4000))
        for place, (gap, length) in enumerate(jobs):
            start = now + (gap if place else 0)
            rows.append((slot, start, start + length))
            now = start + length
        end = max(end, now)
    return make_round(end + draw(spans) + 1, draw(st.permutations(workers))), make_items(rows), count


@given(threaded())
def test_threads_are_lanes_of_their_own(case: tuple[Round, Any, int]) -> None:
    """Threads of one process overlap in time and never on a lane; the parts add up as for processes."""
    round_, items, lanes = case
    assert violations(round_, items, lanes) == []
    losses = losses_of(round_, items, lanes)
    assert min(five(losses)) >= 0
    assert sum(five(losses)) == losses.budget_ns == lanes * round_.wall_ns


@given(st.lists(stories(), min_size=1, max_size=4), st.data())
def test_pooled_rounds_add_up_as_single_ones_do(found: list[Story], data: st.DataObject) -> None:
    """Rounds of one cell, pooled, keep every identity: five parts make the budget, speedup and losses the lanes."""
    lanes = max(story.lanes for story in found)
    parts = []
    for story in found:
        serial = make_items([(0, 0, data.draw(spans)) for _ in story.items])
        known = data.draw(st.booleans())
        serial["runqueue_ns"] = 3 if known else -1
        parts.append(losses_of(story.round_, story.items, lanes, serial))
    whole = pooled(parts)
    assert (whole.rounds, whole.lanes) == (len(parts), lanes)
    assert sum(five(whole)) == whole.budget_ns == sum(part.budget_ns for part in parts)
    assert whole.wall_ns == sum(story.round_.wall_ns for story in found)
    assert whole.speedup + sum(whole.lost_speedup().values()) == lanes
    assert sum(whole.by_cause().values()) + (whole.useful_ns or 0) == whole.budget_ns


def test_refuses_to_pool_what_does_not_belong_together() -> None:
    """No rounds, or rounds of different numbers of workers, can't be pooled."""
    one = losses_of(make_round(10), make_items([(0, 0, 10)]), 1)
    with pytest.raises(ValueError, match="one at least"):
        pooled([])
    with pytest.raises(ValueError, match="same number of lanes"):
        pooled([one, replace(one, lanes=2)])


def test_an_item_of_no_length_overlaps_nothing() -> None:
    """An item that starts and ends in the moment in which a longer one starts comes before it, whatever its index."""
    items = make_items([(0, 10, 90), (0, 10, 10)])
    round_ = make_round(100, [make_worker(0, 0, 10)])
    assert violations(round_, items, 1) == []
    assert five(losses_of(round_, items, 1)) == (10, 80, 0, 0, 10)
