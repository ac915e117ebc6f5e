"""Waterfalls: exact steps, and negatives that lead up again."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from lost import losses
from matplotlib.patches import Rectangle

from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.render import svg
from lightwork.render.canvas import WIDTH
from lightwork.render.palette import ITEMS, USEFUL, WORKERS
from lightwork.report.charts import waterfall


@given(losses())
def test_steps_lead_from_the_workers_to_the_speedup(found):
    """Each step begins where the last one ended, they sum to workers less speedup, and the last bar is the speedup."""
    steps = waterfall.steps(found)
    assert (steps[0].name, steps[0].start, steps[0].end) == (WORKERS, 0, found.lanes)
    assert all(after.start == before.end for before, after in pairwise(steps))
    assert sum(step.lost for step in steps[1:-1]) == found.lanes - found.speedup
    assert (steps[-1].start, steps[-1].end) == (found.speedup, 0)
    assert steps[-1].name == (ITEMS if found.useful_ns is None else USEFUL)


def drawn(steps):
    """The boxes of the bars that are drawn, in points from the lower left, and all words in order."""
    with svg.style():
        figure = waterfall.waterfall_drawing(steps).figure
    boxes = [box.get_window_extent() for box in figure.findobj(Rectangle) if box is not figure.patch]
    return boxes, [words.get_text() for words in figure.texts]


@settings(max_examples=40, deadline=None)
@given(losses())
def test_bars_are_drawn_where_the_steps_are(found):
    """Every bar lies inside the figure, starts where the one above ended, and is as wide as its share of the axis."""
    steps = waterfall.steps(found)
    boxes, _ = drawn(steps)
    levels = [float(level) for step in steps for level in (step.start, step.end)]
    unit = (WIDTH - waterfall.NAMES - waterfall.FIGURES) / (max(levels) - min(levels))
    bars = [(row, step) for row, step in enumerate(steps) if step.lost]
    for (row, step), box in zip(bars, boxes, strict=True):
        low = min(float(step.start), float(step.end)) - min(levels)
        assert box.x0 == pytest.approx(waterfall.NAMES + low * unit, abs=0.01)
        assert box.width == pytest.approx(max(waterfall.LEAST_WIDTH, float(abs(step.lost)) * unit), abs=0.01)
        assert box.x1 <= WIDTH - waterfall.FIGURES + waterfall.LEAST_WIDTH + 0.01
        assert (box.y0 + box.y1) / 2 == pytest.approx(waterfall.ROW * (len(steps) - row - 0.5))


def test_a_gain_leads_up_again():
    """A cause below 0 is a bar to the right of the level before, marked with a plus."""
    found = Losses(2, 0, 20, 0, 0, 0, 20, 10, useful_ns=24, cpu_inflation_ns=-6, core_wait_ns=0, blocked_inflation_ns=2)
    (workers, inflation, blocking, _), words = drawn(waterfall.steps(found))
    figures = dict(zip(words[::2], words[1::2], strict=True))
    assert figures[Cause.CPU_INFLATION] == "+0.60"
    assert figures[Cause.BLOCKING] == "\N{MINUS SIGN}0.20"
    assert workers.x0 < inflation.x0 < blocking.x0


def test_a_loss_too_small_to_figure_has_no_sign():
    """Neither `-0.00` nor `+0.00` stands at a bar: what rounds to nothing is 0."""
    found = Losses(1, 1, 10**9, 0, 0, 0, 10**9 + 1, 10**9, 10**9 + 1, -1, 0, 0)
    assert {waterfall.figure_words(step) for step in waterfall.steps(found)[1:-1]} == {"0"}


def test_every_bar_has_its_words_for_the_pointer():
    """Each row says its cause, loss and share."""
    found = Losses(2, 4, 12, 0, 4, 0, 20, 10, useful_ns=12, cpu_inflation_ns=0, core_wait_ns=0, blocked_inflation_ns=0)
    steps = waterfall.steps(found)
    with svg.style():
        rows = waterfall.waterfall_drawing(steps).tooltips
    assert "; ".join(tooltip.words for tooltip in rows) == waterfall.described(steps)
    assert [tooltip.y for tooltip in rows] == list(range(len(steps)))
    assert "start-up 0.40 (20 %)" in [tooltip.words for tooltip in rows]
