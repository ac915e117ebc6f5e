"""Measuring: how many settings the time that is left allows, and that --blocks is obeyed."""

import json

import pytest

from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.plan.measure import BLOCKS, ROUND_S, race_for, too_long
from lightwork.plan.request import Request
from lightwork.replay.prediction import Prediction

PREDICTIONS = [
    Prediction(Setting(name, 2), None, 0.5, Estimate(2.0, 1.7, 2.3), {})
    for name in ("static", "static_striped", "fork", "queue", "pipe", "map")
]
REQUEST = Request("load.py:f", {}, tuple(one.setting for one in PREDICTIONS), 2.0, budget_s=60.0)


def test_with_time_enough_all_of_the_shortlist_is_measured():
    """Six settings of half a second each, in a minute."""
    found = race_for(REQUEST, PREDICTIONS, 1.0, 0, 60.0)
    assert (len(found.predictions), found.probe) == (6, True)
    assert found.least_s == pytest.approx(2 * 1.15 + 6 * 0.65 + BLOCKS[0] * (2 * 1.15 + 6 * 0.65))
    assert too_long(found, REQUEST) == ""


def test_with_less_time_fewer_are_and_at_last_none():
    """The less time, the fewer settings; the predicted best is the last to go, and then it is said."""
    counts = [len(race_for(REQUEST, PREDICTIONS, 1.0, 0, left_s).predictions) for left_s in range(30, 0, -1)]
    assert counts == sorted(counts, reverse=True)
    assert {0, 1, 6} <= set(counts)
    assert race_for(REQUEST, PREDICTIONS, 1.0, 0, 10.0).predictions[0] is PREDICTIONS[0]
    nothing = race_for(REQUEST, PREDICTIONS, 100.0, 0, 60.0)
    assert nothing.predictions == ()
    assert nothing.least_s == pytest.approx((100 + ROUND_S) * 7 + 3 * (50 + ROUND_S))
    assert too_long(nothing, REQUEST).endswith("beyond the budget of 60 s")


def test_very_many_items_cost_time_beside_the_round():
    """A hundred thousand items of no length keep the host and the reader of the ledger busy for seconds."""
    many, few = (race_for(REQUEST, PREDICTIONS, 0.1, items, 40.0) for items in (100_000, 100))
    assert len(many.predictions) < len(few.predictions) == 6


def test_rounds_asked_for_are_measured_whatever_the_budget(user):
    """--blocks N gives every setting of the shortlist exactly N rounds, although the budget would allow more."""
    words = ("--strategies", "static", "--workers", "1,2", "--orders", "given", "--blocks", "2", "--json")
    found = user.plan("load.py:load_file", *user.files, *words)
    assert found.returncode == 0, found.stderr
    cells = json.loads(found.stdout)["cells"]
    assert len(cells) > 1
    assert {cell["rounds"] for cell in cells} == {2}
