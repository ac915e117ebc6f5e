"""The histogram of item times: every item in a bin, the longest named, the fair share."""

from itertools import pairwise

import numpy as np
import pytest
import report_samples as samples
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg

from lightwork.render import svg
from lightwork.report.charts import histogram

TIMES = st.lists(st.floats(0, 1e5), min_size=1, max_size=300)


@given(TIMES)
def test_every_item_is_in_a_bin(times):
    """The counts of all bins sum to the number of items, whatever the times, and the bins are equally wide."""
    found = histogram.bins(times)
    ratios = np.array(found.edges_s[1:]) / np.array(found.edges_s[:-1])
    assert sum(found.counts) == len(times)
    assert np.allclose(ratios, ratios[0])


def drawn(times, names, most_workers):
    """The histogram's axes and drawing, drawn once so that every word has its place."""
    with svg.style():
        drawing = histogram.histogram_drawing(histogram.Items(np.array(times), names, most_workers))
        FigureCanvasAgg(drawing.figure).draw()
    return drawing.figure.axes[0], drawing


@settings(max_examples=25, deadline=None)
@given(TIMES)
def test_longest_items_are_named_apart_from_the_bars(times):
    """The longest items are named in order, each in a line of its own above the highest bar, inside the picture."""
    axes, drawing = drawn(times, [f"f{place}" for place in range(len(times))], 4)
    named = [int(words.get_text().split(":")[0][1:]) for words in axes.texts]
    assert named == np.argsort(-np.array(times), kind="stable")[:5].tolist()
    boxes = [words.get_window_extent() for words in axes.texts]
    assert all(lower.y1 <= upper.y0 + 2 for upper, lower in pairwise(boxes))
    assert min(box.y0 for box in boxes) >= axes.bbox.y1
    assert all(box.x0 >= 0 and box.x1 <= drawing.figure.bbox.width + 1 for box in boxes)


def test_bars_and_their_words_are_the_bins():
    """Every bin that holds items has its bar, as high as its count, and its words where the bar stands."""
    times = np.geomspace(0.01, 1, 60)
    axes, drawing = drawn(times, [], 4)
    counts = [count for count in histogram.bins(times).counts if count]
    assert [bar.get_height() for bar in axes.patches] == counts
    assert [int(tooltip.words.split()[0]) for tooltip in drawing.tooltips] == counts
    places = [place for bar in axes.patches for place in (bar.get_x(), bar.get_width())]
    assert [place for tooltip in drawing.tooltips for place in (tooltip.x, tooltip.width)] == pytest.approx(places)


def test_item_times_are_medians_over_serial_rounds():
    """An item's time is its median over the serial rounds of which a ledger was kept; without any there is none."""
    maker = samples.Maker()
    study = samples.study(maker, "s", [samples.MS, 9 * samples.MS], samples.settings((2,), {"strategy": "map"}))
    rows = [maker.ledgers[found.ledger] for found in study.serial.rounds]
    expected = [np.median([one["end_ns"][item] - one["start_ns"][item] for one in rows]) / 1e9 for item in (0, 1)]
    assert histogram.item_times_s(study, maker.ledgers).tolist() == expected
    assert histogram.item_times_s(study, {}) is None


def test_fair_share_is_drawn_only_among_the_items():
    """The line of a worker's fair share stands where an item is longer than that, and not where none is."""
    even = histogram.Items(np.full(100, 0.01), ["f"] * 100, 4)
    uneven = histogram.Items(np.array([0.01] * 10 + [1.0]), ["f"] * 11, 4)
    assert histogram.share_words(even) == ""
    assert histogram.share_words(uneven) == "a worker's fair share with 4 workers: 275 ms"
    dashed = [
        [line for line in drawn(items.times_s, items.names, 4)[0].lines if line.is_dashed()] for items in (even, uneven)
    ]
    assert dashed[0] == []
    assert dashed[1][0].get_xdata()[0] == uneven.share_s
