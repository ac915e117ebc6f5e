"""Memory against workers: peaks, the limit, what a worker more costs."""

from dataclasses import replace

import pytest
import report_samples as samples

from lightwork.analysis.peaks import limit_of, peak_bytes
from lightwork.analysis.recommendation import recommend
from lightwork.analysis.scaling import scale
from lightwork.core.usage import Memory
from lightwork.render import palette, svg
from lightwork.report.charts import memory
from lightwork.report.charts.memory_figure import memory_drawing

GIB = 2**30


def _chart(machine, change=lambda study: study):
    maker = samples.Maker()
    kinds = ({"strategy": "map"}, {"strategy": "static"})
    study = change(samples.study(maker, "s", [5 * samples.MS] * 16, samples.settings((2, 4, 8), *kinds), blocks=4))
    scaling = scale(study, 4)
    return memory.memory_chart(study, recommend(scaling), palette.looks([study]), machine)


def test_peaks_are_the_largest_of_rounds_and_probe():
    """A cell's peak is the largest of all of its rounds and of its probing round, which is sampled more often."""
    maker = samples.Maker()
    study = samples.study(maker, "s", [5 * samples.MS] * 16, samples.settings((2,), {"strategy": "map"}))
    cell = study.cell("map-w2-fork-given")
    assert peak_bytes(cell, "peak_pss_bytes") == cell.probe.memory.peak_pss_bytes == 31 << 20
    rounds = (replace(cell.rounds[0], memory=Memory(GIB, 3, 1, 0.1, 0)), *cell.rounds[1:])
    assert peak_bytes(replace(cell, rounds=rounds), "peak_pss_bytes") == GIB
    assert peak_bytes(replace(cell, probe=None), "peak_uss_bytes") == 15 << 20


@pytest.mark.parametrize(
    ("limit_mib", "drawn"), [(100, True), (3 * 61, True), (3 * 61 + 1, False), (20_000, False), (40, True)]
)
def test_limit_is_drawn_only_where_it_is_near(limit_mib, drawn):
    """Up to three times the largest peak the limit is a line that is seen; farther away it is said in words."""
    chart = _chart({"memory_limit_bytes": limit_mib << 20, "memory_available_bytes": 64 * GIB})
    assert chart.largest_bytes == 61 << 20
    assert chart.draws_limit is drawn
    with svg.style():
        figure = memory_drawing(chart).figure
    words = [text.get_text() for text in figure.texts]
    top = figure.axes[0].get_ylim()[1]
    assert any(word.endswith("far above") for word in words) is not drawn
    assert bool(top >= limit_mib) is drawn
    assert top >= 61


def test_limit_is_the_smaller_one():
    """The limit is what the control group allows or what was free, whichever is less; unknown ones don't count."""
    both = {"memory_limit_bytes": 2 * GIB, "memory_available_bytes": GIB}
    assert limit_of(both).size_bytes == GIB
    assert limit_of({"memory_limit_bytes": None, "memory_available_bytes": 3 * GIB}).size_bytes == 3 * GIB
    assert limit_of({}) is None


def test_a_workers_cost_is_the_slope():
    """What one more worker costs is the slope between the fewest and the most workers, and the caption says it."""
    chart = _chart({"memory_available_bytes": 80 << 20})
    assert memory.worker_bytes(chart.curves) == 5 << 20
    assert "one more worker costs about 5.00 MiB" in memory.finding(chart)
    assert "room for 3 more workers" in memory.finding(chart)


def test_no_samples_no_chart():
    """Where no round has a sample of memory there is no chart."""

    def forget(study):
        return samples.old(samples.results(study)).studies[0]

    assert _chart({}, forget) is None


def test_variants_keep_the_looks_of_the_speedup_chart():
    """A variant has the same colour, marker and filling as in the speedup chart, also beside one without samples."""

    def forget_first(study):
        cells = [
            replace(cell, probe=None, rounds=tuple(replace(found, memory=None) for found in cell.rounds))
            if cell.setting.strategy == "map"
            else cell
            for cell in study.cells
        ]
        return replace(study, cells=tuple(cells))

    looks = {curve.name: curve.look for curve in _chart({}).curves}
    [static] = _chart({}, forget_first).curves
    assert static.look == looks["static"]
