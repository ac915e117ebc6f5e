"""The histogram of item times: every item in a bin, the longest named, the fair share."""

import numpy as np
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st

from lightwork.report.charts import histogram

TIMES = st.lists(st.floats(0, 1e5), min_size=1, max_size=300)


@given(TIMES)
def test_every_item_is_in_a_bin(times):
    """The counts of all bins sum to the number of items, whatever the times, and the bins are equally wide."""
    found = histogram.bins(times)
    ratios = np.array(found.edges_s[1:]) / np.array(found.edges_s[:-1])
    assert sum(found.counts) == len(times)
    assert np.allclose(ratios, ratios[0])


@given(TIMES)
def test_longest_items_are_named_apart_from_the_bars(times):
    """The longest items are named in order, each in a line of its own above the highest bar, inside the picture."""
    times = np.array(times)
    drawn = histogram.histogram(times, [f"f{place}" for place in range(len(times))], 4)
    named = [int(label.words.split(":")[0][1:]) for label in drawn.names]
    assert named == np.argsort(-times, kind="stable")[:5].tolist()
    assert [label.y for label in drawn.names] == [histogram.TOP + histogram.LINE * place for place in range(len(named))]
    tops = [float(block.path.split("h")[0].split()[1]) for block in drawn.blocks]
    assert max(label.y for label in drawn.names) < min(tops)
    for label in drawn.names:
        width = histogram.LETTER * len(label.words)
        assert (label.x - width if label.anchor == "end" else label.x) >= 0
        assert (label.x if label.anchor == "end" else label.x + width) <= histogram.WIDTH + 0.1


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
    even = histogram.histogram(np.full(100, 0.01), ["f"] * 100, 4)
    uneven = histogram.histogram(np.array([0.01] * 10 + [1.0]), ["f"] * 11, 4)
    assert even.share_x is None
    assert histogram.LEFT < uneven.share_x < histogram.WIDTH - histogram.RIGHT
