"""Predicting: the planner's own predictions, before and after it saw the probes, and on a slower machine."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serial_ledgers import ledger
from validations import held

from lightwork.core.setting import Setting
from lightwork.replay.calibration import Calibration
from lightwork.replay.costs import NO_COSTS
from lightwork.validate.comparison import MeasuredRound, ProbeRound, SerialRun, Tried
from lightwork.validate.predicting import with_predictions

FREE = Calibration({}, {(name, "fork"): NO_COSTS for name in ("serial", "map", "queue", "threads", "process_executor")})
PROBE = Setting("process_executor", 2)


def one_trial(setting, item_factor=1.0, probe=None, probe_wall_s=0.006):
    """Twelve items of 1 ms, measured in a round in which they were so many times as dear; a probe with such rows."""
    rows = ledger(*[(1000, 0, 0, 0, 0)] * 12)
    probes = (ProbeRound(PROBE, "probe"),) if probe is not None else ()
    run = SerialRun(0, 0.012, None, None, None, None, gil=True, ledger="serial", probes=probes)
    cell = Tried(setting, 1, (MeasuredRound(0, 0.006 * item_factor, None, item_factor),))
    probed = Tried(PROBE, 1, (MeasuredRound(0, probe_wall_s, None, 1.0),))
    tables = {"serial": rows, "probe": probe}
    made = with_predictions(held(cells=(cell, probed), runs=(run,)), tables, 2.0, FREE, 1)
    return made.cells[0].trials[0]


@given(st.floats(0.5, 3))
def test_conditional_is_at_the_rounds_own_speed(item_factor):
    """The plain prediction knows nothing of the round's speed, the conditional one is right whatever it was."""
    found = one_trial(Setting("queue", 2, 1), item_factor)
    assert found.plain == found.learned
    assert found.plain.wall_s == pytest.approx(0.006, rel=1e-3)
    assert found.conditional.error(found.wall_s) == pytest.approx(0, abs=1e-3)


def test_a_band_is_round_its_wall_time():
    """A prediction's wall time lies in its band."""
    found = one_trial(Setting("queue", 2, 1)).plain
    assert found.low_s < found.wall_s < found.high_s


def test_what_the_probe_shows_is_learned():
    """A probe that took twice as long as it should limits settings like it, which the plain prediction can't know."""
    slow = ledger(*[(1000, 1000, 0, 0, 0)] * 12)
    found = one_trial(Setting("queue", 2, 1), probe=slow, probe_wall_s=0.012)
    assert found.plain.wall_s == pytest.approx(0.006, rel=1e-3)
    assert found.learned.wall_s == pytest.approx(0.012, rel=1e-2)
