"""Waterfalls and stacked loss curves: exact steps, honest negatives, which variants are drawn."""

import re
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.judged_study import judge
from lightwork.core.causes import Cause
from lightwork.core.losses import Losses
from lightwork.render.palette import ITEMS, USEFUL, WORKERS
from lightwork.report.charts import losscurve, waterfall

LOST = st.integers(0, 10**10)
SHIFT = st.integers(-(10**10), 10**10)  # what items took more than serially, or less


@st.composite
def losses(draw, lanes=None):
    """Losses of which all sums hold; CPU inflation, the wait for a core and blocking may be less than 0."""
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


@given(losses())
def test_bars_are_drawn_where_the_steps_are(found):
    """Every bar lies inside its frame, starts where the one above ended, and is as wide as its share of the axis."""
    drawn = waterfall.waterfall(found, "Fastest", "map", "", waterfall.OPEN)
    steps = waterfall.steps(found)
    levels = [float(level) for step in steps for level in (step.start, step.end)]
    unit = (waterfall.OPEN.width - waterfall.OPEN.names - waterfall.OPEN.figures) / (max(levels) - min(levels))
    for step, bar in zip(steps, drawn.bars, strict=True):
        if step.lost:
            left, width = map(float, re.match(r"M([\d.]+) [\d.]+h([\d.]+)", bar.path).groups())
            low = min(float(step.start), float(step.end)) - min(levels)
            assert left == pytest.approx(waterfall.OPEN.names + low * unit, abs=0.06)
            assert width == pytest.approx(max(waterfall.LEAST_WIDTH, float(abs(step.lost)) * unit), abs=0.06)
            assert left + width <= waterfall.OPEN.width - waterfall.OPEN.figures + waterfall.LEAST_WIDTH + 0.1
    assert len({bar.name.y for bar in drawn.bars}) == len(drawn.bars)


def test_a_gain_leads_up_again():
    """A cause below 0 is a bar to the right of the level before, marked with a plus."""
    found = Losses(2, 0, 20, 0, 0, 0, 20, 10, useful_ns=24, cpu_inflation_ns=-6, core_wait_ns=0, blocked_inflation_ns=2)
    bars = {bar.name.words: bar for bar in waterfall.waterfall(found, "", "", "").bars}
    lefts = {name: float(bar.path[1:].split()[0]) for name, bar in bars.items() if bar.path}
    assert bars[Cause.CPU_INFLATION].figure.words == "+0.60"
    assert bars[Cause.BLOCKING].figure.words == "\N{MINUS SIGN}0.20"
    assert lefts[Cause.CPU_INFLATION] > lefts[WORKERS]
    assert lefts[Cause.CPU_INFLATION] < lefts[Cause.BLOCKING]


def test_a_loss_too_small_to_figure_has_no_sign():
    """Neither `-0.00` nor `+0.00` stands at a bar: what rounds to nothing is 0."""
    found = Losses(1, 1, 10**9, 0, 0, 0, 10**9 + 1, 10**9, 10**9 + 1, -1, 0, 0)
    assert {bar.figure.words for bar in waterfall.waterfall(found, "", "", "").bars[1:-1]} == {"0"}


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
    found = losscurve.loss_curves([replace(first, name=str(place)) for place in range(11)])
    assert (len(found.curves), found.more) == (8, 3)
    assert losscurve.loss_curves([]) is None


def test_negative_parts_are_explained_only_where_they_are_seen():
    """The words about time given back stand where something is drawn below zero, and nowhere else."""
    parts = ({USEFUL: Fraction(2)}, {USEFUL: Fraction(4)})
    plain = losscurve.Stack("map", False, (2, 4), parts)
    gained = replace(plain, parts=(parts[0], {USEFUL: Fraction(5), Cause.CPU_INFLATION: Fraction(-1)}))
    assert not losscurve.loss_curves([plain]).has_negative
    assert losscurve.loss_curves([gained]).has_negative


def test_names_beside_a_stack_keep_apart():
    """Of thin layers only so many are named that no name stands on another; a thick one always is."""
    thin = dict.fromkeys((Cause.START_UP, Cause.DISPATCH, Cause.TAIL, Cause.TEARDOWN), Fraction(1, 4))
    parts = ({USEFUL: Fraction(2)}, {USEFUL: Fraction(7), **thin})
    [curve] = losscurve.loss_curves([losscurve.Stack("map", False, (2, 8), parts)]).curves
    heights = sorted(label.y for label in curve.names)
    assert curve.names[0].words == USEFUL
    assert 2 <= len(heights) < 5
    assert all(lower - upper >= losscurve.LINE for upper, lower in pairwise(heights))
