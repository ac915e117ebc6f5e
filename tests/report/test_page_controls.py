"""What the page's script adds, by hand in a real browser: filter, hover, zoom, sort, copy, colours; and without it."""

import re

import numpy as np
import pytest
import report_samples as samples
from browsing import UNFOLD

from lightwork import report
from lightwork.analysis.judged_study import judge
from lightwork.core.setting import Setting
from lightwork.text.quantities import between, duration, times

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
ITEMS = 600
SHOWN = "all => all.filter(one => one.checkVisibility() && one.getClientRects().length > 0).length"
SERIOUS = ("serious", "critical")


def chunked():
    """Six hundred items by two strategies, two chunksizes, three worker counts and two start methods."""
    maker = samples.Maker()
    kinds = [{"strategy": "imap_unordered", "chunksize": size} for size in (1, 16)]
    kinds += [{"strategy": "map", "chunksize": 16, "start_method": method} for method in ("fork", "spawn")]
    items = [round(maker.random.lognormvariate(0, 0.5) * 2 * samples.MS) for _ in range(ITEMS)]
    made = samples.study(maker, "chunked", items, samples.settings((1, 2, 4), *kinds), blocks=6)
    return samples.results(made), maker.ledgers


@pytest.fixture(scope="module")
def saved():
    """The run behind the page, with its ledgers."""
    return chunked()


@pytest.fixture(scope="module")
def page_file(saved, tmp_path_factory):
    """Its page."""
    return report.render(*saved, tmp_path_factory.mktemp("controls"))


@pytest.fixture
def page(browser, page_file):
    """The page, opened offline; it must stay silent whatever is done to it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    opened = context.new_page()
    heard: list[str] = []
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.on("request", lambda request: heard.append(request.url) if not request.url.startswith("file:") else None)
    opened.goto(page_file.as_uri())
    yield opened
    context.close()
    assert heard == []


def visible(page, selector):
    """How many of these can be seen."""
    return page.eval_on_selector_all(selector, SHOWN)


def test_the_tables_figures_are_those_of_the_json(page, saved):
    """Each speedup in the table, and its interval, is what the saved rounds give."""
    (one,) = judge(*saved)
    shown = {
        float(entry.get_attribute("data-value")): (
            entry.locator(".figure").inner_text(),
            entry.locator(".interval").inner_text(),
        )
        for entry in page.locator("tbody td[data-value]:has(.figure)").all()
    }
    own = [cell.speedup for cell in one.scaling.cells if cell.parallel]
    assert shown == {float(f"{found.point:.6g}"): (times(found.point), f"({between(found)})") for found in own}


def test_an_unticked_strategy_is_hidden_everywhere(page):
    """Its rows, curves and figures go, others stay, and everything comes back."""
    marks = {name: visible(page, f'main [data-strategy="{name}"]') for name in ("map", "imap_unordered")}
    page.locator('.filter input[value="map"]').uncheck()
    assert visible(page, 'main [data-strategy="map"]') == 0
    assert visible(page, 'main [data-strategy="imap_unordered"]') == marks["imap_unordered"] > 0
    assert "1 of" in page.locator(".filter output").inner_text()
    page.locator(".filter button[type=reset]").click()
    page.locator(".filter output", has_text="everything is shown").wait_for()
    assert visible(page, 'main [data-strategy="map"]') == marks["map"] > 0


@pytest.mark.matrix
def test_an_unticked_worker_count_loses_its_column(page):
    """The column and the points of that count go; the curves through them fade, since they are no longer all there."""
    page.locator('.filter input[name="workers"][value="2"]').uncheck()
    assert visible(page, 'main [data-workers="2"]') == 0
    assert visible(page, 'thead th[data-workers="4"]') == 1
    line = page.locator(".chart [data-strategy]:not([data-workers])").first
    assert float(line.evaluate("one => getComputedStyle(one).opacity")) < 1


@pytest.mark.matrix
def test_a_start_method_can_be_chosen_alone(page):
    """All or none unticks them, and one that is ticked is seen alone."""
    page.locator('.filter button[data-only="start"]').click()
    assert visible(page, "main tbody tr[data-start]") == 0
    page.locator('.filter input[value="spawn"]').check()
    assert visible(page, 'main tbody tr[data-start="spawn"]') > 0
    assert visible(page, 'main tbody tr[data-start="fork"]') == 0


@pytest.mark.matrix
def test_a_filter_stays_in_sight_while_it_hides(page):
    """Wherever one has scrolled to, what hides is told of, with the way back; where nothing hides, no room is lost."""
    in_sight = "form => form.getBoundingClientRect().bottom > 0"
    form = page.locator(".filter")
    for hides in (False, True):
        page.locator('.filter input[value="map"]').set_checked(not hides)
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        assert form.evaluate(in_sight) is hides
    page.locator(".filter button[type=reset]").click()
    page.locator(".filter:not(.filtering)").wait_for(state="attached")


def test_the_table_is_sorted_by_its_heads(page):
    """A worker count sorts by speedup, the largest first, then the other way; the setting by name."""
    body = page.locator("table.sortable tbody").first
    speedups = lambda: [float(one.get_attribute("data-value")) for one in body.locator('td[data-workers="4"]').all()]  # noqa: E731
    head = page.locator('table.sortable th[data-workers="4"]')
    head.locator("button").click()
    assert speedups() == sorted(speedups(), reverse=True)
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").press("Enter")
    assert speedups() == sorted(speedups())
    page.locator('table.sortable th[data-column="name"] button').first.click()
    names = [one.inner_text() for one in body.locator("th").all()]
    assert names == sorted(names)
    assert page.locator("[aria-sort]").count() == 1


@pytest.mark.matrix
def test_a_sheet_is_sorted_by_numbers_and_not_by_words(page):
    """Efficiency factors sort by the number behind the words, both ways, with what is unknown last."""
    page.evaluate(UNFOLD)
    sheet = page.locator(".sheet table.sortable").filter(has_text="serial fraction")
    place = sheet.locator("th", has_text="serial fraction").get_attribute("data-column")
    for sign in (-1, 1):
        sheet.locator(f'th[data-column="{place}"] button').click()
        told = [one.get_attribute("data-value") for one in sheet.locator(f'td[data-column="{place}"]').all()]
        known = [float(value) for value in told if value is not None]
        assert None in told
        assert told[len(known) :] == [None] * (len(told) - len(known))
        assert known == sorted(known, key=lambda value, sign=sign: sign * value)
        assert len(set(known)) > 1


@pytest.mark.matrix
def test_a_point_tells_its_figures_and_rounds(page, saved):
    """Under the pointer, and to the keyboard, a point says its setting, speedup and wall times; arrows go on."""
    (one,) = judge(*saved)
    tooltips = page.locator(".tooltips").first.locator("circle")
    page.locator(".tooltips").first.scroll_into_view_if_needed()
    area = tooltips.nth(1).bounding_box()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    told = page.locator(".tip").inner_text().splitlines()
    assert tooltips.nth(1).get_attribute("aria-label") in told
    assert any(_tells(told[0], cell) for cell in one.scaling.cells if cell.parallel)
    page.mouse.move(0, 0)
    assert page.locator(".tip").is_hidden()
    tooltips.first.focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".tip").inner_text() == tooltips.nth(1).get_attribute("aria-label")
    assert page.locator('.tooltips [tabindex="0"]').count() == page.locator(".tooltips").count()


def _tells(words, cell):
    """Whether the words have the cell's strategy and workers, the point of its speedup, and all of its rounds."""
    setting, found = cell.cell.setting, cell.speedup_equal_speed or cell.speedup
    named = words.startswith(setting.strategy) and f" {setting.workers} worker" in words
    walls = [duration(one.wall_ns / 1e9) for one in cell.cell.rounds]
    return (
        named and times(found.point) in words and words.endswith(f"{len(walls)} rounds as measured: {', '.join(walls)}")
    )


def test_the_timeline_zooms_to_each_item(page, saved):
    """The whole round has all items, closer in there are fewer, and the pointer finds one by name and length."""
    box = page.locator(".zoom").first
    box.locator("button.open").click()
    told = box.locator("output")
    told.filter(has_text="items").wait_for()
    assert f"{ITEMS} items" in told.inner_text()
    box.locator('[data-zoom="in"]').click()
    canvas = box.locator("canvas")
    canvas.press("+")
    fewer = int(re.search(r"([\d,]+) items", told.inner_text()).group(1))
    assert 0 < fewer < ITEMS
    area = canvas.bounding_box()
    page.mouse.move(area["x"] + area["width"] / 2, area["y"] + 4)
    name = told.inner_text().split(":")[0]
    assert name in saved[0].studies[0].item_names
    page.mouse.down()
    page.mouse.move(area["x"] + area["width"] / 2 + 60, area["y"] + 4)
    page.mouse.up()
    assert int(re.search(r"([\d,]+) items", told.inner_text()).group(1)) < fewer
    canvas.press("0")
    assert f"{ITEMS} items" in told.inner_text()
    assert canvas.evaluate("one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(Boolean)")


def test_the_code_is_copied_as_it_stands(page):
    """What the button copies can be pasted, and is the code."""
    page.locator("button.copy").first.click()
    assert page.locator("button.copy").first.inner_text() == "Copied"
    page.evaluate("document.body.append(document.createElement('textarea'))")
    page.locator("textarea").focus()
    page.keyboard.press("Control+v")
    assert page.locator("textarea").input_value().strip() == page.locator(".code code").first.inner_text().strip()


@pytest.mark.matrix
def test_colours_can_be_chosen(page):
    """The button goes from the system's colours to light and to dark, and the charts go with them."""
    colour = lambda: page.evaluate("getComputedStyle(document.body).backgroundColor")  # noqa: E731
    button = page.locator("button.theme")
    button.click()
    light = colour()
    button.click()
    assert button.inner_text() == "Colors: dark"
    assert colour() != light


def test_without_scripts_only_the_interaction_is_missing(browser, page, page_file):
    """With scripts off the same words and pictures stand there, and nothing that would do nothing."""
    context = browser.new_context(java_script_enabled=False, offline=True, viewport={"width": 1280, "height": 900})
    plain = context.new_page()
    plain.goto(page_file.as_uri())
    parts = ("table", "svg.chart", "article.verdict", ".code", "h2", "h3", "figure")
    counts = {part: (plain.locator(part).count(), page.locator(part).count()) for part in parts}
    dead = [one.inner_text() for one in plain.locator("button, input").all() if one.is_visible()]
    titled = plain.locator(".tooltips title").count()
    context.close()
    assert all(without == scripted > 0 for without, scripted in counts.values())
    assert dead == []
    assert titled > 0


@pytest.mark.matrix
def test_on_paper_there_are_no_buttons(page):
    """Print leaves out what only a screen can use, and is light whatever the colours were."""
    page.locator("button.theme").click()
    page.locator("button.theme").click()
    page.emulate_media(media="print")
    assert visible(page, "button:not(.sort), .filter, .zoom") == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 254)"
    assert len(page.pdf()) > 10_000


@pytest.mark.matrix
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])  # neither depends on the other
def test_axe_finds_nothing_serious(page, width, scheme):
    """Unfolded, with a timeline open to zoom, axe-core has no serious or critical complaint in either scheme."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(UNFOLD)
    page.locator(".zoom button.open").first.click()
    found = axe.Axe().run(page).response["violations"]
    told = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found if one["impact"] in SERIOUS]
    assert told == []


@pytest.mark.matrix
def test_a_hundred_thousand_items_are_zoomed_into(browser, tmp_path):
    """A timeline of 100,000 items is in a page under 2 MB, and all of them are there once it is opened."""
    maker = samples.Maker()
    lengths = np.random.default_rng(1).lognormal(0, 0.5, 100_000) * 0.2 * samples.MS
    made = [Setting("imap_unordered", workers=8, chunksize=64)]
    study = samples.study(maker, "many", [round(length) for length in lengths], made, blocks=1)
    written = report.render(samples.results(study), maker.ledgers, tmp_path)
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto(written.as_uri())
    opened.locator(".zoom button.open").first.click()
    told = opened.locator(".zoom output", has_text="items").first.inner_text()
    context.close()
    assert written.stat().st_size < 2_000_000
    assert "100,000 items" in told
