"""The matrix as a table: on the terminal, in Markdown, JSON and on the page, the same cases, hostile or not."""

import json
from dataclasses import replace

import pytest
from fault_samples import AGAIN, FOUND, KILLED, NEVER, RAISED, hostile
from report_samples import HOSTILE

from lightwork.cli import main
from lightwork.errors import UsageError
from lightwork.faults.fault import find
from lightwork.faults.saved import decode, load, text_of
from lightwork.faults.table import NOT_TRIED, details, entry, moment, table
from lightwork.render.table import Entry, markdown
from lightwork.report.faults import fault_section, finding


def test_a_case_in_words():
    """How it ended, when the caller knew, and what the ledger and the process table say beside it."""
    assert entry(KILLED).line == "HANGS, 2 not done"
    assert entry(RAISED).line == "raises, 54 ms, 4 not done"
    assert entry(AGAIN).line == "completes, 1 done twice, 2 processes left"
    assert entry(replace(AGAIN, redone=(), left_behind=1)).line == "completes, 2 begun again, 1 process left"
    assert entry(replace(RAISED, recovered=False)).line == "raises, 54 ms, 4 not done, not recovered"
    assert entry(NEVER).line == "can't happen"
    assert entry(None).line == "-"


def test_moments_are_no_finer_than_they_matter():
    """At once below 10 ms, then milliseconds, then seconds."""
    assert [moment(seconds) for seconds in (0.004, 0.0704, 1.234)] == ["at once", "70 ms", "1.2 s"]


def test_a_row_for_every_strategy_and_a_column_for_every_fault_recorded():
    """Faults that were not recorded have no column; a strategy without a case has a dash."""
    made = table(FOUND)
    assert [column.name for column in made.columns] == ["strategy", "SIGKILL", "killed idle"]
    assert [row[0].words for row in made.rows] == ["map", "static", "dask"]
    assert [row[2].words for row in made.rows] == ["-", "can't happen", "-"]
    assert any("joblib is not included: needs joblib" in note for note in made.notes)
    assert any("(3.0 s to 9.0 s)" in note for note in made.notes)
    assert any(
        "Resumed 1 interrupted round, running only what was not done: 1 then had all" in note for note in made.notes
    )


def test_notes_explain_only_what_the_table_holds():
    """Deadlines are explained where something hung, times where one is shown, items where they are counted."""
    raised = table(replace(FOUND, cases=(RAISED,)), brief=True).notes
    assert not any(note.startswith(("HANGS", "Items not done")) for note in raised)
    assert any(note.startswith("Time: ") for note in raised)
    assert not any(note.startswith("Time: ") for note in table(replace(FOUND, cases=(KILLED,))).notes)


def test_details_name_the_items():
    """Every case that struck has a line with its items by state and its exception."""
    lines = details(FOUND)
    assert lines[0] == "map, kill: HANGS, 2 not done; done 0-2, 5; running 3; never started 4; still running"
    assert "run again to recover 2-5" in lines[1]
    assert len(lines) == 3


def test_survives_its_journey_as_json():
    """What is saved is read back as it was."""
    assert decode(json.loads(text_of(FOUND))) == FOUND


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("ending", "explodes", r"ValidationError: .*cases\[0\]\.ending"),
        ("fault", "flood", "ValueError: unknown fault flood"),
        ("done", ["a"], r"ValidationError: .*cases\[0\]\.done"),
        ("knew_s", "1", r"ValidationError: .*cases\[0\]\.knew_s"),
        ("workers", None, r"ValidationError: .*cases\[0\]\.workers"),
    ],
)
def test_refuses_cases_that_can_not_be(name, value, why, tmp_path):
    """A field of another type or an unknown word is refused in one line that says where."""
    data = json.loads(text_of(FOUND))
    data["cases"][0][name] = value
    (tmp_path / "f.json").write_text(json.dumps(data))
    with pytest.raises(UsageError, match=rf"is not a saved faults file \({why}"):
        load(tmp_path / "f.json")


def test_the_page_says_first_what_matters():
    """The section's sentence names the strategies by how they end, and the cells carry a class."""
    section = fault_section(FOUND)
    (told,) = section.findings
    assert told == finding(FOUND.cases, find("kill"))
    assert "completes under dask; raises under static (after 54 ms to 54 ms); hangs forever under map." in told
    assert section.table.rows[0] == (Entry("map"), Entry("HANGS", details=("2 not done",), kind="bad"), NOT_TRIED)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_are_inert(name, tmp_path, capsys):
    """Names and errors from somebody else's file neither colour the terminal nor break a line or Markdown's table."""
    path = tmp_path / "f.json"
    path.write_text(text_of(hostile(name)), encoding="utf-8")
    assert main(["faults", "--from", str(path), "--details"]) == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    lines = markdown(table(load(path))).splitlines()
    assert all(line.count(" | ") == 1 for line in lines[:3])
    assert "<" not in "\n".join(lines).replace("\\<", "")


def test_the_command_refuses_what_it_can_not_do(capsys):
    """Unknown words, two things for one output, and several worker counts: one line, status 2."""
    for words_of in (
        ["--faults", "flood"], ["--strategies", "magic"], ["--on-crash", "pray"], ["--workers", "1,2"],
        ["--json", "-", "--md", "-"], ["--from", "nowhere.json"], ["--timeout", "soon"],
    ):  # fmt: skip
        assert main(["faults", *words_of]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
