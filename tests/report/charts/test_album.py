"""Every picture of a page can leave it, as SVG and as PNG, with its title."""

import xml.etree.ElementTree as ET

import pytest
import report_samples as samples
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.path import Path

from lightwork import report
from lightwork.report.charts.drawn_figure import parsed

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


def test_every_picture_has_both_files(folder):
    """Each SVG has its PNG and the other way round, and both are what their names say."""
    drawn = {path.stem for path in folder.glob("*.svg")}
    assert drawn == {path.stem for path in folder.glob("*.png")}
    assert all(path.read_bytes().startswith(PNG) for path in folder.glob("*.png"))
    assert all(ET.parse(path).getroot().tag.endswith("svg") for path in folder.glob("*.svg"))


@pytest.mark.parametrize(
    "name",
    ["speedup", "efficiency", "walls", "memory", "waterfall-recommended", "waterfall-slowest", "timeline-recommended",
     "timeline-slowest", "items", "losses-map-chunksize-6"],
)  # fmt: skip
def test_each_kind_is_there_with_its_title(folder, name):
    """Every kind of picture that the page shows of a study is a file, under the study's label."""
    assert "csv_to_db[files=48]" in words(folder / f"{name}-csv-to-db-files-48.svg")


def test_a_drawn_picture_has_the_pages_words(folder):
    """What the page's template draws says the same as a file: causes, figures, names of items."""
    fall = words(folder / "waterfall-recommended-csv-to-db-files-48.svg")
    assert all(word in fall for word in ("start-up", "tail", "useful work"))
    assert "vendor_17.csv" in words(folder / "items-csv-to-db-files-48.svg")


def test_without_being_asked_there_is_the_speedup_alone(tmp_path):
    """By default only the speedup of each study is a file of its own."""
    results, _ = samples.sample()
    out = report.render(samples.results(results.studies[2]), {}, tmp_path).parent
    assert {path.name.split("-")[0] for path in out.glob("*.svg")} == {"speedup"}


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(1, 9), st.integers(1, 9)), min_size=1))
def test_a_path_of_boxes_is_read_as_drawn(boxes):
    """Any number of rectangles, drawn by relative steps, come out corner by corner."""
    found = parsed("".join(f"M{x} {y}h{wide}v{high}h-{wide}z" for x, y, wide, high in boxes))
    corners = [
        (x, y) for x, y, wide, high in boxes for x, y in [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
    ]
    drawn = [tuple(point) for point, code in zip(found.vertices, found.codes, strict=True) if code != Path.CLOSEPOLY]
    assert drawn == corners


def test_a_path_that_is_none_is_refused():
    """A path that begins without a place to begin at is a defect of ours, and is told."""
    with pytest.raises(ValueError, match="SVG path"):
        parsed("5 5")
