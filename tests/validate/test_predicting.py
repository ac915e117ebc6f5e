"""Predicting: the planner's own predictions, and the same work on a slower machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serial_ledgers import ledger
from validations import held

from lightwork.core.setting import Setting
from lightwork.replay.calibration import Calibration
from lightwork.replay.costs import NO_COSTS
from lightwork.replay.prediction import predict
from lightwork.validate.comparison import MeasuredRound, SerialRun, Tried
from lightwork.validate.predicting import predicted_wall, with_predictions

FREE = Calibration({}, {(name, "fork"): NO_COSTS for name in ("serial", "map", "queue", "pipe")})


def test_a_band_of_speedups_is_one_of_makespans():
    """The makespan's band is where the speedup's is, the other way round."""
    (found,) = predict([Setting("map", 2, 1)], ledger(*[(1000, 0, 0, 0, 0)] * 12), [1.0] * 12, 2.0, FREE)
    said = predicted_wall(found)
    assert said.wall_s == found.wall_s
    assert found.wall_s * found.speedup.point / said.low_s == pytest.approx(found.speedup.high)
    assert said.low_s < said.wall_s < said.high_s


def one_trial(item_factor, spin_ns=None, serial_spin_us=0, twin=None):
    """Eight items on two workers, measured in a round in which they were so many times as dear."""
    rows = ledger(*[(1000, 0, 0, serial_spin_us, 0)] * 12)
    run = SerialRun(0, 0.012, None, None, None, None, "serial", "" if twin is None else "twin")
    cell = Tried(Setting("queue", 2, 1), 1, (MeasuredRound(0, 0.006 * item_factor, None, item_factor, spin_ns),))
    made = with_predictions(held(cells=(cell,), runs=(run,)), {"serial": rows, "twin": twin}, 2.0, FREE, 1)
    return made.cells[0].trials[0]


def probed_trial(probe):
    """The same where the block has a twin and probes with such rows; its trial took half as long again."""
    rows = ledger(*[(1000, 0, 0, 0, 0)] * 12)
    run = SerialRun(0, 0.012, None, None, None, None, "serial", "twin", ("two", "four"))
    cell = Tried(Setting("queue", 2, 1), 1, (MeasuredRound(0, 0.009, None, 1.5, None),))
    tables = {"serial": rows, "twin": rows, "two": probe, "four": probe}
    made = with_predictions(held(cells=(cell,), runs=(run,)), tables, 2.0, FREE, 1)
    return made.serial[0], made.cells[0].trials[0]


@given(st.floats(0.5, 3))
def test_conditional_is_at_the_rounds_own_speed(item_factor):
    """The plain prediction knows nothing of the round's speed, the conditional one is right whatever it was."""
    found = one_trial(item_factor)
    assert found.plain.wall_s == pytest.approx(0.006, rel=1e-3)
    assert found.conditional.error(found.wall_s) == pytest.approx(0, abs=1e-3)
    assert found.by_spin is None


def test_by_spin_does_not_know_what_items_cost():
    """Items that were dearer on cores as fast as before are not excused."""
    found = one_trial(1.5, spin_ns=9000.0, serial_spin_us=9)
    assert found.by_spin.error(0.006 * 1.5 + found.plain.wall_s - 0.006) == pytest.approx(-1 / 3, abs=5e-3)
    slower = one_trial(1.5, spin_ns=13500.0, serial_spin_us=9)
    assert slower.by_spin.wall_s == pytest.approx(1.5 * found.plain.wall_s, rel=1e-3)


def test_the_plain_prediction_is_at_the_usual_speed_of_all_serial_rounds():
    """Where the serial round met a fast moment and its twin a slow one, the plan's prediction lies between them."""
    found = one_trial(1.0, twin=ledger(*[(2000, 0, 0, 0, 0)] * 12))
    assert found.plain.wall_s == pytest.approx(0.009, rel=1e-3)
    assert found.conditional.error(found.wall_s) == pytest.approx(0, abs=1e-3)


def test_contention_is_found_from_the_blocks_own_probes():
    """Probes whose items cost no more than serially show none; dearer ones are predicted, and not counted twice."""
    assert probed_trial(ledger(*[(1000, 0, 0, 0, 0)] * 12))[0].cpu_inflation == 1.0
    run, seen = probed_trial(ledger(*[(1500, 0, 0, 0, 0)] * 12))
    assert run.cpu_inflation == pytest.approx(1.5)
    assert seen.plain.error(seen.wall_s) == pytest.approx(0, abs=1e-3)
    assert seen.conditional.error(seen.wall_s) == pytest.approx(0, abs=1e-3)
