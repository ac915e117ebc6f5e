"""The page in a real browser: it opens offline, fits its window, and its words keep apart."""

from pathlib import Path

import fault_samples
import pytest
import report_samples as samples
from browsing import UNFOLD, opened, troubles
from registered import in_matrix

from lightwork import report
from lightwork.storage.results_json import load

QUICK = Path(__file__).parents[2] / "docs" / "example" / "quick.json"
SCREEN = 800  # pixels
FOLDED = "document.querySelectorAll('details:not([open])').length"
SMALLEST = """
() => Math.min(...[...document.querySelectorAll('svg.chart text')].map(
  text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))
"""
COVERED = """
code => code.closest('.code').querySelector('.copy').getBoundingClientRect().bottom > code.getBoundingClientRect().top
"""
BEST = """
best => {
  const cell = best.getBoundingClientRect(), room = best.closest('.scroll').getBoundingClientRect();
  const head = best.closest('tr').querySelector('th').getBoundingClientRect();
  return cell.left >= head.right - 1 && cell.right <= room.right + 1;
}
"""


@pytest.fixture(scope="module", params=["sample", *in_matrix(("hostile",))])
def page_file(request, sample_page, tmp_path_factory):
    """A written page: of a plain run, or of one whose names try to break out."""
    if request.param == "sample":
        return sample_page
    faults = fault_samples.hostile(samples.HOSTILE[0])
    return report.render(*samples.hostile(), tmp_path_factory.mktemp(request.param), faults)


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


@pytest.fixture(scope="module")
def six_studies(tmp_path_factory):
    """The page of a saved run of six studies."""
    return report.render(load(QUICK), {}, tmp_path_factory.mktemp("six"))


@pytest.fixture
def open_page(browser):
    """Opens a file at a size, as `open_page(path, width, scripts=False)`; a context that is still open is closed."""
    contexts = []

    def new(address, width=1280, *, scripts=True):
        size = {"width": width, "height": SCREEN}
        contexts.append(browser.new_context(viewport=size, offline=True, java_script_enabled=scripts))
        page = contexts[-1].new_page()
        page.goto(address if isinstance(address, str) else address.as_uri())
        return page

    yield new
    for context in contexts:
        context.close()


@pytest.mark.matrix
def test_six_studies_fold_to_four_screens(open_page, six_studies):
    """Every answer and its curve begin on the first screen, and the whole folded page is at most four screens high."""
    page = open_page(six_studies)
    assert page.evaluate("document.documentElement.scrollHeight") <= 4 * SCREEN
    for part in (".hero strong", "svg.chart"):
        tops = [shown.bounding_box()["y"] for shown in page.locator(f".card {part}").all()]
        assert len(tops) == 6
        assert max(tops) < SCREEN


@pytest.mark.parametrize("scripts", [True, False])
def test_an_address_leads_into_what_is_folded(open_page, sample_page, scripts):
    """A page that is opened at a part of a study's details shows that part, with scripts and without them."""
    page = open_page(f"{sample_page.as_uri()}#sleep-io-code", scripts=scripts)
    code = page.locator("#sleep-io-code .code")
    code.wait_for()
    assert 0 <= code.bounding_box()["y"] < SCREEN
    assert page.locator("#csv-to-db-files-48 table").first.is_hidden()


def test_links_lead_into_what_is_folded(open_page, sample_page):
    """A link opens what it leads to, again after it was closed by hand."""
    page = open_page(sample_page)
    card = page.locator(".card").nth(1)
    for _ in range(2):
        card.get_by_text("Details").click()
        table = page.locator("#sleep-io table").first
        table.wait_for()
        assert 0 <= page.locator("#sleep-io .told").bounding_box()["y"] < SCREEN
        page.locator("details.study[open] > summary").click()
        table.wait_for(state="hidden")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_search_finds_what_is_folded(open_page, sample_page, scripts):
    """Text is found inside a study's details, and what holds it opens."""
    page = open_page(f"{sample_page.as_uri()}#:~:text=involuntary", scripts=scripts)
    page.locator("details.study[open] .sheet", has_text="involuntary").first.wait_for()
    assert page.locator("details.study[open]").count() == 1


@pytest.mark.matrix
@pytest.mark.parametrize("scripts", [True, False])
def test_paper_shows_what_is_folded(open_page, page_file, scripts):
    """Printing shows all details, with scripts and without, and leaves them folded on the screen."""
    page = open_page(page_file, scripts=scripts)
    tables = page.locator(".study table")
    if scripts:
        page.evaluate(f"addEventListener('beforeprint', () => window.foldedOnPaper = {FOLDED})")
        page.pdf()
        assert page.evaluate("foldedOnPaper") == 0
    else:
        page.emulate_media(media="print")
        assert all(table.is_visible() for table in tables.all())
        page.emulate_media(media="screen")
    assert page.locator("details.study:not([open])").count() > 0
    assert tables.count() > 0


@pytest.mark.matrix
def test_all_details_open_and_close_at_once(open_page, six_studies):
    """The button opens every study's details, and then closes them."""
    page = open_page(six_studies)
    button, folded = page.locator("button.unfold"), page.locator("details.study:not([open])")
    count = folded.count()
    button.click()
    assert folded.count() == 0
    page.get_by_text("Close all details").click()
    assert folded.count() == count > 6


def test_a_phone_shows_what_matters(open_page, page_file):
    """At 390 pixels every chart's words have 11 pixels, no button lies on code, and the best cell is in view."""
    page = open_page(page_file, 390)
    page.evaluate(UNFOLD)
    assert page.evaluate(SMALLEST) >= 11
    assert page.locator(".code code").count() > 0
    assert not any(code.evaluate(COVERED) for code in page.locator(".code code").all())
    page.locator("td.best").first.scroll_into_view_if_needed()
    assert all(best.evaluate(BEST) for best in page.locator("td.best").all())
