"""Waterfalls and stacked loss curves: exact steps, honest negatives, which variants are drawn."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
import report_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import Rectangle

from lightwork.analysis.judged_study import judge
from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.render import svg
from lightwork.render.palette import ITEMS, USEFUL, WORKERS
from lightwork.report.charts import losscurve, waterfall

LOST = st.integers(0, 10**10)
SHIFT = st.integers(-(10**10), 10**10)  # what items took more than serially, or less


@st.composite
def losses(draw, lanes=None):
    """Losses of which all sums hold; extra CPU time, the wait for a core and blocking may be less than 0."""
    lanes = lanes or draw(st.integers(1, 64))
    start_up, dispatch, tail, teardown, useful = (draw(LOST) for _ in range(5))
    inflation, wait = draw(SHIFT), draw(st.none() | SHIFT)
    item = max(1, useful + inflation + (wait or 0) + draw(SHIFT))
    item += -(start_up + item + dispatch + tail + teardown) % lanes  # the budget is lanes x whole nanoseconds
    split = {
        "useful_ns": useful,
        "cpu_inflation_ns": inflation,
        "core_wait_ns": wait,
        "blocked_inflation_ns": item - useful - inflation - (wait or 0),
    }
    budget = start_up + item + dispatch + tail + teardown
    known = split if draw(st.booleans()) else {}
    return Losses(lanes, start_up, item, dispatch, tail, teardown, budget, item, **known)


@given(losses())
def test_steps_lead_from_the_workers_to_the_speedup(found):
    """Each step begins where the last one ended, they sum to workers less speedup, and the last bar is the speedup."""
    steps = waterfall.steps(found)
    assert (steps[0].name, steps[0].start, steps[0].end) == (WORKERS, 0, found.lanes)
    assert all(after.start == before.end for before, after in pairwise(steps))
    assert sum(step.lost for step in steps[1:-1]) == found.lanes - found.speedup
    assert (steps[-1].start, steps[-1].end) == (found.speedup, 0)
    assert steps[-1].name == (ITEMS if found.useful_ns is None else USEFUL)


def drawn(steps, frame=waterfall.OPEN):
    """The boxes of the bars that are drawn, in points from the lower left, and all words in order."""
    with svg.style():
        figure = waterfall.waterfall_drawing(steps, frame).figure
    boxes = [box.get_window_extent() for box in figure.findobj(Rectangle) if box is not figure.patch]
    return boxes, [words.get_text() for words in figure.texts]


@settings(max_examples=40, deadline=None)
@given(losses())
def test_bars_are_drawn_where_the_steps_are(found):
    """Every bar lies inside its frame, starts where the one above ended, and is as wide as its share of the axis."""
    steps, frame = waterfall.steps(found), waterfall.OPEN
    boxes, _ = drawn(steps, frame)
    levels = [float(level) for step in steps for level in (step.start, step.end)]
    unit = (frame.width - frame.names - frame.figures) / (max(levels) - min(levels))
    bars = [(row, step) for row, step in enumerate(steps) if step.lost]
    for (row, step), box in zip(bars, boxes, strict=True):
        low = min(float(step.start), float(step.end)) - min(levels)
        assert box.x0 == pytest.approx(frame.names + low * unit, abs=0.01)
        assert box.width == pytest.approx(max(waterfall.LEAST_WIDTH, float(abs(step.lost)) * unit), abs=0.01)
        assert box.x1 <= frame.width - frame.figures + waterfall.LEAST_WIDTH + 0.01
        assert (box.y0 + box.y1) / 2 == pytest.approx(frame.row * (len(steps) - row - 0.5))


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
    """Each row of an open waterfall says its cause, loss and share; small ones have them in the title alone."""
    found = Losses(2, 4, 12, 0, 4, 0, 20, 10, useful_ns=12, cpu_inflation_ns=0, core_wait_ns=0, blocked_inflation_ns=0)
    steps = waterfall.steps(found)
    with svg.style():
        rows, none = (waterfall.waterfall_drawing(steps, frame).tooltips for frame in (waterfall.OPEN, waterfall.SMALL))
    assert "; ".join(tooltip.words for tooltip in rows) == waterfall.described(steps)
    assert [tooltip.y for tooltip in rows] == list(range(len(steps)))
    assert "start-up 0.40 (20 %)" in [tooltip.words for tooltip in rows]
    assert none == ()


@given(st.lists(losses(), min_size=2, max_size=6, unique_by=lambda one: one.lanes))
def test_stacks_reach_the_number_of_workers(found):
    """What stands above zero less what stands below it is the number of workers, exactly, at every count."""
    found = sorted(found, key=lambda one: one.lanes)
    stack = losscurve.Stack("map", True, tuple(one.lanes for one in found), tuple(map(losscurve._parts, found)))
    for place, count in enumerate(stack.workers):
        above = [bounds[0][place] for bounds in stack.layers.values()]
        below = [bounds[1][place] for bounds in stack.layers.values()]
        height = max(high for _, high in above) + min(low for low, _ in below)
        assert height == count
        assert sum(high - low for low, high in above) - sum(high - low for low, high in below) == count
        assert all(low <= high for low, high in above + below)


@given(losses(lanes=4))
def test_layers_lie_on_each_other(found):
    """Above zero and below it each layer begins where the one before ended: none hides another."""
    layers = losscurve.Stack("map", True, (4,), (losscurve._parts(found),)).layers
    above, below = ([bounds[side][0] for bounds in layers.values()] for side in (0, 1))
    assert all(after[0] == before[1] for before, after in pairwise(above))
    assert all(after[1] == before[0] for before, after in pairwise(below))


@pytest.fixture(scope="module")
def judged():
    """The sample's first study, judged."""
    results, ledgers = samples.sample()
    return judge(results, ledgers)[0]


def test_recommended_variant_stands_first(judged):
    """The recommended variant's figure is the first one; a variant with one worker count has none."""
    found = losscurve.stacks(judged.scaling, judged.recommendation, judged.losses)
    assert [one.chosen for one in found] == [True] + [False] * (len(found) - 1)
    assert found[0].name == "imap_unordered, chunksize 1, largest first"
    one_count = {cell_id: lost for cell_id, lost in judged.losses.items() if "static-w4" not in cell_id}
    one_count = {cell_id: lost for cell_id, lost in one_count.items() if "static-w8" not in cell_id}
    assert "static" not in [one.name for one in losscurve.stacks(judged.scaling, judged.recommendation, one_count)]
    assert "static" in [one.name for one in found]


def test_figures_past_the_eighth_are_counted(judged):
    """At most eight figures are drawn, and the rest is counted."""
    [first, *_] = losscurve.stacks(judged.scaling, judged.recommendation, judged.losses)
    found = losscurve.first_stacks([replace(first, name=str(place)) for place in range(11)])
    assert (len(found.shown), found.more) == (8, 3)
    assert losscurve.first_stacks([]) is None


def test_negative_parts_are_explained_only_where_they_are_seen():
    """The words about time given back stand where something is drawn below zero, and nowhere else."""
    parts = ({USEFUL: Fraction(2)}, {USEFUL: Fraction(4)})
    plain = losscurve.Stack("map", False, (2, 4), parts)
    gained = losscurve.Stack("map", False, (2, 4), (parts[0], {USEFUL: Fraction(5), Cause.CPU_INFLATION: Fraction(-1)}))
    assert not losscurve.first_stacks([plain]).has_negative
    assert losscurve.first_stacks([gained]).has_negative


def test_names_beside_a_stack_keep_apart():
    """Of thin layers only so many are named that no name stands on another; a thick one always is."""
    thin = dict.fromkeys((Cause.START_UP, Cause.DISPATCH, Cause.TAIL, Cause.TEARDOWN), Fraction(1, 4))
    parts = ({USEFUL: Fraction(2)}, {USEFUL: Fraction(7), **thin})
    named = losscurve.names_beside(losscurve.Stack("map", False, (2, 8), parts), 0.5)
    heights = sorted(height for _, height in named)
    assert named[0][0] == USEFUL
    assert 2 <= len(heights) < 5
    assert all(upper - lower >= 0.5 for lower, upper in pairwise(heights))


def test_a_column_says_the_whole_stack_at_its_worker_count():
    """The columns for the pointer lie side by side over the whole axes, one for each worker count, with all parts."""
    parts = ({USEFUL: Fraction(2)}, {USEFUL: Fraction(3), Cause.TAIL: Fraction(1)}, {USEFUL: Fraction(8)})
    stack = losscurve.Stack("map", False, (2, 4, 8), parts)
    with svg.style():
        drawing = losscurve.loss_drawing(stack, losscurve.first_stacks([stack]))
    tooltips, (low, high) = drawing.tooltips, drawing.figure.axes[0].get_xlim()
    assert [tooltip.x for tooltip in tooltips] == [low, *(tooltip.x + tooltip.width for tooltip in tooltips[:-1])]
    assert tooltips[-1].x + tooltips[-1].width == high
    assert all(
        tooltip.x < count < tooltip.x + tooltip.width for tooltip, count in zip(tooltips, stack.workers, strict=True)
    )
    assert tooltips[1].words == "4 workers: tail 1.00; useful work 3.00"
