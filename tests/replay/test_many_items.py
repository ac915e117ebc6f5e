"""Many items: predictions for very many of them, replayed in bundles."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.setting import Setting
from lightwork.replay import many_items
from lightwork.replay.calibration import Calibration
from lightwork.replay.costs import Costs
from lightwork.replay.prediction import predict
from lightwork.replay.traits import Traits
from lightwork.storage.ledgers import ROW

COSTS = Costs(
    open_ns=5e6, request_ns=1e6, boot_ns=2e6, send_ns=15e3, receive_ns=15e3, take_ns=20e3, item_ns=5e3, close_ns=3e6
)
CALIBRATION = Calibration(
    {}, {(name, "fork"): COSTS for name in ("serial", "map", "imap_unordered", "static", "queue")}
)
SETTINGS = [
    Setting("static", 4), Setting("map", 4), Setting("map", 2, 64), Setting("imap_unordered", 4, 8),
    Setting("imap_unordered", 2, 1), Setting("map", 4, order="largest-first"),
]  # fmt: skip


def log_normal(count, giant_ns=0, middle_ns=1e6):
    """A serial ledger of waits of 1 ms in the middle, and one giant."""
    chance = random.Random(3)
    wall_ns = np.array([round(middle_ns * chance.lognormvariate(0, 1)) for _ in range(count)])
    wall_ns[count // 3] += giant_ns
    rows = np.zeros(count, ROW)
    rows["end_ns"] = np.cumsum(wall_ns)
    rows["start_ns"] = rows["end_ns"] - wall_ns
    rows["state"] = 2
    return rows


@pytest.mark.parametrize(
    ("giant_ns", "cpu_share", "middle_ns"), [(0, 0.0, 1e6), (4_000_000_000, 0.0, 1e6), (0, 0.7, 1e6), (0, 0.7, 2e4)]
)
def test_in_bundles_it_is_what_replaying_everything_gives(monkeypatch, giant_ns, cpu_share, middle_ns):
    """Walls, speedups and losses near the whole replay's, chunksizes the same: giant item or none, long items or short.

    Items of 20 us are shorter than their hand-over: then it is what a chunk and an item cost that counts.
    """
    rows = log_normal(4000, giant_ns, middle_ns)
    rows["cpu_ns"] = (rows["end_ns"] - rows["start_ns"]) * cpu_share
    weights = (rows["end_ns"] - rows["start_ns"]).tolist()
    one_by_one = predict(SETTINGS, rows, weights, 2.0, CALIBRATION)
    monkeypatch.setattr(many_items, "MOST", 1000)
    monkeypatch.setattr(many_items, "BUNDLES", 400)
    in_bundles = predict(SETTINGS, rows, weights, 2.0, CALIBRATION)
    assert [found.wall_s for found in in_bundles] != [exact.wall_s for exact in one_by_one]
    for exact, found in zip(one_by_one, in_bundles, strict=True):
        assert found.wall_s == pytest.approx(exact.wall_s, rel=0.05), found.setting
        assert found.speedup.point == pytest.approx(exact.speedup.point, rel=0.05), found.setting
        assert (found.setting, found.chunksize) == (exact.setting, exact.chunksize)
        slack = 0.05 * found.setting.workers
        assert found.lost == pytest.approx(dict(exact.lost), abs=slack), found.setting


def test_a_rate_holds_for_the_items_of_a_bundle(monkeypatch):
    """Items of 1 ms that may start every 2 ms take as long in bundles as one by one: serially and in a pool."""
    rows, weights = log_normal(4000), [1.0] * 4000
    traits = Traits(apart_ns=2e6)
    one_by_one = predict(SETTINGS, rows, weights, 2.0, CALIBRATION, traits=traits)
    monkeypatch.setattr(many_items, "MOST", 1000)
    monkeypatch.setattr(many_items, "BUNDLES", 400)
    in_bundles = predict(SETTINGS, rows, weights, 2.0, CALIBRATION, traits=traits)
    assert [found.wall_s for found in in_bundles] == pytest.approx([exact.wall_s for exact in one_by_one], rel=0.05)
    assert min(found.wall_s for found in in_bundles) >= 0.99 * 4000 * 0.002


@given(st.sampled_from(SETTINGS), st.integers(1, 300), st.integers(1, 64), st.integers(20_001, 2_000_000))
def test_a_bundle_holds_whole_chunks_or_a_chunk_whole_bundles(setting, chunksize, workers, items):
    """Never a part of a chunk beside a whole one; and never fewer bundles than the workers need."""
    asked = replace(setting, chunksize=None if setting.strategy == "static" else chunksize, workers=workers)
    how = many_items.bundling(asked, items)
    if asked.chunksize and how.chunksize == 1:
        assert how.items == how.chunks * chunksize
    if asked.chunksize and how.chunksize and how.chunksize > 1:
        assert how.chunks == 1
        assert chunksize - how.chunksize < how.items * how.chunksize <= chunksize
    assert how.items <= max(chunksize, items // many_items.BUNDLES)


def test_a_bundle_asks_for_what_its_items_ask_for():
    """Wall, CPU and waiting for a core are sums of neighbours; an unknown wait is none; the last may be smaller."""
    rows = log_normal(5)
    rows["cpu_ns"], rows["runqueue_ns"] = [1, 2, 3, 4, 5], [10, -1, 10, 10, 7]
    found = many_items.bundled(rows, 2)
    assert found["cpu_ns"].tolist() == [3, 7, 5]
    assert found["runqueue_ns"].tolist() == [10, 20, 7]
    assert (found["end_ns"] - found["start_ns"]).sum() == (rows["end_ns"] - rows["start_ns"]).sum()


def test_a_strategy_without_costs_of_its_own_takes_its_twins():
    """Very many items of `inherited`, which was not measured, cost what those of process_executor do."""
    calibration = replace(CALIBRATION, costs={**CALIBRATION.costs, ("process_executor", "fork"): COSTS})
    rows, settings = log_normal(40_000), [Setting("inherited", 4, 64), Setting("process_executor", 4, 64)]
    walls_s = [each.wall_s for each in predict(settings, rows, [1.0] * len(rows), 2.0, calibration)]
    assert walls_s[0] == pytest.approx(walls_s[1])


def test_few_items_are_only_put_in_order():
    """Up to the limit every item is its own bundle, at its own costs."""
    rows = log_normal(50)
    weights = (rows["end_ns"] - rows["start_ns"]).tolist()
    found = many_items.Reducer(rows, weights, 1, CALIBRATION).of(SETTINGS[-1])
    assert (found.rows["end_ns"] - found.rows["start_ns"]).tolist() == sorted(weights, reverse=True)
    assert found.setting == Setting("map", 4)
    assert found.calibration.costs["map", "fork"] == COSTS
