"""Break-even job lengths are where two ways of running a job take the same time."""

from dataclasses import replace
from math import inf

import pytest
from builders import make_study
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.break_even import LITTLE, alike_from_s, break_evens, pays_from_s
from lightwork.analysis.scaling import scale
from lightwork.core.losses import Losses
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting

FRESH, WARM = Setting("map", 2), Setting("map", 2, pool="warm")
SPAWN = Setting("map", 2, start_method="spawn")
SECONDS = st.floats(1e-4, 100)


def losses(fixed_s, between_s=1.0, lanes=2, useful_s=1.8):
    """A round that started up and tore down in so many seconds a lane, with so much useful work in between."""
    start_ns, total_ns = round(fixed_s * 0.75 * 1e9) * lanes, round((fixed_s + between_s) * 1e9) * lanes
    end_ns = round(fixed_s * 1e9) * lanes - start_ns
    rest_ns = total_ns - start_ns - end_ns
    return Losses(lanes, start_ns, rest_ns, 0, 0, end_ns, total_ns, rest_ns // lanes, useful_ns=round(useful_s * 1e9))


def measured(fixed_s, blocks=6, **more):
    """A study of these settings, their start-up and teardown in seconds."""
    study = make_study(cells={setting: (1.0 + own,) * blocks for setting, own in fixed_s.items()})
    cells = tuple(
        replace(cell, losses={block: losses(fixed_s[cell.setting], **more) for block in range(blocks)})
        if cell.setting in fixed_s
        else cell
        for cell in study.cells
    )
    return scale(replace(study, cells=cells), 2.0)


@given(SECONDS, st.floats(1.01, 64))
def test_a_job_of_that_length_takes_as_long_serially(fixed_s, speedup):
    """At the break-even length F + T / S is T, and beyond it workers are faster."""
    length_s = pays_from_s(fixed_s, speedup)
    assert fixed_s + length_s / speedup == pytest.approx(length_s)
    assert fixed_s + 2 * length_s / speedup < 2 * length_s


def test_workers_that_speed_nothing_up_never_pay():
    """With a speedup of 1 or less no length repays a start."""
    assert pays_from_s(0.1, 1.0) == pays_from_s(0.1, 0.5) == inf


@given(SECONDS, SECONDS, st.floats(0.5, 64))
def test_from_that_length_on_fresh_is_little_longer(fresh_s, warm_s, speedup):
    """At the length the job with a fresh pool is exactly LITTLE longer, and a longer job is less; 0 where all are."""
    length_s = alike_from_s(fresh_s, warm_s, speedup)
    if length_s == 0:
        assert fresh_s <= (1 + LITTLE) * warm_s
        return
    ratio = (fresh_s + length_s / speedup) / (warm_s + length_s / speedup)
    assert ratio == pytest.approx(1 + LITTLE)
    assert (fresh_s + 2 * length_s / speedup) / (warm_s + 2 * length_s / speedup) < ratio


def test_takes_figures_from_the_rounds_losses():
    """F is start-up and teardown a lane, S the useful work over the time in between; the warm pool's F is its own."""
    fresh, warm = break_evens(measured({FRESH: 0.02, WARM: 0.002}))
    assert (fresh.setting, warm.setting) == (FRESH, WARM)
    assert fresh.fixed_s.point == pytest.approx(0.02)
    assert fresh.speedup == pytest.approx(1.8)
    assert fresh.pays_from_s.point == pytest.approx(pays_from_s(0.02, 1.8))
    assert fresh.alike_from_s.point == pytest.approx(alike_from_s(0.02, 0.002, 1.8))
    assert (warm.alike_from_s, warm.pays_from_s.point) == (None, pytest.approx(pays_from_s(0.002, 1.8)))
    assert fresh.fixed_s.low is not None


def test_a_warm_pool_that_was_not_measured_costs_nothing():
    """Two start methods are enough for a table: then fresh is compared with no start-up at all."""
    fork, spawn = break_evens(measured({FRESH: 0.02, SPAWN: 0.2}))
    assert (fork.setting, spawn.setting) == (FRESH, SPAWN)
    assert spawn.alike_from_s.point == pytest.approx(alike_from_s(0.2, 0.0, 1.8))


def test_each_start_method_has_its_own_warm_pool():
    """A spawned pool is compared with the warm spawned one, not against a forked one."""
    spawn_warm = replace(SPAWN, pool="warm")
    found = break_evens(measured({FRESH: 0.02, WARM: 0.001, SPAWN: 0.2, spawn_warm: 0.004}))
    assert [one.setting for one in found] == [FRESH, WARM, SPAWN, spawn_warm]
    assert found[2].alike_from_s.point == pytest.approx(alike_from_s(0.2, 0.004, 1.8))


def test_one_variant_alone_has_no_table():
    """Settings that differ in more than start method and pool are not variants of each other."""
    assert break_evens(measured({FRESH: 0.02, Setting("map", 4): 0.03, Setting("queue", 2): 0.02})) == []


def test_failed_cells_are_left_out():
    """Failing work looks fast: a cell with a failed round has no figures, and its partner is then alone."""
    scaling = measured({FRESH: 0.02, WARM: 0.002})
    failed = tuple(
        replace(cell, failed=(replace(cell.cell.rounds[0], outcome=Outcome.LOST),))
        if cell.cell.setting == WARM
        else cell
        for cell in scaling.cells
    )
    assert break_evens(replace(scaling, cells=failed)) == []


def test_a_speedup_that_is_there_in_some_blocks_only_tells_no_length():
    """S around 1: one block's length is no length, whatever the others say. Alike lengths need no such thing."""
    scaling = measured({FRESH: 0.02, WARM: 0.002})
    cells = tuple(
        replace(one, cell=replace(one.cell, losses={**one.cell.losses, 0: losses(0.02, useful_s=0.9)}))
        if one.cell.setting == FRESH
        else one
        for one in scaling.cells
    )
    fresh, warm = break_evens(replace(scaling, cells=cells))
    assert fresh.pays_from_s is None
    assert fresh.alike_from_s.point > 0
    assert warm.pays_from_s.low is not None


def test_each_blocks_own_speedup_makes_its_interval():
    """Where only the speedup varies, the length has an interval that is not a point."""
    scaling = measured({FRESH: 0.02, WARM: 0.002})
    cells = tuple(
        replace(
            one,
            cell=replace(
                one.cell, losses={block: losses(0.02, useful_s=1.2 + 0.2 * block) for block in one.cell.losses}
            ),
        )
        if one.cell.setting == FRESH
        else one
        for one in scaling.cells
    )
    fresh, _ = break_evens(replace(scaling, cells=cells))
    assert fresh.pays_from_s.low < 0.7 * fresh.pays_from_s.high


def test_no_start_up_at_all_has_a_length_of_nothing():
    """A round without any start-up or teardown pays from 0 s on, without an interval; without speedup it never does."""
    (_, warm) = break_evens(measured({FRESH: 0.02, WARM: 0.0}))
    assert (warm.pays_from_s.point, warm.pays_from_s.low) == (0.0, None)
    (fresh, _) = break_evens(measured({FRESH: 0.02, WARM: 0.0}, useful_s=0.9))
    assert (fresh.pays_from_s.point, fresh.pays_from_s.low) == (inf, None)
