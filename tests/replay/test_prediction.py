"""Predictions: every setting from one serial ledger, with what was learned of the job since."""

import numpy as np
import pytest

from lightwork.core.setting import Setting
from lightwork.replay.calibration import Calibration
from lightwork.replay.costs import NO_COSTS
from lightwork.replay.prediction import BAND, FAR_BAND, LOCKED_BAND, predict
from lightwork.storage.ledgers import ROW

MS = 1_000_000
STRATEGIES = ("serial", "map", "imap_unordered", "static", "queue", "threads", "interpreters")
FREE = Calibration({}, {(name, "fork"): NO_COSTS for name in STRATEGIES})


def waits(*lengths_ms):
    """A serial ledger of items that wait so long, one after the other."""
    rows = np.zeros(len(lengths_ms), ROW)
    ends = np.cumsum(lengths_ms) * MS
    rows["start_ns"], rows["end_ns"] = ends - np.array(lengths_ms) * MS, ends
    rows["state"] = 2
    return rows


def predicted(setting, rows, weights=None, cores=2.0, gil=True):
    """The one prediction of this setting."""
    (found,) = predict([setting], rows, weights or [1.0] * len(rows), cores, FREE, gil=gil)
    return found


def test_waiting_items_spread_over_all_workers():
    """Eight equal waits on four workers take a quarter of their time, whatever the cores."""
    found = predicted(Setting("imap_unordered", 4), waits(*[10] * 8), cores=1.0)
    assert (found.wall_s, found.speedup.point) == (pytest.approx(0.02), pytest.approx(4.0))
    assert (found.chunksize, found.lost["tail"]) == (1, 0)


def computes(*lengths_ms):
    """A serial ledger of items that compute so long, one after the other."""
    rows = waits(*lengths_ms)
    rows["cpu_ns"] = rows["end_ns"] - rows["start_ns"]
    return rows


def test_threads_wait_together_and_compute_one_after_the_other():
    """Under a GIL four threads share one core; without it, or with an interpreter each, they have all cores."""
    threads = Setting("threads", 4)
    assert predicted(threads, waits(*[10] * 8), cores=4.0).speedup.point == pytest.approx(4.0)
    held = predicted(threads, computes(*[10] * 8), cores=4.0)
    assert held.speedup.point == pytest.approx(1.0)
    assert held.speedup.high / held.speedup.point - 1 == pytest.approx(LOCKED_BAND)
    assert predicted(threads, computes(*[10] * 8), cores=4.0, gil=False).speedup.point == pytest.approx(4.0)
    assert predicted(Setting("interpreters", 4), computes(*[10] * 8), cores=4.0).speedup.point == pytest.approx(4.0)
    assert predicted(threads, computes(*[10] * 8), cores=0.5).speedup.point == pytest.approx(1.0)


def test_the_order_is_the_settings_own():
    """A long item last leaves the others idle; first, by its weight, it does not."""
    rows, weights = waits(10, 10, 10, 30), [1.0, 1.0, 1.0, 3.0]
    given_order = predicted(Setting("imap_unordered", 2), rows, weights)
    largest_first = predicted(Setting("imap_unordered", 2, order="largest-first"), rows, weights)
    assert (given_order.wall_s, largest_first.wall_s) == (pytest.approx(0.04), pytest.approx(0.03))
    assert given_order.lost["tail"] > 0 == largest_first.lost["tail"]


def test_the_band_widens_where_nothing_was_held_against_the_truth():
    """Up to four workers a core the band is the validated one, beyond it is wide; the point lies within."""
    near, far = (predicted(Setting("map", workers), waits(*[5] * 64)) for workers in (8, 16))
    assert near.speedup.high / near.speedup.point - 1 == pytest.approx(BAND)
    assert far.speedup.high / far.speedup.point - 1 == pytest.approx(FAR_BAND)
    assert near.speedup.low < near.speedup.point < near.speedup.high
