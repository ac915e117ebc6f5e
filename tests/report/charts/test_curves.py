"""Efficiency is speedup over workers, in points, ends, bounds and words; an unmeasured noise floor is not drawn."""

from dataclasses import replace

import pytest
import report_samples as samples

from lightwork.analysis.basis import Basis
from lightwork.analysis.judged_study import judge
from lightwork.core.study import SERIAL_AGAIN
from lightwork.render import palette, svg
from lightwork.report.charts import curves
from lightwork.report.charts.speedup_figure import efficiency_drawing, speedup_drawing
from lightwork.text.quantities import percent


@pytest.fixture(scope="module")
def one():
    """The study with one long item, judged."""
    return judge(*samples.sample())[0]


def drawn(one, draw):
    """Its chart and the drawing of it."""
    chart = curves.chart(one.scaling, one.recommendation, palette.looks([one.study]))
    with svg.style():
        return chart, draw(chart, "as measured")


def test_a_spot_tells_the_share_of_each_worker(one):
    """Point and both ends are the speedup's over the number of workers."""
    _, drawing = drawn(one, efficiency_drawing)
    basis = Basis.of(one.scaling)
    told = {tooltip.words.split(": ", 1)[1] for tooltip in drawing.tooltips}
    for cell in basis.candidates:
        found, workers = basis.speedup(cell), cell.cell.setting.workers
        shares = [percent(value / workers) for value in (found.point, found.low, found.high)]
        assert f"{shares[0]} ({shares[1]} to {shares[2]}) of each worker, as measured" in told


def test_spots_lie_on_their_points(one):
    """A tooltip's height is its figure: the speedup, or that over the workers."""
    basis = Basis.of(one.scaling)
    speedups = sorted(basis.speedup(cell).point for cell in basis.candidates)
    shares = sorted(basis.speedup(cell).point / cell.cell.setting.workers for cell in basis.candidates)
    assert sorted(tooltip.y for tooltip in drawn(one, speedup_drawing)[1].tooltips) == pytest.approx(speedups)
    assert sorted(tooltip.y for tooltip in drawn(one, efficiency_drawing)[1].tooltips) == pytest.approx(shares)


def test_the_cap_is_divided_too(one):
    """No line of the bounds rises above 100 %, and at the most workers it is the cap over them."""
    chart, drawing = drawn(one, efficiency_drawing)
    (bound,) = [
        line for line in drawing.figure.axes[0].lines if line.get_color() == palette.INK and len(line.get_xdata()) > 10
    ]
    counts, shares = bound.get_xdata(), bound.get_ydata()
    assert max(shares) <= 1
    assert shares[-1] == pytest.approx(min(1, chart.cap / counts[-1]))


def test_the_noise_floor_is_divided_too(one):
    """The band of what is as fast as serial lies around 1 / workers."""
    chart, drawing = drawn(one, efficiency_drawing)
    band = next(found for found in drawing.figure.axes[0].collections if found.get_paths()[0].vertices.shape[0] > 10)
    x, y = band.get_paths()[0].vertices[5:40].T
    assert (abs(x * y - 1) <= chart.noise_floor + 1e-9).all()


def test_an_unmeasured_noise_floor_is_said_not_drawn(one):
    """Without a twin there is no band, and the legend says why, not that the floor is 0 %."""
    cells = tuple(cell for cell in one.study.cells if cell.cell_id != SERIAL_AGAIN)
    (bare,) = judge(samples.results(replace(one.study, cells=cells)), {})
    for draw in (speedup_drawing, efficiency_drawing):
        chart, drawing = drawn(bare, draw)
        words = [found.get_text() for found in drawing.figure.texts]
        assert chart.noise_floor is None
        assert "noise floor: not measured" in words
        assert not any("0.0" in found for found in words)
