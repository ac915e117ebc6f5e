"""What becomes of a shared state when something dies: real workers, really killed; the table of it, and its journey."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fault_samples import FOUND
from rounds import nothing_left_behind

from lightwork.cli import main
from lightwork.errors import UsageError
from lightwork.faults.outcome import Ending
from lightwork.faults.saved import Faults, decode, load, text_of
from lightwork.faults.sharing.accidents import ACCIDENTS, METHODS
from lightwork.faults.sharing.matrix import SharingRequest, case
from lightwork.faults.sharing.outcome import SharedCase, Worth, worth_of
from lightwork.faults.sharing.table import shared_entry, shared_table
from lightwork.launch.workdir import open_workdir
from lightwork.report.faults import fault_section, shared_finding

ADDING, HALF_WAY, KEEPER = ACCIDENTS
HANGS_AFTER_S, GIVEN_UP_AFTER_S = 4.0, 60.0  # only what is known to hang has its deadline waited for
LOCKED = ("value_lock", "shared_memory_lock", "shared_memory_shards")
HANGS = {
    *((name, accident) for name in LOCKED for accident in (ADDING, HALF_WAY)),
    *(("queue_to_owner", accident) for accident in ACCIDENTS),
    ("pipe_to_owner", ADDING), ("pipe_to_owner", HALF_WAY), ("manager", ADDING),
}  # fmt: skip
WORTH = {
    ("merge", ADDING): Worth.NOTHING,
    ("unlocked", ADDING): Worth.WHOLE,
    ("unlocked", HALF_WAY): Worth.HALF,
    ("sqlite", ADDING): Worth.WHOLE,
    ("sqlite", HALF_WAY): Worth.WHOLE,
    ("pipe_to_owner", KEEPER): Worth.GONE,
    ("manager", KEEPER): Worth.GONE,
    ("shared_memory_lock", HALF_WAY): Worth.HALF,
    ("shared_memory_shards", HALF_WAY): Worth.HALF,
}
SHOWN = {("shared_memory_lock", HALF_WAY)}  # of what hangs; all else is quick
CELLS = [
    pytest.param(name, accident, marks=pytest.mark.matrix if (name, accident) in HANGS - SHOWN else ())
    for name in METHODS
    for accident in ACCIDENTS
    if name in ACCIDENTS[accident].happens
]
HELD = SharedCase("value_lock", ADDING, "static", 2, Ending.HANGS, error="still running", deadline_s=3.0)
TORN = SharedCase(
    "unlocked", HALF_WAY, "static", 2, Ending.RAISES, Worth.HALF, "EOFError: ", 0.05, unfinished=5, deadline_s=3.0
)
SHARED = replace(FOUND, shared=(HELD, TORN), shared_left_out={"sqlite": "it fails without any accident"})


def recorded(folder: Path, name: str, accident: str) -> SharedCase:
    """The case of this method under this accident."""
    allowed_s = HANGS_AFTER_S if (name, accident) in HANGS else GIVEN_UP_AFTER_S
    with open_workdir(folder) as workdir:
        return case(name, ACCIDENTS[accident], SharingRequest([name], [ACCIDENTS[accident]]), workdir, allowed_s)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(("name", "accident"), CELLS)
def test_how_each_method_takes_each_accident(tmp_path: Path, name: str, accident: str) -> None:
    """A lock that dies with its holder hangs the others; half an update stays, except a transaction's."""
    with nothing_left_behind():
        outcome = recorded(tmp_path, name, accident)
    assert outcome.ending is (Ending.HANGS if (name, accident) in HANGS else Ending.RAISES)
    assert outcome.worth is WORTH.get((name, accident), outcome.worth)
    assert outcome.left_behind == outcome.blocks_left == 0
    assert (outcome.knew_s is None) == ((name, accident) in HANGS)


def test_what_has_no_keeper_can_not_lose_it(tmp_path: Path) -> None:
    """Where the accident can't happen no round is run."""
    assert recorded(tmp_path, "merge", KEEPER).ending is Ending.NEVER


@pytest.mark.parametrize(
    ("counts", "worth", "unfinished"),
    [
        ([[3, 3, 3], [2, 2, 2]], Worth.WHOLE, 0),
        ([[4, 4, 4], [2, 2, 2]], Worth.WHOLE, 1),
        ([[2, 2, 2], [2, 2, 2]], Worth.LOST, 0),
        ([[4, 3, 3], [2, 2, 2]], Worth.HALF, 0),
        (None, Worth.GONE, 0),
    ],
)
def test_what_a_state_is_worth(counts: list[list[int]] | None, worth: Worth, unfinished: int) -> None:
    """Of five updates that were done: all and whole, more than those, too few, one in part, or none to be had."""
    assert worth_of(counts, sent=5) == (worth, unfinished)


def test_a_case_in_words() -> None:
    """How it ended, when the caller knew, what the state is worth, and what was left."""
    assert shared_entry(HELD).line == "HANGS"
    assert shared_entry(TORN).line == "raises, 50 ms, HALF-WRITTEN, 5 updates of unfinished items"
    assert shared_entry(TORN, brief=True).line == "raises, 50 ms, HALF-WRITTEN"
    assert shared_entry(replace(TORN, unfinished=0, blocks_left=1)).line == "raises, 50 ms, HALF-WRITTEN, 1 block left"
    assert shared_entry(replace(HELD, ending=Ending.LOSES, worth=Worth.LOST)).line == "WRONG STATE, UPDATES LOST"
    assert shared_entry(None).line == "-"


def test_notes_explain_only_what_the_table_holds() -> None:
    """Locks are explained where something hung, half updates where there is one."""
    notes = shared_table(SHARED).notes
    assert any(note.startswith("A lock is not given back") for note in notes)
    assert any(note.startswith("HALF-WRITTEN: ") for note in notes)
    assert any("sqlite is not included: it fails without any accident" in note for note in notes)
    raised = shared_table(replace(SHARED, shared=(replace(TORN, worth=Worth.WHOLE),))).notes
    assert not any(note.startswith(("A lock", "HANGS", "HALF-WRITTEN")) for note in raised)


def test_survives_its_journey_as_json() -> None:
    """What is saved is read back as it was, with the strategies' table or without."""
    for run in (SHARED, replace(SHARED, cases=())):
        assert decode(json.loads(text_of(run))) == run


def test_a_file_from_before_there_were_methods_is_read() -> None:
    """A saved run without shared state is the strategies' table alone."""
    data = json.loads(text_of(FOUND))
    del data["shared"], data["shared_left_out"]
    assert decode(data) == FOUND


@pytest.mark.parametrize(("name", "value"), [("ending", "explodes"), ("accident", "flood"), ("worth", 3)])
def test_refuses_cases_that_can_not_be(name: str, value: object, tmp_path: Path) -> None:
    """An unknown word or a field of another type is refused in one line."""
    data = json.loads(text_of(SHARED))
    data["shared"][0][name] = value
    (tmp_path / "f.json").write_text(json.dumps(data))
    with pytest.raises(UsageError, match="is not a saved faults file"):
        load(tmp_path / "f.json")


@pytest.mark.parametrize(("run", "tables"), [(SHARED, 2), (replace(SHARED, cases=()), 1), (FOUND, 1)])
def test_the_command_shows_each_table_that_was_recorded(
    run: Faults, tables: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The strategies' table stands first, that of shared state below it, with a line for each case by --details."""
    path = tmp_path / "f.json"
    path.write_text(text_of(run), encoding="utf-8")
    assert main(["faults", "--from", str(path), "--details"]) == 0
    printed = capsys.readouterr().out
    heads = [line for line in printed.splitlines() if line.startswith(("strategy  ", "shared state  "))]
    assert len(heads) == tables
    assert ("value_lock, kill-adding: HANGS; still running" in printed) == bool(run.shared)
    assert main(["faults", "--from", str(path), "--md", "-"]) == 0
    assert ("| shared state |" in capsys.readouterr().out) == bool(run.shared)


@pytest.mark.timeout(180)
def test_a_ctrl_c_shows_what_there_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted while methods are tried, the command prints the cases it has, and ends with 130."""
    from lightwork.faults.sharing import matrix

    real = matrix.case

    def interrupted(method: str, *arguments: object) -> SharedCase:
        if method == "queue_to_owner":
            raise KeyboardInterrupt
        return real(method, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(matrix, "case", interrupted)
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path))
    assert main(["faults", "--shared", "only"]) == 130
    assert "merge " in capsys.readouterr().out


def test_the_page_says_first_what_matters() -> None:
    """A sentence for each accident names the methods by how they end; both tables follow."""
    section = fault_section(SHARED)
    assert section.findings[1] == shared_finding(SHARED.shared, ACCIDENTS[ADDING])
    assert section.findings[1].endswith("hangs forever under value_lock.")
    assert section.shared
    assert [row[0].words for row in section.shared.rows] == ["value_lock", "unlocked"]
    assert fault_section(FOUND).shared is None
    assert fault_section(replace(SHARED, cases=())).table is None
