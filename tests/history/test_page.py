"""A written history: a page, Markdown, CSV and pictures that say the same of every run, however many there are."""

import csv
import io
import json
import re
from dataclasses import replace

import history_samples as samples
import pytest
from history_samples import write
from markdown_it import MarkdownIt
from registered import in_matrix

from lightwork import history, report
from lightwork.cli import main
from lightwork.history.changes import changes, gaps, sentence
from lightwork.history.csv import COLUMNS, as_csv
from lightwork.history.line import lines_of
from lightwork.history.markdown import as_markdown
from lightwork.history.notes import notes
from lightwork.history.picture import speedup_picture, times_picture
from lightwork.render import svg
from lightwork.render.csv import STARTS_FORMULA

MAKERS = {"eventful": samples.eventful, "many": lambda: samples.many(60), "hostile": samples.hostile}


@pytest.fixture(params=["eventful", "hostile", *in_matrix(("many",))])
def runs(request):
    """Runs in which everything happens; many; or ones whose every name is hostile."""
    return samples.runs(*MAKERS[request.param]())


def sheet(lines):
    """The CSV, read back."""
    return list(csv.DictReader(io.StringIO(as_csv(lines))))


def test_csv_has_a_row_for_every_run_and_study(runs):
    """No run is dropped, whatever it found; its figures are those of the line, to the last digit."""
    lines = lines_of(runs)
    read = sheet(lines)
    assert len(read) == len(runs) * len(lines)
    assert tuple(read[0]) == COLUMNS
    points = [(line, point) for line in lines for point in line.points]
    for row, (line, point) in zip(read, points, strict=True):
        speedup = line.speedup(point)
        ends = [row["speedup"], row["speedup_low"], row["speedup_high"]]
        assert ends == ([str(end) for end in (speedup.point, speedup.low, speedup.high)] if speedup else [""] * 3)
        assert row["verdict"] == point.word


def test_a_ring_stands_in_a_gap_where_the_speedup_is_all_gone():
    """A collapse that leaves nothing to recommend is ringed at its height, and the legend says of which setting."""
    gone = samples.study({2: 1.0, 4: 1.001, 8: 0.999})
    (line,) = lines_of(samples.runs(samples.results(samples.study()), samples.results(gone, day=1)))
    with svg.style():
        figure = speedup_picture(line)
    (change,) = changes(line)
    offsets = [tuple(one) for drawn in figure.axes[0].collections for one in drawn.get_offsets().tolist()]
    assert (1.0, change.speedup.point) in offsets
    words = [text.get_text() for text in figure.texts]
    assert any("in gaps, of the last setting" in word for word in words)


def test_runs_of_one_commit_are_told_apart_everywhere():
    """On the axis, in the Markdown, in the CSV and in the sentence each run of a commit measured twice has its name."""
    first = samples.results(samples.study({4: 2.0}), commit="35ec6fe" * 5)
    found = samples.runs(first, replace(first, studies=(samples.study(),), saved_at="2026-01-05T11:07:00"))
    lines, names = lines_of(found), ["35ec6fe 10:00", "35ec6fe 11:07"]
    with svg.style():
        _, lower = speedup_picture(lines[0]).axes
    assert [label.get_text() for label in lower.get_xticklabels()] == names
    assert [row["run"] for row in sheet(lines)] == names
    assert all(f"| {name}, " in as_markdown(found, lines, []) for name in names)
    assert f"at {names[1]} (2026-01-05)" in sentence(lines[0])


def test_csv_says_where_another_request_breaks_the_line():
    """A run that did not measure the setting recommended before can't be compared with it, and its row says so."""
    found = [samples.results(samples.study(one), day=day) for day, one in enumerate(({8: 6.1}, {4: 2.9}))]
    first, second = sheet(lines_of(samples.runs(*found)))
    assert (first["not_comparable"], second["not_comparable"][:30]) == ("", "8 workers were not measured at")


def stretched(run, low, high):
    """The run with these ends of its serial time's interval, as parts of the time."""
    (standing,) = run.standings.values()
    serial = standing.serial_s
    serial = replace(serial, low=low * serial.point, high=high * serial.point)
    return replace(run, standings={"load": replace(standing, serial_s=serial)})


@pytest.mark.parametrize(("low", "scale"), [(0.9, "linear"), (0.01, "log")])
def test_the_axis_of_times_holds_every_error_bar(low, scale):
    """However far an interval reaches, up or down, from 0 or logarithmic, no end of it is clipped."""
    (run,) = samples.runs(samples.results(samples.study()))
    (line,) = lines_of([stretched(run, low, 1.5)])
    with svg.style():
        (axes,) = times_picture(line).axes
    least, most = axes.get_ylim()
    assert axes.get_yscale() == scale
    assert least < low * line.points[0].standing.serial_s.point
    assert most > 1.5 * line.points[0].standing.serial_s.point


def test_csv_runs_as_no_formula(runs):
    """No field begins as a spreadsheet's formula does, but for numbers."""
    for row in sheet(lines_of(runs)):
        for value in row.values():
            assert not value.startswith(STARTS_FORMULA) or float(value) is not None


def test_csv_names_what_changed_where_it_changed():
    """A change stands in the row of its run."""
    lines = lines_of(samples.runs(*samples.eventful()))
    for line in lines:
        rows = [row for row in sheet(lines) if row["study"] == line.label]
        told = {place: row["changed"] for place, row in enumerate(rows) if row["changed"]}
        assert told.keys() == {change.place for change in changes(line)}


def test_memo_is_short_and_inert(runs):
    """Under 60 lines, and Markdown that holds nothing but tables, lists and headings, whatever the names are."""
    written = as_markdown(runs, lines_of(runs), notes(runs))
    assert len(written.splitlines()) < 60
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(written)
    assert not re.findall(r"<(?!/?(?:h[12]|p|ul|li|table|thead|tbody|tr|t[hd]|strong)\b)[^>]*>", html)


def test_the_page_holds_every_word_of_the_terminal(runs, tmp_path):
    """What stands on the terminal stands on the page, escaped; nothing of it is markup, and one script is our own."""
    page = history.render(runs, tmp_path).read_text()
    text = page.split("</style>", 1)[1]
    assert text.count("<script") == 1
    assert "<img" not in text
    for line in lines_of(runs):
        assert str(svg.escape(sentence(line))) in text
        assert str(svg.escape(gaps(line))) in text


@pytest.mark.matrix
def test_a_report_in_the_same_folder_stays(tmp_path):
    """A history beside a report of one run leaves that as it is."""
    one = samples.results(samples.study())
    index = report.render(one, {}, tmp_path)
    kept = index.read_bytes()
    assert history.render(samples.runs(*samples.eventful()), tmp_path).name == "history.html"
    assert index.read_bytes() == kept
    names = {path.name for path in tmp_path.iterdir()}
    expected = {"history.md", "history.csv", "history-load.svg", "history-load.png", "history-insert.svg"}
    assert expected | {"index.html", "summary.md", "rounds.csv"} <= names


@pytest.mark.matrix
def test_the_same_runs_give_the_same_bytes(runs, tmp_path):
    """Nothing of a written history depends on when it is written."""
    written = [history.render(runs, tmp_path / name).parent for name in ("one", "two")]
    one, two = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in written)
    assert one == two


@pytest.mark.parametrize("count", [1, 2, 7, *in_matrix((30,), (200,))])
def test_the_axis_names_as_many_runs_as_fit(count):
    """Of few runs each is named, of many some, and the latest always."""
    runs = samples.runs(*samples.many(count))
    (line,) = lines_of(runs)
    with svg.style():
        upper, lower = speedup_picture(line).axes
    names = [label.get_text() for label in lower.get_xticklabels()]
    assert names[-1] == runs[-1].name
    assert len(names) == min(count, len(names)) <= 24
    assert count > 24 or names == [run.name for run in runs]
    assert upper.get_xlim() == lower.get_xlim()


def test_the_picture_draws_each_run_where_it_stands():
    """A point for every run with a speedup at its place and height; a word for every gap; a ring for every change."""
    (line, _) = lines_of(samples.runs(*samples.eventful()))
    with svg.style():
        upper, _ = speedup_picture(line).axes
    drawn = {
        (round(x), round(y, 6))
        for container in upper.containers if hasattr(container, "has_yerr")
        for x, y in zip(*container.lines[0].get_data(), strict=True)
    }  # fmt: skip
    known = [(place, line.speedup(point)) for place, point in enumerate(line.points)]
    assert drawn == {(place, round(found.point, 6)) for place, found in known if found}
    assert [text.get_text() for text in upper.texts] == ["cannot tell", "not measured"]


@pytest.fixture
def files(tmp_path):
    """The eventful history as files."""
    return [str(write(tmp_path / f"{place}.json", one)) for place, one in enumerate(samples.eventful())]


def test_report_takes_several_runs(files, tmp_path, capsys):
    """`lightwork report FILE FILE ...` writes the history and prints what changed, a line per study."""
    assert main(["report", *files, "--out", str(tmp_path / "out")]) == 0
    first, second, where = capsys.readouterr().out.splitlines()
    assert first.startswith("load: Recommended workers 2 \N{RIGHTWARDS ARROW} 4")
    assert second.startswith("insert: Recommended serial")
    assert where == f"history of 9 runs: {tmp_path / 'out' / 'history.html'}"
    assert not (tmp_path / "out" / "index.html").exists()


@pytest.mark.matrix
def test_report_refuses_to_mix_machines(files, tmp_path, capsys):
    """Two kinds of machines: exit 2 with one line, and nothing written; --any-machine draws them, unjoined."""
    foreign = samples.results(samples.study(), day=30, machine={"logical_cpus": 64})
    named = [*files, str(write(tmp_path / "z.json", foreign))]
    assert main(["report", *named, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert "logical CPUs: 8 and 64" in told.err
    assert not (tmp_path / "out").exists()
    assert main(["report", *named, "--any-machine", "--out", str(tmp_path / "out")]) == 0
    page = (tmp_path / "out" / "history.html").read_text()
    assert "another kind of machine, logical CPUs: 8 and 64" in page


def test_report_refuses_what_is_no_run_among_several(files, tmp_path, capsys):
    """A file that is none of ours is named, and nothing is written."""
    (tmp_path / "other.json").write_text(json.dumps({"benchmarks": []}))
    assert main(["report", *files, str(tmp_path / "other.json"), "--out", str(tmp_path / "out")]) == 2
    assert "other.json has no lightwork results" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", [("--faults", "faults.json"), ("--plan", "plan.json"), ("--figures",)])
def test_report_refuses_what_is_of_one_run_with_several(files, option, capsys):
    """Faults, plans and all pictures are for the report of one run."""
    assert main(["report", *files, *option]) == 2
    assert "--faults, --plan and --figures work with one run only" in capsys.readouterr().err


@pytest.mark.matrix
def test_an_out_that_is_no_folder_is_one_line(files, tmp_path, capsys):
    """A file where the folder should be is told in one line, and left as it is."""
    (tmp_path / "taken").write_text("mine")
    assert main(["report", *files, "--out", str(tmp_path / "taken")]) == 2
    assert "choose another with --out" in capsys.readouterr().err
    assert (tmp_path / "taken").read_text() == "mine"
