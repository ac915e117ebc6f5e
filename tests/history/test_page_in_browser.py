"""The history in a real browser: silent, offline, nothing cut off, and equal to what the runs hold."""

import history_samples as samples
import pytest
from browsing import opened, troubles
from registered import in_matrix

from lightwork import history
from lightwork.history.line import lines_of
from lightwork.text.quantities import between, times

MAKERS = {"eventful": samples.eventful, "hostile": samples.hostile, "many": lambda: samples.many(200)}
CELLS = """
() => [...document.querySelectorAll('section.study')].map(study => [...study.querySelectorAll('tbody tr')].map(
  row => [...row.children].map(one => one.textContent.trim().replace(/\\s+/g, ' '))))
"""


@pytest.fixture(scope="module", params=["eventful", *in_matrix(("hostile",), ("many",))])
def written(request, tmp_path_factory):
    """Runs and their page."""
    runs = samples.runs(*MAKERS[request.param]())
    return runs, history.render(runs, tmp_path_factory.mktemp(request.param))


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])  # neither depends on the other
def test_history_fits_and_is_silent(browser, written, width, scheme):
    """Offline, at desktop and phone width, in both schemes, unfolded: no error, nothing cut off, no text on text."""
    _, path = written
    with opened(browser, path, width, scheme) as (page, heard):
        assert troubles(page) == {}
        assert heard == []


def test_the_table_is_what_the_runs_hold(browser, written):
    """Every run has its row in every study's table, with its name, its word and its figure."""
    runs, path = written
    with opened(browser, path) as (page, _):
        studies = page.evaluate(CELLS)
    for line, rows in zip(lines_of(runs), studies, strict=True):
        assert len(rows) == len(runs)
        for cells, point in zip(rows, line.points, strict=True):
            speedup = line.speedup(point)
            assert " ".join(point.run.name.split()) in cells[0]
            assert cells[2] == (f"{times(speedup.point)} ({between(speedup)})" if speedup else "")
            assert speedup or cells[1] == point.word


def test_history_needs_no_script(browser, written):
    """With scripts off the charts and the tables stand on the page all the same."""
    _, path = written
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("svg.chart").first.bounding_box()["height"] > 100
    assert page.locator("details summary").first.is_visible()
    context.close()
