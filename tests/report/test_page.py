"""The written report: what stands where, that names are inert in it, that the same data give the same bytes."""

import base64
import csv
import hashlib
import io
import os
import re
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import fault_samples
import pytest
import report_samples as samples
from pages import Page
from registered import in_matrix

from lightwork import report
from lightwork.analysis.judged_study import judge
from lightwork.analysis.remedies import largest_loss
from lightwork.core.round import Outcome
from lightwork.core.study import SERIAL, SERIAL_AGAIN
from lightwork.storage import atomic
from lightwork.text.losses import loss_and_remedy
from lightwork.text.quantities import plain, times


@pytest.fixture(scope="module")
def sample():
    """Three studies and their ledgers."""
    return samples.sample()


@pytest.fixture(scope="module")
def out(sample_page):
    """The folder of the sample's report."""
    return sample_page.parent


@pytest.fixture(scope="module")
def page(out):
    """The sample's page, taken apart."""
    return Page((out / "index.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The folder of the report whose names try to break out."""
    folder = tmp_path_factory.mktemp("hostile")
    report.render(*samples.hostile(), folder, fault_samples.hostile(samples.HOSTILE[0]))
    return folder


def test_elements_nest(page):
    """Every element is closed in its order, so that no browser has to guess."""
    assert page.open == []


def test_verdicts_stand_first(page):
    """A reader meets the title, then every study's answer with its curve, then details and method."""
    headings = [tag for tag, _ in page.elements if tag in {"h1", "h2", "h3"}]
    assert headings[:6] == ["h1", "h2", "h3", "h3", "h3", "h2"]
    assert [tag for tag, _ in page.elements if tag in {"article", "svg", "details"}][:7] == ["article", "svg"] * 3 + [
        "details"
    ]
    order = [page.text().index(words) for words in ("lightwork", "Use 4 workers", "Paste this", "Machine and run")]
    assert order == sorted(order)


def test_says_what_happens_when_something_dies(sample, page, tmp_path):
    """A saved fault matrix has a section of its own: what hangs is said first, in words; without one there is none."""
    text = page.text()
    assert text.index("When something dies") < text.index("Machine and run")
    assert "hangs forever under map" in text
    assert page.attributes("class").count("bad") == 1
    small = samples.results(sample[0].studies[2])
    without = Page(report.render(small, {}, tmp_path).read_text(encoding="utf-8"))
    assert "When something dies" not in without.text()


def test_one_title(page):
    """The page has one h1, and it is the program's name."""
    assert page.text("h1").strip() == "lightwork"


def test_one_script_and_nothing_from_outside(out, page):
    """The policy lets the page's one script run and no other, and every reference stays inside the page."""
    text = (out / "index.html").read_text(encoding="utf-8")
    [run] = [attributes for tag, attributes in page.elements if tag == "script" and "type" not in attributes]
    body = text[text.rindex("<script>") + len("<script>") : text.rindex("</script>")]
    digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
    [policy] = [attributes["content"] for tag, attributes in page.elements if "http-equiv" in attributes]
    assert run == {}
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    assert "http:" not in text
    assert "https:" not in text
    assert "@import" not in text
    assert all(url.startswith("#") for url in page.attributes("href") + re.findall(r"url\(([^)]*)\)", text))
    assert page.attributes("src") == page.attributes("xlink:href") == []


def test_ids_are_unique_and_found(out, page):
    """Figures that share a page share no id, and every reference finds its own."""
    text = (out / "index.html").read_text(encoding="utf-8")
    ids = page.attributes("id")
    wanted = [url[1:] for url in page.attributes("href")] + re.findall(r"url\(#([^)]*)\)", text)
    wanted += [one for value in page.attributes("aria-labelledby") for one in value.split()]
    assert len(ids) == len(set(ids))
    assert set(wanted) <= set(ids)
    assert len(wanted) > 50


def test_figures_and_tables_can_be_read_out(page):
    """Every chart has a title and a role, every table a caption and scopes."""
    charts = [attributes for tag, attributes in page.elements if tag == "svg"]
    tags = [tag for tag, _ in page.elements]
    assert charts
    assert all(chart["role"] == "img" and chart["aria-labelledby"] for chart in charts)
    assert tags.count("caption") == tags.count("table") >= 3
    assert all(attributes.get("scope") for tag, attributes in page.elements if tag == "th")


def test_table_figures_are_the_data(sample, out, page):
    """A cell's figure is the median over blocks of serial over its own wall time, and its own interval encloses it."""
    study = sample[0].studies[0]
    serial = {found.block: found.wall_ns for found in study.serial.rounds}
    shown = re.findall(r'<span class="figure">([\d.]+)x</span> <span class="interval">\((\d+\.\d+)-(\d+\.\d+)\)', (
        out / "index.html"
    ).read_text(encoding="utf-8"))  # fmt: skip
    for cell in study.cells:
        if all(found.ok for found in cell.rounds) and cell.cell_id != SERIAL:
            speedup = statistics.median(serial[found.block] / found.wall_ns for found in cell.rounds)
            mine = [(low, high) for point, low, high in shown if f"{point}x" == times(speedup)]
            assert any(float(low) - 0.05 <= speedup <= float(high) + 0.05 for low, high in mine), cell.cell_id
    assert "equal CPU speed" in page.text("small")


def test_failed_cell_is_shown_with_its_reason(page):
    """A failed cell stands in the table with its count, its reason on hover, and in text below."""
    assert "failed 2 of 7" in page.text("span")
    assert any("waiting in Queue.get" in title for title in page.attributes("title"))
    assert "queue, 8 workers: failed 2 of 7: hung, ended after 30 s" in page.text("li")


def test_failed_cell_is_never_ranked(tmp_path):
    """A cell that fails now and then is not recommended nor called fastest, however fast its other rounds were."""
    maker = samples.Maker()
    lost = {"map-w8-c1-fork-given": (Outcome.LOST, "1 item lost")}
    made = samples.settings((2, 8), {"strategy": "map", "chunksize": 1})
    results = samples.results(samples.study(maker, "fast", [20 * samples.MS] * 16, made, failing=lost))
    text = report.render(results, maker.ledgers, tmp_path).read_text(encoding="utf-8")
    [marked] = re.findall(r'<td class="number best".*?</td>', text, flags=re.DOTALL)
    assert "recommended" in marked
    assert ">1.8" in marked  # two workers, not eight
    assert "Slowest" not in text
    assert "map, 8 workers, chunksize 1: failed 2 of 7: lost, 1 item lost" in text


@pytest.mark.matrix
def test_same_data_same_bytes(hostile, tmp_path):
    """Another process with other hash seeds writes every file byte for byte the same."""
    code = (
        "import fault_samples, report_samples, sys, pathlib; from lightwork import report; faults ="
        "fault_samples.hostile(report_samples.HOSTILE[0]);"
        "report.render(*report_samples.hostile(), pathlib.Path(sys.argv[1]), faults)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=environment)
    names = sorted(path.name for path in hostile.iterdir())
    assert names == sorted(path.name for path in tmp_path.iterdir())
    assert [name for name in names if (hostile / name).read_bytes() != (tmp_path / name).read_bytes()] == []


def test_files_of_a_report(out):
    """The folder holds the page, the summary, the rounds, a chart per study as SVG and PNG, and their list alone."""
    assert {path.name for path in out.iterdir()} == {
        "index.html", "summary.md", "rounds.csv", "speedup-csv-to-db-files-48.svg", "speedup-csv-to-db-files-48.png",
        "speedup-sleep-io.svg", "speedup-sleep-io.png",
        "speedup-db-insert-rows-12.svg", "speedup-db-insert-rows-12.png", ".lightwork-report",
    }  # fmt: skip
    assert (out / "speedup-sleep-io.png").read_bytes().startswith(b"\x89PNG")


def test_hostile_names_stay_text(hostile):
    """No name of an item becomes an element, an attribute or a control character of the page."""
    text = (hostile / "index.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert {"b", "img"}.isdisjoint({tag for tag, _ in page.elements})
    assert [attributes for tag, attributes in page.elements if tag == "script" and "type" not in attributes] == [{}]
    assert not [key for _, attributes in page.elements for key in attributes if key.startswith("on")]
    assert set(text) & {"\x1b", "\u202e", "\udcff"} == set()
    titles = page.text("title")
    assert all(plain(name)[:20] in titles for name in samples.HOSTILE)


@pytest.mark.matrix
def test_hostile_names_stay_text_in_the_charts(tmp_path):
    """A strategy's name is drawn as it stands: neither mathematics nor markup nor dropped for its underscore."""
    maker = samples.Maker()
    made = [replace(setting, strategy="_a$x$</text><b>") for setting in samples.settings((2,), {"strategy": "map"})]
    results = samples.results(samples.study(maker, "odd", [5 * samples.MS] * 4, made))
    page = Page(report.render(results, maker.ledgers, tmp_path).read_text(encoding="utf-8"))
    assert "b" not in {tag for tag, _ in page.elements}
    assert page.text("text").count("_a$x$</text><b>") == 5  # three legends, and over losses and wall times


def test_csv_has_every_round(sample, out):
    """rounds.csv has one row per round; a failed one keeps its outcome and reason and has no time."""
    rows = list(csv.DictReader(io.StringIO((out / "rounds.csv").read_text(encoding="utf-8"))))
    rounds = [found for study in sample[0].studies for cell in study.cells for found in cell.rounds]
    failed = [row for row in rows if row["outcome"] != "ok"]
    assert len(rows) == len(rounds)
    assert len(failed) == 4
    assert {row["wall_s"] for row in failed} == {""}
    assert all(row["reason"] for row in failed)
    assert [float(row["wall_s"]) for row in rows if row["wall_s"]] == [one.wall_ns / 1e9 for one in rounds if one.ok]


def test_csv_runs_no_formula(hostile):
    """No text in rounds.csv begins as a spreadsheet's formula does, and each round stays on one line."""
    text = (hostile / "rounds.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text)))
    fields = [field for row in rows for field in row if not re.fullmatch(r"-?[\d.e+-]+", field)]
    assert len(rows) == len(text.splitlines())
    assert "'=cmd|' /C calc'!A0" in fields
    assert not [field for field in fields if field.lstrip().startswith(("=", "+", "-", "@"))]


@pytest.mark.matrix
def test_study_without_a_serial_round(sample, tmp_path):
    """A study whose reference failed is listed with the reason, and the others are not lost with it."""
    results, ledgers = sample
    broken = results.studies[2]
    died = tuple(
        replace(found, outcome=Outcome.DIED, reason="out of memory", t0_ns=None, t1_ns=None)
        for found in broken.serial.rounds
    )
    cells = tuple(replace(cell, rounds=died) if cell.cell_id == SERIAL else cell for cell in broken.cells)
    results = replace(results, studies=(results.studies[0], replace(broken, cells=cells)))
    text = Page(report.render(results, ledgers, tmp_path).read_text(encoding="utf-8")).text()
    assert "out of memory" in text
    assert "Use 4 workers" in text


@pytest.mark.matrix
def test_old_results_without_ledgers(sample, tmp_path):
    """Results whose ledgers are gone render without timelines, and the page says so."""
    small = samples.results(sample[0].studies[2])
    page = Page(report.render(small, {}, tmp_path).read_text(encoding="utf-8"))
    assert "Where the time went" not in page.text("h3")
    assert "timelines: these results have no ledgers" in page.text("li")


@pytest.mark.matrix
@pytest.mark.parametrize("with_ledgers", [True, *in_matrix((False,))])
def test_results_of_the_first_format(sample, tmp_path, with_ledgers):
    """Results that know no usage, memory, probe or losses render, and the page says what is missing."""
    results, ledgers = sample
    old = samples.old(samples.results(results.studies[0]))
    page = Page(report.render(old, ledgers if with_ledgers else {}, tmp_path).read_text())
    missing = page.text("li")
    for words in ("bytes read and written.", "memory.", "bytes pickled", "what other programs took", "CPU time stolen"):
        assert f"csv_to_db[files=48]: {words}" in missing
    assert ("how long each item takes: there is no serial ledger" in missing) is not with_ledgers
    assert ("Where the speedup went" in page.text("h3")) is with_ledgers
    assert ("Efficiency factors" in page.text("summary")) is with_ledgers
    assert "What each setting used" not in page.text("summary")
    assert page.text("p").count("Memory was not sampled") == 1
    assert page.open == []


def test_what_was_measured_is_no_gap(page):
    """Memory and bytes are not called unmeasured where rounds have them."""
    for words in (": memory.", "bytes read", "bytes pickled", "what other programs took", "Peak memory"):
        assert words not in page.text("li")


def test_two_waterfalls_and_a_bar_for_every_setting(out):
    """The cell that stands out and the slowest one have waterfalls, and every cell that may be compared has its bar."""
    text = (out / "index.html").read_text(encoding="utf-8")
    first = text[text.index('<details class="study"') : text.index('<details class="study"', text.index("</details>"))]
    assert first.count('<figure class="waterfall"') == 2
    assert "Recommended: imap_unordered, 4 workers, chunksize 1, largest first" in first
    [bars] = re.findall(r'aria-labelledby="[^"]*-losses-title".*?</svg>', first, flags=re.DOTALL)
    assert bars.count("<title>") == 11


def test_waterfalls_caption_is_the_largest_loss(sample, page):
    """The caption of a waterfall says the cell's largest loss and its lever in the plan's own words."""
    one = judge(*sample)[0]
    words = loss_and_remedy(
        largest_loss(one.scaling, one.recommendation.chosen.cell, one.losses[one.recommendation.chosen.cell.cell_id])
    )
    assert words[1:] in page.text("span")


@pytest.mark.matrix
def test_disturbed_rounds_are_seen_and_counted(sample, tmp_path):
    """A round left out is a hollow dot, is counted at its cell, and is explained; without any nothing is said of it."""
    results, ledgers = sample
    undisturbed, spoiled = (
        report.render(samples.results(study), ledgers, tmp_path / study.workload).read_text(encoding="utf-8")
        for study in (results.studies[0], results.studies[1])
    )
    for words in (
        "hollow if excluded",
        "<small>1 of 6 rounds excluded</small>",
        "; 1 of 6 rounds excluded",
    ):
        assert words in spoiled
        assert words not in undisturbed
    [walls] = re.findall(r'aria-labelledby="[^"]*-walls-title".*?</svg>', spoiled, flags=re.DOTALL)
    assert len(re.findall(r"<(?:path|use)[^>]*fill: none; stroke: var\(--series", walls)) > 0
    assert "10 % of the machine" in spoiled


@pytest.mark.matrix
def test_sixty_cells_stay_small(tmp_path):
    """A study of 60 cells with all its pictures stays under 2 MB."""
    maker = samples.Maker()
    names = ("map", "fork", "queue", "pool", "pipe")
    kinds = [{"strategy": name, "chunksize": size} for name in names for size in (1, 4, 9)]
    made = samples.settings((2, 4, 8, 16), *kinds)[:58]
    study = samples.study(maker, "sixty", [3 * samples.MS] * 1900, made, blocks=5)
    assert len(study.cells) == 60
    text = report.render(samples.results(study), maker.ledgers, tmp_path).read_text(encoding="utf-8")
    assert len(text.encode()) < 2_000_000


def test_unfinished_study_says_so(sample, tmp_path):
    """A study that was interrupted tells it beside its blocks and under what was not measured."""
    study = replace(sample[0].studies[2], finished=False)
    text = Page(report.render(samples.results(study), {}, tmp_path).read_text(encoding="utf-8")).text()
    assert "6 blocks, not finished" in text
    assert "db_insert[rows=12]: the study did not finish" in text


@pytest.mark.matrix
def test_one_block_cannot_tell(sample, tmp_path):
    """One block carries no interval: the page says that it cannot tell, and shows points as such."""
    study = sample[0].studies[0]
    cells = tuple(replace(cell, rounds=cell.rounds[:1]) for cell in study.cells)
    text = Page(report.render(samples.results(replace(study, cells=cells)), {}, tmp_path).read_text()).text()
    assert "cannot tell" in text
    assert "no interval" in text


@pytest.mark.matrix
def test_equal_labels_get_files_of_their_own(sample, tmp_path):
    """Two studies whose labels differ only in signs do not overwrite each other's chart."""
    study = sample[0].studies[2]
    results = samples.results(replace(study, label="a b"), replace(study, label="a/b"))
    report.render(results, {}, tmp_path)
    assert (tmp_path / "speedup-a-b.svg").exists()
    assert (tmp_path / "speedup-a-b-2.svg").exists()


def test_verdicts_for_a_terminal(sample):
    """Each study's line is its label and its sentence, with no control character."""
    lines = report.verdicts(sample[0])
    assert lines[0].startswith("csv_to_db[files=48]: Use 4 workers, imap_unordered")
    assert all(line.isprintable() for line in report.verdicts(samples.hostile()[0]))


def test_write_is_whole_or_not_at_all(tmp_path, monkeypatch):
    """A write that fails leaves the old file as it was, and no temporary one."""
    path = atomic.write_atomically(tmp_path / "index.html", b"old")

    def fail(_self, _target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        atomic.write_atomically(path, b"new")
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("index.html", b"old")]


@pytest.mark.timing
def test_hundred_cells_stay_quick_and_small(tmp_path):
    """100 cells of 10 rounds take under 10 s of CPU time and give a page under 2 MB."""
    maker = samples.Maker()
    kinds = [
        {"strategy": name, "chunksize": size}
        for name in ("map", "fork", "queue", "pipe", "pool")
        for size in (1, 4, 8, 16, 32)
    ]
    made = samples.settings((2, 4, 8, 16), *kinds)
    study = samples.study(maker, "large", [3 * samples.MS] * 1900, made[:98], blocks=10)
    assert len(study.cells) == 100
    started = time.process_time()
    path = report.render(samples.results(study), maker.ledgers, tmp_path)
    assert time.process_time() - started < 10
    assert path.stat().st_size < 2_000_000
    assert (
        len([cell for cell in study.cells if cell.cell_id not in {SERIAL, SERIAL_AGAIN}])
        == path.read_text().count('<span class="figure">') - 1
    )


@pytest.mark.timing
def test_many_studies_share_the_room_for_items(tmp_path):
    """A page of a dozen studies sums up what a page of one draws item by item, and stays under 2 MB."""
    maker = samples.Maker()
    made = samples.settings((2, 4), {"strategy": "map"})
    studies = [samples.study(maker, f"s{place}", [3 * samples.MS] * 1900, made, blocks=3) for place in range(12)]
    many = report.render(samples.results(*studies), maker.ledgers, tmp_path / "many").read_text()
    one = report.render(samples.results(studies[0]), maker.ledgers, tmp_path / "one").read_text()
    assert len(many) < 2_000_000
    assert "t-busy" not in re.sub(r"(?s)<style>.*?</style>", "", one)
    assert 'class="t-busy-4"' in many


@pytest.mark.matrix
def test_pictures_of_an_older_run_do_not_stay_beside_the_page(sample, tmp_path):
    """A report of another run in the same folder takes its own old files away, and touches nobody else's."""
    study = sample[0].studies[2]
    (tmp_path / "speedup-notes.svg").write_text("mine")
    report.render(samples.results(replace(study, label="old")), {}, tmp_path)
    assert (tmp_path / "speedup-old.svg").exists()
    report.render(samples.results(study), {}, tmp_path)
    assert {path.name for path in tmp_path.glob("*.svg")} == {"speedup-db-insert-rows-12.svg", "speedup-notes.svg"}
    assert (tmp_path / "index.html").exists()


def test_what_is_no_file_is_written_to_and_stays(tmp_path):
    """A pipe in a file's place gets the content, and a link leads to the file that is replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    atomic.write_atomically(pipe, b"content")
    assert os.read(reader, 100) == b"content"
    os.close(reader)
    assert pipe.is_fifo()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert atomic.write_atomically(tmp_path / "link", b"content") == tmp_path / "link"
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"content"
