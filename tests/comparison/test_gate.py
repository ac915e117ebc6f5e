"""The gate: what its expressions mean, what fails whatever is asked, and what a change of advice is."""

import re
from dataclasses import replace

import pytest
from made_up_runs import made_up, run_of, settings

from lightwork.comparison.comparing import compare
from lightwork.comparison.gate import Condition, failures, parse
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL
from lightwork.errors import UsageError

CELLS = settings(4)
FIRST = CELLS[0].cell_id
TWO, FOUR = Setting("map", 2), Setting("map", 4)


def failing_in(base, new, *texts):
    """The conditions that fail, and the sentences of what fails without any."""
    found = failures(compare(run_of(base), run_of(new)), [parse(text) for text in texts])
    return [one.condition or one.words for one in found]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("speedup<0.95", Condition("speedup<0.95", "speedup", 0.95)),
        (" wall >  1.05 ", Condition("wall >  1.05", "wall", 1.05)),
        ("serial>1", Condition("serial>1", "serial", 1.0)),
        ("recommended_workers  changed", Condition("recommended_workers changed", "recommended_workers", None)),
        ("verdict changed", Condition("verdict changed", "verdict", None)),
    ],
)
def test_the_six_forms(text, condition):
    """A bound of speedup, wall or serial, or what has changed; spaces don't matter."""
    assert parse(text) == condition


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("speed<0.9", "is unknown: write one of 'speedup<0.95', 'wall>1.05', 'serial>1.05', 'recommended_workers ch"),
        ("", "is unknown"),
        ("<0.9", "is unknown"),
        ("recommended_workers", "is unknown"),
        ("recommended_workers changed twice", "is unknown"),
        ("speedup", "write a threshold, as in 'speedup<0.95'"),
        ("speedup changed", "is unknown"),
        ("speedup>1.1", "a gate fails if speedup gets worse, as in 'speedup<0.95'"),
        ("wall<0.9", "a gate fails if wall gets worse, as in 'wall>1.05'"),
        ("speedup<1.1", "give a number above 0 and at most 1"),
        ("speedup<0", "give a number above 0 and at most 1"),
        ("speedup<=0.95", "give a number above 0 and at most 1"),
        ("speedup<nan", "give a number above 0 and at most 1"),
        ("wall>0.9", "give a number from 1 to 1000"),
        ("wall>inf", "give a number from 1 to 1000"),
        ("serial>5%", "give a number from 1 to 1000"),
    ],
)
def test_anything_else_is_refused_with_the_next_step(text, told):
    """An expression that can't be meant ends the command, and the message says what can be written."""
    with pytest.raises(UsageError, match=re.escape(told)) as refusal:
        parse(text)
    assert repr(text) in str(refusal.value)


def test_nothing_fails_where_nothing_changed():
    """Two runs of the same code pass every condition at once."""
    every = ("speedup<1", "wall>1", "serial>1", "recommended_workers changed", "verdict changed")
    assert failing_in(made_up(CELLS, 1), made_up(CELLS, 2), *every) == []


@pytest.mark.parametrize("seeds", [(2, 1), (3, 4), (4, 3), (5, 6)])
def test_a_point_below_the_bound_that_is_not_slower_passes(seeds):
    """Equal runs have cells on either side of 1: none of those below fails even the bound of 1, for none is slower."""
    base, new = (made_up(CELLS, seed) for seed in seeds)
    found = compare(run_of(base), run_of(new))
    assert any(one.speedup.point < 1 for one in found.cells)
    assert any(one.speed.point < 1 for one in (*found.cells, *found.serials))
    assert failing_in(base, new, "speedup<1", "wall>1", "serial>1") == []


def test_a_slower_cell_fails_its_speedup_and_its_wall_each_by_itself():
    """One cell takes 15 % longer: both conditions fail, that of serial does not, and a lower bound passes."""
    base, new = made_up(CELLS, 1), made_up(CELLS, 2, changed={FIRST: 1.15})
    assert failing_in(base, new, "speedup<0.95", "serial>1", "wall>1.05") == ["speedup<0.95", "wall>1.05"]
    assert failing_in(base, new, "speedup<0.7", "wall>1.5") == []
    (failure,) = failures(compare(run_of(base), run_of(new)), [parse("wall>1.05")])
    assert failure.words.startswith(f"made-up: {FIRST}: 1.1")
    assert failure.words.endswith("of the wall time it had")


def test_a_slower_serial_fails_walls_and_itself():
    """All rounds take 20 % longer: every wall fails, serial's first, and no speedup does."""
    base, new = made_up(CELLS, 1), made_up(CELLS, 2, times=1.2)
    assert failing_in(base, new, "speedup<0.95", "serial>1.1") == ["serial>1.1"]
    assert failing_in(base, new, "wall>1.05") == ["wall>1.05"] * 5


def test_a_bound_that_lies_in_the_interval_still_fails():
    """What is measurably slower fails where its point is beyond the bound, even if its interval reaches over it."""
    base, new = made_up(CELLS, 1), made_up(CELLS, 2, changed={FIRST: 1.1})
    (slower,) = [one for one in compare(run_of(base), run_of(new)).cells if one.cell_id == FIRST]
    assert slower.speedup.point < 0.95 < slower.speedup.high < 1
    assert failing_in(base, new, "speedup<0.95") == ["speedup<0.95"]


def test_what_is_missing_or_broken_fails_whatever_is_asked():
    """A missing study, a missing cell, and a cell that fails only in NEW; what BASE lacks is no failure."""
    new = made_up(CELLS[:3], 2)
    lost = replace(new.cells[2].rounds[0], outcome=Outcome.LOST, t0_ns=None, t1_ns=None)
    broken = replace(new.cells[2], rounds=(lost, *new.cells[2].rounds[1:]))
    new = replace(new, cells=(*new.cells[:2], broken, *new.cells[3:]))
    found = failures(compare(run_of(made_up(CELLS, 1), made_up(CELLS, 3, label="gone")), run_of(new)), [])
    assert [(one.condition, one.words) for one in found] == [
        ("", "study gone is missing in NEW"),
        ("", f"made-up: {CELLS[3].cell_id} is missing in NEW"),
        ("", f"made-up: {FIRST} fails in NEW, not in BASE"),
    ]
    assert failing_in(made_up(CELLS[:3], 2), made_up(CELLS, 1)) == []


def test_a_cell_that_now_fails_in_every_round_fails():
    """A cell that lost one round of ten in BASE, and every one in NEW, fails; one that loses a few in both does not."""

    def losing(study, rounds):
        cell = next(one for one in study.cells if one.cell_id == FIRST)
        lost = [replace(one, outcome=Outcome.LOST, t0_ns=None, t1_ns=None) for one in cell.rounds[:rounds]]
        losing = replace(cell, rounds=(*lost, *cell.rounds[rounds:]))
        return replace(study, cells=tuple(losing if one is cell else one for one in study.cells))

    base, new = made_up(CELLS, 1), made_up(CELLS, 2)
    told = [f"made-up: {FIRST} fails in every round of NEW, not in BASE's"]
    assert failing_in(losing(base, 1), losing(new, 10)) == told
    assert failing_in(losing(base, 10), losing(new, 10)) == []
    assert failing_in(losing(base, 1), losing(new, 9)) == []
    assert failing_in(losing(base, 0), losing(new, 10)) == [f"made-up: {FIRST} fails in NEW, not in BASE"]


def test_another_recommendation_fails_where_it_was_gained():
    """Four workers were worth it and no longer are: workers and advice have changed, the strategy has not."""
    base = made_up([TWO, FOUR], 1)
    new = made_up([TWO, FOUR], 2, changed={FOUR.cell_id: 2.4})
    every = ("recommended_workers changed", "recommended_strategy changed", "verdict changed")
    assert failing_in(base, new, *every) == ["recommended_workers changed"]
    (failure,) = failures(compare(run_of(base), run_of(new)), [parse(every[0])])
    assert failure.words == 'made-up: "4 workers, map" in BASE, "2 workers, map" in NEW'


def test_another_recommendation_among_equals_does_not_fail():
    """Two settings that are as good as each other: that the choice fell on the other one is no change."""
    simpler = Setting("process_executor", 4)
    near = {FOUR.cell_id: 0.94}  # a little faster than the simpler one; whether by enough is a matter of luck
    chosen = {}
    for seed in range(60):
        base, new = (made_up([FOUR, simpler], 2 * seed + one, noise=0.02, blocks=8, changed=near) for one in (0, 1))
        found = compare(run_of(base), run_of(new))
        plans = found.paired.pairs[0].base.recommendation, found.paired.pairs[0].new.recommendation
        same = plans[0].chosen.cell.cell_id == plans[1].chosen.cell.cell_id
        chosen.setdefault(same, []).append(bool(failures(found, [parse("recommended_strategy changed")])))
    assert len(chosen[False]) >= 5
    assert sum(chosen[False]) <= 1
    assert not any(chosen[True])


def test_a_verdict_that_changed():
    """A setting was recommended, and now nothing is faster than serial."""
    base, new = made_up([TWO], 1), made_up([TWO], 2, changed={TWO.cell_id: 2.0})
    every = ("verdict changed", "recommended_workers changed", "recommended_strategy changed")
    assert failing_in(base, new, *every) == list(every)
    (failure,) = failures(compare(run_of(base), run_of(new)), [parse(every[0])])
    assert failure.words == 'made-up: "2 workers, map" in BASE, "stay serial" in NEW'


def test_advice_for_a_cell_that_base_lacks():
    """A new cell is recommended: a change where NEW tells it apart from what was recommended, and none where not."""
    for seconds, expected in ((1.0, ["recommended_workers changed"]), (2.0, [])):
        base, new = made_up([TWO], 1), made_up([TWO, FOUR], 2, changed={FOUR.cell_id: seconds})
        assert failing_in(base, new, "recommended_workers changed") == expected


def test_advice_for_a_cell_that_base_lacks_and_that_is_as_good():
    """A simpler setting comes in that is as good as the one recommended before: another recommendation, no change."""
    queue = Setting("queue", 4)
    base, new = made_up([queue], 1), made_up([FOUR, queue], 2)
    plans = [
        one.recommendation.chosen.cell.cell_id
        for pair in compare(run_of(base), run_of(new)).paired.pairs
        for one in (pair.base, pair.new)
    ]
    assert plans == [queue.cell_id, FOUR.cell_id]
    assert failing_in(base, new, "recommended_strategy changed") == []


def test_serial_is_no_cell_of_a_speedup():
    """The serial reference has no speedup over itself: a bound of speedups never names it."""
    base, new = made_up(CELLS, 1), made_up(CELLS, 2, changed={SERIAL: 1.5, "serial-again": 1.5})
    assert failing_in(base, new, "speedup<0.95") == []
