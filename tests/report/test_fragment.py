"""Loaded results in a notebook: verdicts and tables in one inert fragment, equal in their figures to the JSON."""

import json
import re
from dataclasses import replace
from statistics import median

import pytest
import report_samples as samples
from browsing import opened, troubles
from repository import REPOSITORY

from lightwork import report
from lightwork.analysis.disturbance import disturbed
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Results
from lightwork.notebook import load, shown
from lightwork.text.quantities import times

EXAMPLE = REPOSITORY / "docs" / "example" / "quick.json"
THEMES = {"light": "background: #fff; color: #111", "dark": "background: #111; color: #ddd"}
TABLES = """
() => [...document.querySelectorAll('table')].map(table => [...table.querySelectorAll('tbody tr')].map(
  row => [...row.children].map(one => (one.firstChild ? one.firstChild.textContent : '').trim())))
"""
CONTRAST = """
() => [...document.querySelectorAll('.lightwork-results p, .lightwork-results th, .lightwork-results td')].map(one => {
  const light = colour => colour.match(/[\\d.]+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
  return Math.abs(light(getComputedStyle(one).color) - light(getComputedStyle(document.body).backgroundColor));
})
"""


def notebook(folder, *found, theme="light"):
    """A page that holds the fragments as a notebook does, one below the other."""
    path = folder / f"{theme}.html"
    body = "".join(one._repr_html_() for one in found)
    path.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body style="{THEMES[theme]}">{body}</body>')
    return path


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])  # neither depends on the other
@pytest.mark.parametrize("sample", ["sample", "hostile"])
def test_the_fragment_is_silent_and_readable(browser, tmp_path, sample, width, theme):
    """In light and dark notebooks: no message, no request, nothing wider than the window, every word off its ground."""
    found = shown(getattr(samples, sample)()[0])
    path = notebook(tmp_path, found, found, found.studies[0], theme=theme)
    with opened(browser, path, width) as (page, heard):
        assert troubles(page) == {}
        assert min(page.evaluate(CONTRAST)) > 0.5
        assert page.locator("script, img, a, iframe, [id], [onerror]").count() == 0
    assert heard == []


@pytest.mark.matrix
def test_hostile_names_stand_as_they_are_written(browser, tmp_path):
    """Markup in a name is text that one reads."""
    found = shown(samples.hostile()[0])
    with opened(browser, notebook(tmp_path, found)) as (page, _):
        assert page.locator(".lw-label").inner_text() == found.studies[0].label


def test_styles_stay_inside(tmp_path):
    """Every rule of its stylesheet begins with the fragment's own class: the notebook around it looks as before."""
    (style,) = re.findall(r"<style>(.*?)</style>", shown(samples.sample()[0])._repr_html_(), flags=re.DOTALL)
    selectors = [one.strip() for rule in re.findall(r"([^{}]+)\{", style) for one in rule.split(",")]
    assert selectors
    assert all(one.startswith(".lightwork-results") for one in selectors)


def test_figures_are_those_of_the_json(browser, tmp_path):
    """Each speedup in a table is the median over blocks of the ratios that the saved file itself holds."""
    saved = json.loads(EXAMPLE.read_text())["lightwork"]
    found = load(EXAMPLE)
    with opened(browser, notebook(tmp_path, found)) as (page, _):
        tables = page.evaluate(TABLES)
    for study, data, rows in zip(found.studies, saved["studies"], tables, strict=True):
        left_out = {cell.cell_id: disturbed(cell) for cell in study.cells}
        shown = [figure.split(" ")[0] for _, *figures in rows for figure in figures if figure]
        walls = {
            cell["cell_id"]: {
                one["block"]: one["t1_ns"] - one["t0_ns"]
                for one in cell["rounds"]
                if one["outcome"] == "ok" and one["block"] not in left_out[cell["cell_id"]]
            }
            for cell in data["cells"]
        }
        serial = walls[SERIAL]
        expected = [
            times(median(serial[block] / wall for block, wall in own.items() if block in serial))
            for name, own in walls.items() if name not in (SERIAL, SERIAL_AGAIN)
        ]  # fmt: skip
        assert sorted(shown) == sorted(expected)


def test_the_verdicts_are_those_of_the_report():
    """The fragment's sentences are the terminal's, and so is what IPython prints in place of every round."""
    found = shown(samples.sample()[0])

    class Printer:
        said = ""

        def text(self, words):
            self.said += words

    printer, of_one = Printer(), Printer()
    found._repr_pretty_(printer, cycle=False)
    found.studies[2]._repr_pretty_(of_one, cycle=False)
    assert printer.said.splitlines() == report.verdicts(found)
    assert of_one.said in printer.said
    sentences = re.findall(r'class="lw-sentence">(.*?)</p>', found._repr_html_())
    assert [line.split(": ", 1)[1] for line in report.verdicts(found) if line[0] != " "] == sentences


@pytest.mark.matrix
def test_what_can_not_be_judged_is_told():
    """Without a serial reference, without studies, without a machine: words, and no error."""
    found = shown(samples.sample()[0])
    bare = replace(found.studies[0], cells=found.studies[0].cells[1:])
    assert "no serial round was measured" in bare._repr_html_()
    assert "0 studies" in shown(Results((), {"usable_cpus": float("inf")}))._repr_html_()
