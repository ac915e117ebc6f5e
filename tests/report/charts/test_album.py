"""Every picture of a page can leave it, as SVG and as PNG, with its title."""

import xml.etree.ElementTree as ET

import pytest
import report_samples as samples

from lightwork import report

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A report of the sample run's first study with all of its pictures."""
    results, ledgers = samples.sample()
    first = samples.results(results.studies[0])
    return report.render(first, ledgers, tmp_path_factory.mktemp("album"), figures=True).parent


def words(path):
    """All text of an SVG file."""
    return " ".join("".join(one.itertext()) for one in ET.parse(path).iter("{http://www.w3.org/2000/svg}text"))


@pytest.mark.matrix
def test_every_picture_has_both_files(folder):
    """Each SVG has its PNG and the other way round, and both are what their names say."""
    drawn = {path.stem for path in folder.glob("*.svg")}
    assert drawn == {path.stem for path in folder.glob("*.png")}
    assert all(path.read_bytes().startswith(PNG) for path in folder.glob("*.png"))
    assert all(ET.parse(path).getroot().tag.endswith("svg") for path in folder.glob("*.svg"))


@pytest.mark.parametrize(
    "name",
    ["speedup", "efficiency", "walls", "memory", "waterfall-recommended", "waterfall-slowest", "timeline-recommended",
     "timeline-slowest", "items", "losses"],
)  # fmt: skip
def test_each_kind_is_there_with_its_title(folder, name):
    """Every kind of picture that the page shows of a study is a file, under the study's label."""
    assert "csv_to_db[files=48]" in words(folder / f"{name}-csv-to-db-files-48.svg")


def test_a_drawn_picture_has_the_pages_words(folder):
    """A picture says the same as a file: causes, figures, names of items."""
    fall = words(folder / "waterfall-recommended-csv-to-db-files-48.svg")
    assert all(word in fall for word in ("start-up", "tail", "useful work"))
    assert "vendor_17.csv" in words(folder / "items-csv-to-db-files-48.svg")


def test_without_being_asked_there_is_the_speedup_alone(tmp_path):
    """By default only the speedup of each study is a file of its own."""
    results, _ = samples.sample()
    out = report.render(samples.results(results.studies[2]), {}, tmp_path).parent
    assert {path.name.split("-")[0] for path in out.glob("*.svg")} == {"speedup"}
