"""Foretelling: the planner's own predictions, and the same work on a slower machine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from validations import held

from manyhands.ledgers import ROW
from manyhands.planning.prediction import predict
from manyhands.replay.calibration import Calibration
from manyhands.replay.costs import NO_COSTS
from manyhands.replay.demands import demands_of
from manyhands.setting import Setting
from manyhands.validation.comparison import SerialRun, Trial, Tried
from manyhands.validation.foretelling import at_speed, foretell, foretold

US = 1_000
FREE = Calibration({}, {(name, "fork"): NO_COSTS for name in ("serial", "map", "queue", "pipe")})
ITEM = st.tuples(*(st.integers(0, 5_000) for _ in range(5)))


def ledger(*items_us):
    """A serial ledger of items that compute, wait, wait for a core, spin, and leave a gap: microseconds."""
    rows = np.zeros(len(items_us), ROW)
    cpu, wait, runqueue, spin, gap = (np.array(column, np.int64) * US for column in zip(*items_us, strict=True))
    walls = cpu + wait + runqueue
    rows["start_ns"] = 10**12 + np.concatenate(([0], np.cumsum(walls + spin + gap)[:-1]))
    rows["end_ns"] = rows["start_ns"] + walls
    rows["cpu_ns"], rows["runqueue_ns"], rows["spin_ns"], rows["state"] = cpu, runqueue, spin, 2
    return rows


@given(st.lists(ITEM, min_size=1, max_size=12), st.floats(0.2, 5), st.randoms())
def test_a_slower_ledger_asks_for_what_slower_work_does(items, factor, chance):
    """Scaling a ledger and scaling what is read off it are the same, in whatever order its rows stand."""
    rows = ledger(*items)[chance.sample(range(len(items)), len(items))]
    scaled, wanted = demands_of(at_speed(rows, factor)), demands_of(rows).at_speed(factor)
    for name in ("cpu_ns", "wait_ns", "spin_ns"):
        assert np.abs(getattr(scaled, name) - getattr(wanted, name)).max() <= 1, name


def test_gaps_between_items_are_computing():
    """What the loop takes between two items is slower by the factor, too."""
    rows = ledger(*[(900, 100, 0, 20, 30)] * 6)
    gaps = demands_of(rows).gap_ns, demands_of(at_speed(rows, 1.5)).gap_ns
    assert np.allclose(gaps[1], 1.5 * gaps[0], atol=2)


def test_a_band_of_speedups_is_one_of_makespans():
    """The makespan's band is where the speedup's is, the other way round."""
    (found,) = predict([Setting("map", 2, 1)], ledger(*[(1000, 0, 0, 0, 0)] * 8), [1.0] * 8, 2.0, FREE)
    said = foretold(found)
    assert said.wall_s == found.wall_s
    assert found.wall_s * found.speedup / said.low_s == pytest.approx(found.high)
    assert said.low_s < said.wall_s < said.high_s


def one_trial(item_factor, spin_ns=None, run_spin_ns=None, **names):
    """Eight items on two workers, measured in a round in which they were so many times as dear."""
    rows = ledger(*[(1000, 0, 0, 0, 0)] * 8)
    run = SerialRun(0, 0.008, None, None, None, run_spin_ns, "serial", **names)
    cell = Tried(Setting("queue", 2, 1), 1, (Trial(0, 0.004 * item_factor, None, item_factor, spin_ns),))
    made = foretell(held(cells=(cell,), runs=(run,)), {"serial": rows, "twin": rows, "probe": rows}, 2.0, FREE, 1)
    return made.serial[0], made.cells[0].trials[0]


@given(st.floats(0.5, 3))
def test_conditional_is_at_the_rounds_own_speed(item_factor):
    """The plain prediction knows nothing of the round's speed, the conditional one is right whatever it was."""
    _, found = one_trial(item_factor)
    assert found.plain.wall_s == pytest.approx(0.004, rel=1e-3)
    assert found.conditional.error(found.wall_s) == pytest.approx(0, abs=1e-3)
    assert found.by_spin is None


def test_by_spin_does_not_know_what_items_cost():
    """Items that were dearer on cores as fast as before are not excused."""
    _, found = one_trial(1.5, spin_ns=9000.0, run_spin_ns=9000.0)
    assert found.by_spin.error(found.wall_s) == pytest.approx(-1 / 3, abs=1e-3)
    _, slower = one_trial(1.5, spin_ns=13500.0, run_spin_ns=9000.0)
    assert slower.by_spin.error(slower.wall_s) == pytest.approx(0, abs=1e-3)


def test_contention_is_found_from_the_blocks_own_probe():
    """A probe whose items cost no more than serially shows none; without one nothing is looked for."""
    assert one_trial(1.0, twin="twin", probe="probe")[0].cpu_inflation == 1.0
    rows = ledger(*[(1000, 0, 0, 0, 0)] * 8)
    dear = ledger(*[(1500, 0, 0, 0, 0)] * 8)
    run = SerialRun(0, 0.008, None, None, None, None, "serial", "twin", "probe")
    cell = Tried(Setting("queue", 2, 1), 1, (Trial(0, 0.006, None, 1.5, None),))
    tables = {"serial": rows, "twin": rows, "probe": dear}
    found = foretell(held(cells=(cell,), runs=(run,)), tables, 2.0, FREE, 1)
    assert found.serial[0].cpu_inflation == pytest.approx(1.5)
    (seen,) = found.cells[0].trials
    assert seen.plain.error(seen.wall_s) == pytest.approx(0, abs=1e-3)
    assert seen.conditional.error(seen.wall_s) == pytest.approx(0, abs=1e-3)
