"""The plan's page: its figures are the verdict's, names are inert, nothing comes from outside, it fits its window."""

import re
from dataclasses import replace

import plan_samples as samples
import pytest
from browsing import opened, troubles
from pages import Page
from registered import all_but, in_matrix

from lightwork.analysis.scaling import karp_flatt
from lightwork.analysis.usl import LEAST_COUNTS
from lightwork.core.estimate import Estimate
from lightwork.core.setting import Setting
from lightwork.planning.conclude.result import Gain
from lightwork.planning.forms import sentences
from lightwork.planning.forms.page.curve import outlook
from lightwork.planning.forms.page.page import page
from lightwork.planning.forms.page.tables import (
    BEST_SHOWN,
    MOST_SHOWN,
    measured_table,
    predictions_table,
    what_if_table,
)
from lightwork.render.table import BEST
from lightwork.text.quantities import MINUS, duration, number, percent, plain, times

KINDS = ["sample", "hostile", *in_matrix(("unmeasured",), ("serial",), ("bare",))]
ROWS = re.compile(r"<tr.*?</tr>")


class Pages(dict[str, str]):
    """Pages by the name of their sample."""

    def __missing__(self, name):
        """Make it."""
        self[name] = page(getattr(samples, name)())
        return self[name]


@pytest.fixture(scope="module")
def pages():
    """Every sample's page as text, by name, each made when it is first asked for."""
    return Pages()


@pytest.mark.parametrize("name", KINDS)
def test_elements_nest_and_ids_are_unique(pages, name):
    """Every element is closed in its order, every reference finds its own."""
    taken = Page(pages[name])
    ids = taken.attributes("id")
    wanted = [url[1:] for url in taken.attributes("href")] + re.findall(r"url\(#([^)]*)\)", pages[name])
    wanted += [one for value in taken.attributes("aria-labelledby") for one in value.split()]
    assert taken.open == []
    assert len(ids) == len(set(ids))
    assert set(wanted) <= set(ids)


@pytest.mark.parametrize("name", KINDS)
def test_nothing_comes_from_outside(pages, name):
    """The page opens offline: no address, no source, one script of our own that its policy names."""
    taken = Page(pages[name])
    assert re.findall("https?:", pages[name]) == [] or name == "hostile"  # whose names hold an address, as text
    assert "@import" not in pages[name]
    assert taken.attributes("src") == []
    assert all(url.startswith("#") for url in taken.attributes("href"))
    assert [tag for tag, _ in taken.elements].count("script") == 1
    assert "default-src 'none'" in taken.attributes("content")[0]


@pytest.mark.parametrize("name", KINDS)
def test_page_is_small(pages, name):
    """A page stays far below a megabyte, with 160 predictions on it."""
    assert len(pages[name].encode()) < 200_000


@pytest.mark.matrix
def test_ten_thousand_predictions_stay_below_a_megabyte():
    """Of very many predictions the fastest are shown, and how many are not is said."""
    known = samples.sample()
    one = known.predictions[0]
    many = tuple(
        replace(one, setting=Setting("imap_unordered", 1 + place % 64, 1 + place // 64, order="largest-first"))
        for place in range(10_000)
    )
    text = page(replace(known, predictions=many))
    assert len(text.encode()) < 1_000_000
    assert f"{10_000 - MOST_SHOWN:,} slower settings are not shown" in text


def test_parts_stand_in_order(pages):
    """The verdict first, then code, warnings, figures, tables, and what it rests on."""
    text = pages["sample"]
    wanted = (
        "3.4x", "Use 4 processes (Pool)", "Limited by the 4 usable", "Paste this", "What could change the answer",
        "Speedup over workers", "Recommended: imap", ">Measured<", ">What if<", ">Predicted<",
        "What this is based on</h2>",
        "EPYC",
    )  # fmt: skip
    places = [text.index(words, text.index("<main>")) for words in wanted]
    assert places == sorted(places)


def test_verdicts_words_and_facts_are_all_there(pages):
    """Every sentence of the verdict stands in the page, and what a reader looks up beside its name."""
    known, text = samples.sample(), Page(pages["sample"]).text()
    parts = (sentences.reasons, sentences.notes, sentences.warnings)
    for words in (sentences.what_to_do(known), *(words for part in parts for words in part(known))):
        assert words[1:] in text
    facts = Page(pages["sample"]).text("dd")
    for value in ("the 4 usable cores", "1; 1 to 4 are as good", "124 MiB of 31.0 GiB", "± 2.1 %", "18 s"):
        assert value in facts
    assert f"vendor_17.csv, 1.5 % of the work: cap {times(1 / 0.0154)}" in facts


def test_hero_says_whether_it_was_measured(pages):
    """The speedup travels with its interval and with how it is known; without a setting it says so."""
    assert "3.3-3.5 over serial, measured" in pages["sample"]
    assert "2.9-3.9 over serial, predicted" in pages["unmeasured"]
    assert "<strong>stay serial</strong>" in pages["serial"]
    assert "<strong>cannot tell</strong>" in pages["bare"]


def test_code_is_the_verdicts_to_the_letter(pages):
    """What the block holds, once its entities are read, is the code; without code there is no block."""
    assert Page(pages["sample"]).text("code") == samples.CODE
    assert 'class="copy"' not in pages["unmeasured"]
    compile(Page(pages["hostile"]).text("code").splitlines()[-1], "pasted", "exec")


def words(figures):
    """What the figures of a row say."""
    return [figure.words for figure in figures]


def test_measured_table_is_the_verdicts():
    """Fastest first and failed ones last; each with its interval, prediction, serial share and memory."""
    known = samples.sample()
    table = measured_table(known)
    best = max((cell for cell in known.cells if cell.speedup), key=lambda cell: cell.speedup.point)
    name, *told = table.rows[0]
    figures = words(told)
    assert figures[0] == f"{times(best.speedup.point)} ({best.speedup.low:.1f}-{best.speedup.high:.1f})"
    assert figures[2] == times(best.predicted)
    assert figures[3] == percent(karp_flatt(best.speedup.point, best.setting.workers))
    assert name.details == ("not measurably different",)
    assert [row[0].details for row in table.rows].count(("recommended",)) == 1
    name, *told = table.rows[-1]
    assert name.details == ("failed",)
    assert words(told) == ["n/a", "n/a", times(known.cells[-1].predicted), "n/a", "124 MiB", "7, 2 failed"]
    assert [figure.value for figure in told] == [None, None, known.cells[-1].predicted, None, 124 * 2**20, 7]
    assert len(table.rows) == len(known.cells)


def test_what_ifs_stand_by_gain():
    """The largest gain stands first, with the part of the time that it saves."""
    table = what_if_table((Gain("a", 1.0), Gain("b", 1.25), Gain("c", 0.5)))
    assert [tuple(words(row)) for row in table.rows] == [
        ("b", times(1.25), "20 %"), ("a", times(1), "0 %"), ("c", times(0.5), f"{MINUS}100 %"),
    ]  # fmt: skip


def test_predictions_are_all_there_the_best_openly(pages):
    """The best stand openly and all others folded, each with its band and its time; none twice."""
    known = samples.sample()
    rows = predictions_table(known).rows
    tables = r'aria-label="(?:The best|All other) predictions">.*?</table>'
    openly, folded = re.findall(tables, pages["sample"], flags=re.DOTALL)
    assert len(ROWS.findall(openly)) - 1 == BEST_SHOWN
    assert len(ROWS.findall(folded)) - 1 == len(known.predictions) - BEST_SHOWN
    best = max(known.predictions, key=lambda one: one.speedup.point)
    band = f"({best.speedup.low:.1f}-{best.speedup.high:.1f})"
    *_, speedup, wall, loss = words(rows[0])
    assert (speedup, wall) == (f"{times(best.speedup.point)} {band}", duration(best.wall_s.point))
    assert loss.startswith(("tail ", "waiting for a core "))
    assert [name.kind for name, *_ in rows].count(BEST) == 1
    assert pages["sample"].count('<tr class="best">') == 2  # among the measured settings, and among the predicted ones


def test_figure_has_the_best_of_each_strategy_and_every_measured_point():
    """A band is the best variant's at each worker count; points are the measured cells, failed ones left out."""
    known = samples.sample()
    seen = outlook(known)
    assert seen.predicted[0].strategy == known.recommendation.setting.strategy
    assert {one.strategy for one in seen.predicted} == set(samples.BY_STRATEGY)
    for one in seen.predicted:
        for count, found in one.points:
            alike = [
                each.speedup
                for each in known.predictions
                if (each.setting.strategy, each.setting.workers) == (one.strategy, count)
            ]
            assert found == max(alike, key=lambda each: each.point)
    points = [(count, found) for one in seen.measured for count, found in one.points]
    assert sorted(points, key=str) == sorted(
        ((cell.setting.workers, cell.speedup) for cell in known.cells if not cell.failed), key=str
    )
    assert seen.cap == pytest.approx(1 / 0.0154)
    assert seen.top >= max(found.high for one in seen.predicted for _, found in one.points)


def test_law_is_read_from_what_was_measured_and_not_drawn_past_twice_that():
    """Four measured worker counts carry a curve as far as twice the largest; fewer leave it to the predictions."""
    known = samples.sample()
    measured = outlook(known).reading
    assert measured.until == 2 * max(cell.setting.workers for cell in known.cells)
    assert "5 measured worker counts of imap_unordered" in measured.words
    few = outlook(replace(known, cells=known.cells[:2])).reading
    assert "8 predicted worker counts of imap_unordered" in few.words
    assert few.until == 16
    little = [one for one in known.predictions if one.setting.workers < LEAST_COUNTS]
    assert outlook(replace(known, cells=(), predictions=tuple(little))).reading is None


def test_unbounded_bands_are_drawn_as_points():
    """A prediction without a band, or with one that has no end, is drawn, and makes no axis without end."""
    known = samples.unmeasured()
    bands = (Estimate(2.0, None, None), Estimate(2.0, 1.0, float("inf")))
    predictions = tuple(replace(one, speedup=band) for one, band in zip(known.predictions, bands * 4, strict=False))
    verdict = replace(known, predictions=predictions)
    assert outlook(verdict).top < 3
    assert Page(page(verdict)).open == []


def test_waterfall_is_the_recommended_predictions(pages):
    """The steps are the recommended setting's predicted losses; what is left is its useful work."""
    known = samples.sample()
    [mine] = [one for one in known.predictions if one.setting == known.recommendation.setting]
    [drawn] = re.findall(r'<title id="fall-title">(.*?)</title>', pages["sample"])
    assert f"tail {number(mine.lost['tail'])} ({percent(mine.lost['tail'] / 4)})" in drawn
    left = 4 - sum(mine.lost.values())
    assert drawn.endswith(f"useful work {number(left)} ({percent(left / 4)})")
    assert f"{duration(mine.wall_s.point)} predicted" in pages["sample"]
    assert "Best predicted: imap_unordered with 16 workers" in pages["serial"]


def test_hostile_names_stay_text(pages):
    """No name becomes an element, an attribute or a control character of the page, in figures and tables alike."""
    taken = Page(pages["hostile"])
    assert {"b", "img"}.isdisjoint({tag for tag, _ in taken.elements})
    assert not [key for _, attributes in taken.elements for key in attributes if key.startswith("on")]
    assert set(pages["hostile"]) & {"\x1b", "\u202e", "\udcff"} == set()
    pages["hostile"].encode()
    assert all(plain(name)[:20] in taken.text("li") for name in samples.HOSTILE)


@pytest.mark.parametrize(
    ("name", "width", "scheme"),  # neither width nor scheme depends on the other
    all_but(
        [("sample", 390, "dark"), ("hostile", 1280, "light")],
        (
            pytest.param(name, *seen)
            for name in ("sample", "hostile", "unmeasured")
            for seen in ((1280, "light"), (390, "dark"))
        ),
    ),
)
def test_page_fits_and_is_silent(browser, pages, tmp_path, name, width, scheme):
    """Offline, at desktop and phone width, in both schemes, unfolded: no error, nothing cut off, no text on text."""
    (tmp_path / "plan.html").write_text(pages[name], encoding="utf-8")
    with opened(browser, tmp_path / "plan.html", width, scheme) as (shown, heard):
        assert troubles(shown) == {}
        assert heard == []


def test_button_copies_the_code(browser, pages, tmp_path):
    """With scripts the button selects and copies the code; without them it is not there, and the code still is."""
    (tmp_path / "plan.html").write_text(pages["sample"], encoding="utf-8")
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts, offline=True)
        shown = context.new_page()
        shown.goto((tmp_path / "plan.html").as_uri())
        button = shown.locator("button.copy")
        assert button.is_visible() is scripts
        assert shown.locator(".code code").is_visible()
        if scripts:
            button.click()
            assert shown.evaluate("getSelection().toString()").strip() == samples.CODE.strip()
            assert button.inner_text() == "Copied"
        context.close()
