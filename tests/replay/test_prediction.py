"""Predictions: every setting from one serial ledger, with what was learned of the job since."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.causes import Cause
from lightwork.core.setting import Setting
from lightwork.replay.calibration import Calibration
from lightwork.replay.contention import Contention
from lightwork.replay.costs import NO_COSTS
from lightwork.replay.prediction import BAND, CONTENDED_BAND, FAR_BAND, predict
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


def predicted(setting, rows, weights=None, cores=2.0, contention=None, gil=True):
    """The one prediction of this setting."""
    (found,) = predict([setting], rows, weights or [1.0] * len(rows), cores, FREE, contention=contention, gil=gil)
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
    assert held.speedup.high / held.speedup.point - 1 == pytest.approx(CONTENDED_BAND)
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


def test_a_lock_bounds_what_more_workers_bring():
    """Half of each item under one lock: never more than twice as fast, and the loss is named blocking."""
    found = predicted(Setting("imap_unordered", 8), waits(*[10] * 64), contention=Contention(0.5, workers=2))
    assert found.speedup.point <= 2.05
    assert max(found.lost, key=found.lost.__getitem__) == Cause.BLOCKING
    alone = predicted(Setting("serial"), waits(*[10] * 64), contention=Contention(0.5, workers=2))
    assert alone.speedup.point == pytest.approx(1.0)


def test_dearer_computing_is_predicted_where_cores_are_busy_together():
    """A fifth more CPU time beside one busy core: two workers take a fifth longer, one worker does not."""
    rows = waits(*[10] * 64)
    rows["cpu_ns"] = 10 * MS
    for workers, slower in ((1, 1.0), (2, 1.2), (8, 1.2)):
        setting, found = Setting("imap_unordered", workers), Contention(0.0, 1.2, workers=2)
        without, with_it = (predicted(setting, rows, contention=one) for one in (None, found))
        assert with_it.wall_s / without.wall_s == pytest.approx(slower)
    assert with_it.lost[Cause.CPU_INFLATION] > 0 == without.lost[Cause.CPU_INFLATION]


def test_a_share_belongs_to_the_item_whatever_the_order():
    """Contention is drawn before the order is applied: the same items hold the lock for as long in any order."""
    rows, weights = waits(*range(1, 41)), [float(weight) for weight in range(1, 41)]
    lock = Contention(1.0, workers=2)
    walls_s = {
        predicted(Setting("imap_unordered", 4, order=order), rows, weights, contention=lock).wall_s
        for order in ("given", "largest-first", "shuffled")
    }
    assert walls_s == {sum(range(1, 41)) / 1000}


def test_the_band_widens_with_contention():
    """A lock is known less well than none, and least where there are more workers at it than were probed."""
    widths = []
    for contention, workers in ((Contention(0.5, workers=2), 2), (Contention(0.5, workers=2), 4), (Contention(), 4)):
        found = predicted(Setting("map", workers), waits(*[5] * 64), contention=contention)
        widths.append(found.speedup.high / found.speedup.point - 1)
    assert widths == [pytest.approx(FAR_BAND), pytest.approx(CONTENDED_BAND), pytest.approx(BAND)]


@given(st.floats(0, 3))
def test_the_machines_mood_widens_the_band_on_either_side(unrest):
    """By the same factor up and down, the squares added; without any, the band is what it was."""
    found = predicted(Setting("map", 2), waits(*[10] * 8))
    wider = found.widened(unrest)
    own = found.speedup.high / found.speedup.point - 1
    assert wider.speedup.high / wider.speedup.point - 1 == pytest.approx((own**2 + unrest**2) ** 0.5)
    assert wider.speedup.high / found.speedup.high == pytest.approx(found.speedup.low / wider.speedup.low)
    assert 0 < wider.speedup.low <= found.speedup.low
    assert wider.speedup.point == found.speedup.point
