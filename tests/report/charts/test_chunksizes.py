"""Speedup over chunksize: its points are the cells', its band follows from what was seen, and words say so."""

from math import ceil

import numpy as np
import pytest
import report_samples as samples

from lightwork.analysis.basis import Basis
from lightwork.analysis.chunk_band import LITTLE, makespan
from lightwork.analysis.judged_study import judge
from lightwork.render import palette, svg
from lightwork.report.charts.chunksize_figure import chunksize_drawing
from lightwork.report.charts.chunksizes import size_chart
from lightwork.report.charts.histogram import item_times_s
from lightwork.text.quantities import duration

SIZES = (1, 8, 64)


def judged(lengths_ns, sizes=SIZES, workers=(2, 4), blocks=6):
    """A study of imap_unordered in these chunksizes, judged, with its ledgers."""
    maker = samples.Maker()
    kinds = [{"strategy": "imap_unordered", "chunksize": size} for size in sizes]
    made = samples.study(maker, "s", lengths_ns, samples.settings(workers, *kinds), blocks=blocks)
    (one,) = judge(samples.results(made), maker.ledgers)
    return one, maker.ledgers


def chart_of(one, ledgers):
    """Its figure, as the page has it."""
    items_s = item_times_s(one.study, ledgers)
    known = None if items_s is None else items_s.tolist()
    return size_chart(one.scaling, one.recommendation, one.losses, palette.looks([one.study]), known)


@pytest.fixture(scope="module")
def found():
    """Five hundred items of about 2 ms."""
    one, ledgers = judged([round(length) for length in np.random.default_rng(3).normal(2, 0.3, 500) * samples.MS])
    return one, ledgers, chart_of(one, ledgers)


def test_points_are_the_cells(found):
    """Every cell is a point of the curve of its workers, with its own speedup."""
    one, _, chart = found
    basis = Basis.of(one.scaling)
    points = {(curve.workers, point.chunksize): point.speedup for curve in chart.curves for point in curve.points}
    cells = {(cell.cell.setting.workers, cell.cell.chunksize): basis.speedup(cell) for cell in basis.candidates}
    assert points == cells


def test_a_hand_over_is_what_workers_waited_between_chunks_of_one_round(found):
    """It is the dispatch loss of the cell of the smallest chunks, over its rounds and its chunks."""
    one, _, chart = found
    first = chart.curves[0]
    lost = one.losses[f"imap_unordered-w{first.workers}-c1-fork-given"]
    assert first.hand_over_s == pytest.approx(lost.dispatch_ns / lost.rounds / 500 / 1e9)
    assert lost.rounds == 6


def test_the_band_keeps_what_it_promises(found):
    """At its low end a hand-over takes at most 5 % of a chunk; up to its high end chunks end in time."""
    one, ledgers, chart = found
    items_s, first = item_times_s(one.study, ledgers).tolist(), chart.curves[0]
    mean_s = sum(items_s) / len(items_s)
    assert chart.band.low == max(1, ceil(first.hand_over_s / (LITTLE * mean_s)))
    bound_s = max(sum(items_s) / first.workers, *items_s)
    assert makespan(items_s, first.workers, chart.band.high) * (1 - LITTLE) <= bound_s
    assert f"{chart.band.low} to {chart.band.high}" in chart.finding
    assert duration(first.hand_over_s) in chart.finding
    assert duration(mean_s) in chart.finding


def test_the_recommended_one_comes_first(found):
    """The curve that holds the recommended setting leads, and the band is its own."""
    one, _, chart = found
    assert chart.curves[0].workers == one.recommendation.chosen.cell.setting.workers


def test_nothing_is_safe_where_single_items_are_late():
    """Nine items for eight workers end late one by one: no chunksize is called safe, and the sentence says why."""
    one, ledgers = judged([5 * samples.MS] * 9, sizes=(1, 2), workers=(8,))
    chart = chart_of(one, ledgers)
    assert chart.band.is_empty
    assert "even items handed out one by one end more than 5 % later" in chart.finding


def test_one_chunksize_is_no_curve():
    """Without a second chunksize there is nothing to draw."""
    assert chart_of(*judged([samples.MS] * 40, sizes=(1,))) is None


def test_without_a_ledger_the_band_is_not_told(found):
    """The points stay, and the sentence says what is missing."""
    one, _, _ = found
    chart = chart_of(one, {})
    assert chart.band is None
    assert "unknown" in chart.finding
    assert len(chart.curves) == 2


def test_items_of_no_time_have_no_band(found):
    """Serial items that took no time give a figure without a band, and no error."""
    one, _, _ = found
    chart = size_chart(one.scaling, one.recommendation, one.losses, palette.looks([one.study]), [0.0] * 500)
    assert chart.band is None


def test_the_drawing_has_a_spot_for_each_point(found):
    """Each point tells its setting, its chunksize and its rounds."""
    _, _, chart = found
    with svg.style():
        tooltips = chunksize_drawing(chart).tooltips
    assert len(tooltips) == sum(len(curve.points) for curve in chart.curves)
    assert all("6 rounds as measured" in tooltip.words for tooltip in tooltips)
