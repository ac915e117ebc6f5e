"""The page in a real browser: it opens offline, fits its window, and its words keep apart."""

import fault_samples
import pytest
import report_samples as samples

from manyhands import report

OVERLAPS = """
() => {
  const found = [...document.querySelectorAll('.verdict h3, .hero strong, .hero span, .told > *, .facts > div')];
  const boxes = found.map(one => [one.textContent.trim().slice(0, 30), one.getBoundingClientRect()]);
  const hits = [];
  boxes.forEach(([name, a], place) => boxes.slice(place + 1).forEach(([other, b]) => {
    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
      hits.push([name, other]);
  }));
  return hits;
}
"""
CHART_OVERLAPS = """
() => [...document.querySelectorAll('svg.chart')].flatMap(chart => {
  const boxes = [...chart.querySelectorAll('text')].map(one => [one.textContent, one.getBoundingClientRect()]);
  return boxes.flatMap(([name, a], place) => boxes.slice(place + 1)
    .filter(([, b]) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2)
    .map(([other]) => [name, other]));
})
"""
CUT_OFF = """
() => [...document.querySelectorAll('svg.chart')].flatMap(chart => {
  const room = chart.closest('figure').getBoundingClientRect();
  return [...chart.querySelectorAll('text')]
    .map(one => [one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.left < room.left - 1 || box.right > Math.min(room.right, innerWidth) + 1)
    .map(([words]) => words);
})
"""
WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@pytest.fixture(scope="module", params=["sample", "hostile"])
def page_file(request, tmp_path_factory):
    """A written page: of a plain run, or of one whose names try to break out."""
    faults = fault_samples.FOUND if request.param == "sample" else fault_samples.hostile(samples.HOSTILE[0])
    return report.render(*getattr(samples, request.param)(), tmp_path_factory.mktemp(request.param), faults)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_page_fits_and_is_silent(browser, page_file, width, scheme):
    """Offline, at desktop and phone width, in both schemes, unfolded: no error, nothing cut off, no text on text."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on("request", lambda request: heard.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(page_file.as_uri())
    scroll_width, client_width = page.evaluate(WIDTHS)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    overlaps, chart_overlaps = page.evaluate(OVERLAPS), page.evaluate(CHART_OVERLAPS)
    unfolded_width, _ = page.evaluate(WIDTHS)
    cut = page.evaluate(CUT_OFF)
    context.close()
    assert heard == []
    assert max(scroll_width, unfolded_width) <= client_width
    assert cut == []
    assert overlaps == []
    assert chart_overlaps == []


def test_answer_is_on_the_first_screen(browser, page_file):
    """The first verdict's figure and sentence are seen without scrolling, on a phone too."""
    context = browser.new_context(viewport={"width": 390, "height": 700}, offline=True)
    page = context.new_page()
    page.goto(page_file.as_uri())
    boxes = [page.locator(".verdict").first.locator(part).bounding_box() for part in (".hero strong", ".sentence")]
    context.close()
    assert all(box["y"] + box["height"] < 700 for box in boxes)
