"""The page in a real browser: it opens offline, fits its window, and its words keep apart."""

import fault_samples
import pytest
import report_samples as samples
from browsing import opened, troubles

from lightwork import report


@pytest.fixture(scope="module", params=["sample", "hostile"])
def page_file(request, tmp_path_factory):
    """A written page: of a plain run, or of one whose names try to break out."""
    faults = fault_samples.FOUND if request.param == "sample" else fault_samples.hostile(samples.HOSTILE[0])
    return report.render(*getattr(samples, request.param)(), tmp_path_factory.mktemp(request.param), faults)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])  # neither depends on the other
def test_page_fits_and_is_silent(browser, page_file, width, scheme):
    """Offline, at desktop and phone width, in both schemes, unfolded: no error, nothing cut off, no text on text."""
    with opened(browser, page_file, width, scheme) as (page, heard):
        assert troubles(page) == {}
        assert heard == []


def test_answer_is_on_the_first_screen(browser, page_file):
    """The first verdict's figure and sentence are seen without scrolling, on a phone too."""
    context = browser.new_context(viewport={"width": 390, "height": 700}, offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    boxes = [page.locator(".verdict").first.locator(part).bounding_box() for part in (".hero strong", ".sentence")]
    context.close()
    assert all(box["y"] + box["height"] < 700 for box in boxes)
