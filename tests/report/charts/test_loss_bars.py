"""Bars of losses: exact, honest about negatives, the recommended variant first."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
import report_samples as samples
from hypothesis import given
from lost import losses
from matplotlib.collections import PolyCollection

from lightwork.analysis.judged_study import judge
from lightwork.core.causes import Cause
from lightwork.render import svg
from lightwork.render.filters import Facets
from lightwork.render.palette import USEFUL
from lightwork.report.charts import loss_bars
from lightwork.report.charts.loss_bars import LossBar, LossBars


def bar(found):
    """The bar of a setting with these losses."""
    return LossBar("map", found.lanes, loss_bars.parts_of(found), Facets())


@given(losses())
def test_a_bar_is_as_long_as_its_workers(found):
    """What stands right of zero less what stands left of it is the number of workers, exactly."""
    ends = [end for span in bar(found).spans.values() for end in span]
    assert max(ends) + min(0, *ends) == found.lanes
    assert sum(end - start for start, end in bar(found).spans.values()) == found.lanes


@given(losses())
def test_no_part_hides_another(found):
    """Right of zero and left of it each part begins where the one before ended."""
    spans = bar(found).spans.values()
    for side in (1, -1):
        ends = [(0, 0), *(span for span in spans if (span[1] - span[0]) * side > 0)]
        assert all(after[0] == before[1] for before, after in pairwise(ends))


@pytest.fixture(scope="module")
def judged():
    """The sample's first study, judged."""
    return judge(*samples.sample())[0]


def test_every_setting_has_its_bar_the_recommended_variant_first(judged):
    """Each cell that may be compared is there, those of a variant together in order of their workers."""
    found = loss_bars.loss_bars(judged.scaling, judged.recommendation, judged.losses)
    counted = [(bar.variant, bar.workers) for bar in found.shown]
    assert found.more == 0
    assert counted[:3] == [("imap_unordered, chunksize 1, largest first", count) for count in (2, 4, 8)]
    assert len(set(counted)) == len(counted) == 11  # 12 settings, of which one failed
    names = [variant for variant, _ in counted]
    assert names == sorted(names, key=names.index)


def test_bars_past_the_room_are_counted(judged, monkeypatch):
    """Only so many bars are drawn, and the others are counted; without losses there are none."""
    monkeypatch.setattr(loss_bars, "SHOWN", 4)
    found = loss_bars.loss_bars(judged.scaling, judged.recommendation, judged.losses)
    assert (len(found.shown), found.more) == (4, 7)
    assert loss_bars.loss_bars(judged.scaling, judged.recommendation, {}) is None


def test_negative_parts_are_explained_only_where_they_are_seen():
    """The words about time gained stand where something is drawn left of zero, and nowhere else."""
    plain = LossBar("map", 2, {USEFUL: Fraction(2)}, Facets())
    gained = replace(plain, parts={USEFUL: Fraction(3), Cause.CPU_INFLATION: Fraction(-1)})
    assert not LossBars((plain,), 0).has_negative
    assert LossBars((gained,), 0).has_negative


def test_each_part_is_drawn_where_it_is_and_said_in_words():
    """A setting's boxes have its spans, and its line says every part for the pointer."""
    parts = {USEFUL: Fraction(3), Cause.TAIL: Fraction(2), Cause.CPU_INFLATION: Fraction(-1)}
    with svg.style():
        drawing = loss_bars.loss_drawing(LossBars((LossBar("map", 4, parts, Facets("map", "fork", 4)),), 0))
    (boxes,) = drawing.figure.findobj(PolyCollection)
    across = [(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in boxes.get_paths()]
    assert across == [(0, 3), (3, 5), (-1, 0)]
    words = f"map, 4 workers: useful work 3.00; tail 2.00; {Cause.CPU_INFLATION} \N{MINUS SIGN}1.00"
    assert drawing.tooltips[0].words == words
    assert drawing.facets["row-0"] == Facets("map", "fork", 4)
