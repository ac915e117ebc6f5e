"""lightwork compare: from saved files to a sentence, a table, Markdown, JSON and an exit status."""

import json
import os
from dataclasses import replace

import pytest
from made_up_runs import made_up, run_of, settings
from markdown_it import MarkdownIt
from report_samples import HOSTILE

from lightwork.cli import main
from lightwork.comparison.comparing import compare
from lightwork.comparison.gate import failures, parse
from lightwork.comparison.table import headline, markdown, table
from lightwork.core.setting import Setting
from lightwork.storage.results_json import KEY, encode

CELLS = settings(4)
FIRST = CELLS[0].cell_id


def save(path, found):
    """The run as pytest-benchmark's file carries it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({KEY: encode(found), "datetime": found.saved_at, "commit_info": {"id": "abc"}}))
    return str(path)


@pytest.fixture
def base(tmp_path):
    """A saved run."""
    return save(tmp_path / "base.json", run_of(made_up(CELLS, 1)))


@pytest.fixture
def slower(tmp_path):
    """The same with one cell that takes 15 % longer."""
    return save(tmp_path / "slower.json", run_of(made_up(CELLS, 2, changed={FIRST: 1.15})))


def test_passes_and_fails_by_its_exit_status(base, slower, capsys):
    """0 without a gate and where it passes, 1 where a condition fails; the first line is the answer."""
    assert main(["compare", base, slower]) == 0
    assert capsys.readouterr().out.startswith("1 of 4 settings slower, none faster, 3 undecided\n\nsetting ")
    assert main(["compare", base, slower, "--fail-if", "serial>1.1"]) == 0
    assert "undecided; the gate passes: serial>1.1\n" in capsys.readouterr().out
    assert main(["compare", base, slower, "--fail-if", "serial>1.1", "--fail-if", "speedup<0.95"]) == 1
    first, second = capsys.readouterr().out.splitlines()[:2]
    assert f"; the gate fails: speedup<0.95: made-up: {FIRST}: 0.8" in first
    assert second.startswith(f"  fails: speedup<0.95: made-up: {FIRST}: 0.8")


def test_a_missing_cell_fails_without_any_condition(base, tmp_path, capsys):
    """A cell that NEW lacks is exit 1 though nothing was asked."""
    assert main(["compare", base, save(tmp_path / "new.json", run_of(made_up(CELLS[:3], 2)))]) == 1
    assert f"  fails: made-up: {CELLS[3].cell_id} is missing in NEW" in capsys.readouterr().out


def test_other_machines_are_refused_unless_forced(base, tmp_path, capsys):
    """Another kind of machine is exit 2 and one line; by --force it is compared, and the table says so."""
    new = save(tmp_path / "new.json", run_of(made_up(CELLS, 2), usable_cpus=2.0))
    assert main(["compare", base, new]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "lightwork: BASE and NEW can't be compared: another kind of machine (usable CPUs: 8 and 2); "
        "--force compares them anyway\n"
    )
    assert main(["compare", base, new, "--force"]) == 0
    assert "Compared by force: another kind of machine (usable CPUs: 8 and 2)" in capsys.readouterr().out


def test_a_folder_stands_for_its_latest_run(tmp_path, capsys):
    """A folder as --benchmark-storage makes it is the run that was saved last in it; one without any is refused."""
    for name, run, seconds in (("0001_a.json", made_up(CELLS, 1), 1), ("0002_b.json", made_up(CELLS, 2), 2)):
        path = tmp_path / "base" / "Linux" / name
        save(path, run_of(run))
        os.utime(path, (seconds, seconds))
    assert main(["compare", str(tmp_path / "base"), str(path)]) == 2
    assert f"BASE and NEW are both {path}" in capsys.readouterr().err
    assert main(["compare", str(tmp_path / "base"), str(path.with_name("0001_a.json"))]) == 0
    (tmp_path / "empty").mkdir()
    assert main(["compare", str(tmp_path / "empty"), str(path)]) == 2


def test_a_wrong_expression_is_refused_before_anything_is_read(capsys):
    """A condition that nobody knows is exit 2, and lists those that there are."""
    assert main(["compare", "a.json", "b.json", "--fail-if", "speed<1"]) == 2
    assert "write one of 'speedup<0.95'" in capsys.readouterr().err
    assert main(["compare", "a.json", "b.json"]) == 2
    assert "a.json can't be read" in capsys.readouterr().err


def test_a_path_made_to_break_out_of_a_terminal_stays_text(tmp_path, capsys):
    """The name of one run given twice is told in plain text."""
    path = save(tmp_path / "a\x1b[31m.json", run_of(made_up(CELLS, 1)))
    assert main(["compare", path, path]) == 2
    assert "a\\x1b[31m.json: name two runs" in capsys.readouterr().err


def test_a_study_without_a_serial_cell_ends_in_a_sentence(tmp_path, capsys):
    """A study that has no serial cell at all is compared to no word, and says why."""
    paths = []
    for seed in (1, 2):
        whole = made_up(CELLS, seed)
        cells = tuple(one for one in whole.cells if not one.cell_id.startswith("serial"))
        paths.append(save(tmp_path / f"{seed}.json", run_of(replace(whole, cells=cells))))
    assert main(["compare", *paths]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("None of 4 settings slower, none faster, 4 undecided")
    assert "no serial" in printed


def test_json_says_the_same_as_the_table(base, slower, tmp_path, capsys):
    """Every cell stands in the JSON with its ratios and word; unknown figures are null, never NaN."""
    out = tmp_path / "out.json"
    assert main(["compare", base, slower, "--fail-if", "speedup<0.95", "--json", str(out)]) == 1
    printed = capsys.readouterr().out

    def refuse(word):
        raise AssertionError(word)

    found = json.loads(out.read_text(), parse_constant=refuse)
    assert (found["kind"], found["schema"], found["fails"]) == ("lightwork comparison", 1, True)
    assert found["sentence"] == printed.splitlines()[0]
    assert [one["condition"] for one in found["failures"]] == found["conditions"] == ["speedup<0.95"]
    assert (found["base"]["commit"], found["studies"][0]["equal_cpu_speed"]) == ({"id": "abc"}, False)
    for one in found["cells"]:
        (row,) = [line for line in printed.splitlines() if line.startswith(f"made-up: {one['cell_id']} ")]
        ratio = one["speed_ratio"] if one["cell_id"] == "serial" else one["speedup_ratio"]
        assert f" {ratio['point']:.2f}x ({ratio['low']:.2f}-{ratio['high']:.2f}) " in row
        assert f" {one['word']} " in row
    twinless = replace(
        made_up(CELLS, 2), cells=tuple(c for c in made_up(CELLS, 2).cells if c.cell_id != "serial-again")
    )
    assert main(["compare", base, save(tmp_path / "t.json", run_of(twinless)), "--json", "-"]) == 1
    assert json.loads(capsys.readouterr().out, parse_constant=refuse)["cells"][0]["noise_floor"] is None


def test_markdown_is_for_a_pull_request(base, slower, tmp_path, capsys):
    """The answer first, then what fails, then the table with what changed before what did not."""
    out = tmp_path / "out.md"
    assert main(["compare", base, slower, "--fail-if", "speedup<0.95", "--md", str(out)]) == 1
    lines = out.read_text().splitlines()
    assert lines[0].startswith("**1 of 4 settings slower, none faster, 3 undecided; the gate fails: speedup")
    rows = [line for line in lines if line.startswith("| made-up")]
    assert FIRST.split("-", maxsplit=1)[0] in rows[0]
    assert "| slower |" in rows[0]
    assert len(rows) == 5
    capsys.readouterr()
    assert main(["compare", base, slower, "--md", "-"]) == 0
    assert capsys.readouterr().out.startswith("**1 of 4")


@pytest.mark.matrix
def test_markdown_stays_under_60_lines():
    """Whatever is compared and fails: 100 cells, of which many are missing, slower, new or broken."""
    many = [Setting("map", workers) for workers in range(2, 102)]
    studies = [made_up(many[5:70], 1, label=f"study {place}") for place in range(6)]
    slow = {one.cell_id: 1.5 for one in many[:40]}
    others = [made_up(many[:60], 2, label=f"study {place}", changed=slow) for place in range(5)]
    base, new = run_of(*studies), run_of(*others, kernel="other", python="3.13.0")
    conditions = [parse("speedup<0.95"), parse("wall>1.05")]
    found = compare(base, new)
    made = markdown(found, failures(found, conditions), conditions)
    assert 50 < len(made.splitlines()) < 60
    assert "more rows" in made
    assert made.count("| slower |") > 20
    assert "and " in made.splitlines()[10]


def test_the_sentence_counts_serial_by_itself():
    """What slows everything is said of serial, and no cell is counted."""
    found = compare(run_of(made_up(CELLS, 1)), run_of(made_up(CELLS, 2, times=1.2)))
    told = "None of 4 settings slower, none faster, 4 undecided; serial itself slower in 1 of 1 study"
    assert headline(found, [], []) == told


def test_a_gate_that_could_not_fail_says_so():
    """With three blocks no cell has an interval: the gate passes, and the sentence says what that is worth."""
    found = compare(run_of(made_up(CELLS, 1, blocks=3)), run_of(made_up(CELLS, 2, blocks=3)))
    told = headline(found, [], [parse("speedup<0.95")])
    assert told.endswith("the gate passes: speedup<0.95, but 4 of 4 settings could not have failed")
    assert any("measure both runs with --blocks 10 or more" in note for note in table(found).notes)


def test_nothing_in_common_is_said(tmp_path, base, capsys):
    """Two runs without a common study: the missing one fails, and there is no table."""
    assert main(["compare", base, save(tmp_path / "new.json", run_of(made_up(CELLS, 2, label="other")))]) == 1
    assert capsys.readouterr().out.startswith(
        "No parallel setting is in both runs; the gate fails: study made-up is missing"
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_inert(tmp_path, capsys, name):
    """A label made to break out of a terminal or a page stays text in both."""
    base = save(tmp_path / "a.json", run_of(made_up(CELLS, 1, label=name), made_up(CELLS, 1, label=name + "2")))
    new = save(tmp_path / "b.json", run_of(made_up(CELLS[1:], 2, label=name), kernel=name))
    assert main(["compare", base, new, "--md", str(tmp_path / "out.md")]) == 1
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    made = (tmp_path / "out.md").read_text()
    html = MarkdownIt("commonmark").enable("table").render(made)
    assert "<script" not in html
    assert "<b>" not in html
    assert "<a " not in html
    assert "\x1b" not in made
    assert {row.count("<td>") for row in html.split("<tr>")[2:]} == {7}
