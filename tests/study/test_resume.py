"""Resuming: what a journal holds is taken from there, whenever the study broke off, and nothing is measured twice."""

import contextlib
import dataclasses
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch.finished import Finished
from lightwork.launch.workdir import Workdir
from lightwork.storage.journal import NAME, Journal, read
from lightwork.study.design import Design
from lightwork.study.resume import NOTHING, JournalFolder, Replayed, facts_of, gone_on_with, take
from lightwork.study.run import StudyKit, measure

NOWHERE = Path("nowhere")
DESK = Workdir(NOWHERE, NOWHERE, NOWHERE, NOWHERE)
DESIGN = Design(
    "toy", "toy", {"items": 3}, ("a", "b", "c"), (Setting("map", 2), Setting("queue", 2)), blocks=(3, 5), budget_s=40.0
)
MACHINE = {"python": "3.11.7", "processor": "one", "usable_cpus": 2.0, "kernel": "Linux 6"}
FACTS = facts_of(DESIGN, MACHINE)


class Killed(BaseException):
    """What stands for a SIGKILL: nothing of the study's code catches it."""


class Hosts:
    """Rounds of one second by a clock of their own; the process is killed in the round of this number."""

    def __init__(self, killed_in=None):
        self.killed_in, self.asked, self.now_s = killed_in, [], 100.0

    def execute(self, job, deadline_s):
        """One round."""
        if len(self.asked) == self.killed_in:
            raise Killed
        self.asked.append((job.cell_id, job.block))
        self.now_s += 1.0
        name = f"b{job.block}-{job.cell_id}"
        found = Round(job.cell_id, job.block, job.position, Outcome.OK, t0_ns=0, t1_ns=10**9, ledger=name)
        return Finished(found, name.encode())

    def clock_s(self):
        """Seconds."""
        return self.now_s


def studied(run, hosts, wanted=DESIGN):
    """The study of DESIGN or its like, in the run's folder, as the session measures it."""
    journal, kept = run.journal(FACTS, hosts.clock_s)
    design = gone_on_with(dataclasses.replace(wanted, prefix=journal.folder.name), kept)
    played = Replayed(kept, design.prefix, hosts.execute, journal.keep, hosts.clock_s)
    around = StudyKit(DESK, played.execute, played.clock_s, played.keep, lambda _: None, lambda: "now")
    try:
        study = measure(design, around)
        journal.end_study()
    finally:
        journal.close()
    return study


@pytest.fixture(autouse=True)
def _ledgers_are_sound(monkeypatch):
    """These ledgers are names, to be told apart, and no tables."""
    monkeypatch.setattr("lightwork.study.run.sound", lambda finished, lanes: finished.round)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The study that nobody killed, and the rounds that it asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lightwork.study.run.sound", lambda finished, lanes: finished.round)
        hosts = Hosts()
        return studied(JournalFolder(tmp_path_factory.mktemp("whole")), hosts), hosts.asked


class TestStudy:
    """A study killed in any round, and resumed."""

    @pytest.mark.parametrize("killed_in", range(24))
    def test_asks_for_every_round_once(self, killed_in, whole, tmp_path):
        """Killed anywhere, both runs together ask for what one would have asked for, and find the same study."""
        study, asked = whole
        first, second = Hosts(killed_in), Hosts()
        run = JournalFolder(tmp_path / "run")
        if killed_in < len(asked):
            with pytest.raises(Killed):
                studied(run, first)
        else:
            studied(run, first)
        found = studied(run, second)
        assert first.asked + second.asked == asked
        assert found == study

    def test_kills_upon_kills(self, whole, tmp_path):
        """Killed after every single round, it comes to its end all the same, and to the same study."""
        study, asked = whole
        run, found, seen = JournalFolder(tmp_path / "run"), None, []
        for _ in range(len(asked) + 1):
            hosts = Hosts(1)
            with contextlib.suppress(Killed):
                found = studied(run, hosts)
            seen += hosts.asked
        assert found == study
        assert seen == asked

    def test_a_warm_up_that_failed_is_tried_again(self, tmp_path):
        """What was missing then, a server for instance, may be there now."""
        failed = Round("warm-up", -1, 0, Outcome.RAISED, "no server", ledger="s1-b-01-warm-up")
        asked = []
        played = Replayed(
            dataclasses.replace(NOTHING, rounds=((Finished(failed, b""), 1.0),)), "s1",
            lambda job, deadline_s: asked.append(job.cell_id), lambda finished: None,
        )  # fmt: skip
        played.execute(SimpleNamespace(cell_id="warm-up", block=-1), 1.0)
        assert asked == ["warm-up"]

    def test_a_study_that_left_settings_out_stays_so(self, tmp_path):
        """What there was no time for is not measured later, and what there was time for is not left out later."""
        run, hosts = JournalFolder(tmp_path / "run"), Hosts()
        short = dataclasses.replace(DESIGN, budget_s=13.0, limit_s=13.0)
        study = studied(run, Hosts(), short)
        assert [cell.setting.strategy for cell in study.cells] == ["serial", "serial", "map"]
        assert studied(run, hosts, dataclasses.replace(DESIGN, budget_s=99.0, limit_s=99.0)) == study
        assert studied(run, hosts, dataclasses.replace(DESIGN, budget_s=1.0, limit_s=1.0)) == study
        assert hosts.asked == []

    def test_a_study_that_was_over_stays_so(self, whole, tmp_path):
        """No block is added to a finished study because its budget begins anew."""
        run = JournalFolder(tmp_path / "run")
        studied(run, Hosts())
        hosts = Hosts()
        assert studied(run, hosts) == whole[0]
        assert hosts.asked == []


def journal_with(folder, rounds):
    """A journal of so many rounds; the sizes that the file had after each line."""
    journal = Journal(folder, lambda: 0.0)
    journal.open_study(FACTS)
    sizes = [(folder / NAME).stat().st_size]
    for block in range(rounds):
        found = Round("map", block, 0, Outcome.OK, t0_ns=0, t1_ns=1, ledger=f"s1-{block}")
        journal.keep(Finished(found, b"ledger"))
        sizes.append((folder / NAME).stat().st_size)
    journal.close()
    return sizes


class TestJournal:
    """What is read of a journal that was cut off or damaged."""

    @given(data=st.data())
    def test_every_whole_line_counts_and_no_other(self, data, tmp_path_factory):
        """Cut at any byte, it gives the rounds whose lines are whole; then it can be resumed."""
        folder = tmp_path_factory.mktemp("cut") / "s1"
        sizes = journal_with(folder, 4)
        cut = data.draw(st.integers(sizes[0], sizes[-1]))
        with (folder / NAME).open("r+b") as file:
            file.truncate(cut)
        kept = read(folder)
        whole = sum(size <= cut for size in sizes) - 1
        assert [one.round.block for one, _ in kept.rounds] == list(range(whole))
        assert kept.facts == FACTS
        Journal.again(folder, kept).close()
        assert (folder / NAME).stat().st_size == sizes[whole]

    def test_a_round_without_its_ledger_is_not_kept(self, tmp_path):
        """A line whose ledger is gone is where the journal ends."""
        journal_with(tmp_path / "s1", 3)
        (tmp_path / "s1" / "ledgers" / "s1-1.bin").unlink()
        assert [one.round.block for one, _ in read(tmp_path / "s1").rounds] == [0]

    def test_an_empty_ledger_is_none(self, tmp_path):
        """What a power cut can leave of a ledger is not taken for one."""
        journal_with(tmp_path / "s1", 2)
        (tmp_path / "s1" / "ledgers" / "s1-1.bin").write_bytes(b"")
        kept = read(tmp_path / "s1")
        assert [one.round.block for one, _ in kept.rounds] == [0]
        again = Journal.again(tmp_path / "s1", kept)
        again.close()
        assert [name for name, _ in again.ledgers()] == ["s1-0"]

    def test_a_ledgers_name_leads_nowhere_else(self, tmp_path):
        """A journal from elsewhere can't make us read other files."""
        journal_with(tmp_path / "s1", 1)
        path = tmp_path / "s1" / NAME
        path.write_text(path.read_text().replace("s1-0", "../../../etc/hostname"))
        assert read(tmp_path / "s1").rounds == ()

    @pytest.mark.parametrize("content", ["", '{"study": {"label'])
    def test_a_journal_without_its_first_line_is_an_empty_one(self, content, tmp_path):
        """A study that broke off before it was written down has nothing to resume."""
        (tmp_path / "s1").mkdir()
        (tmp_path / "s1" / NAME).write_text(content)
        assert read(tmp_path / "s1") == NOTHING

    @pytest.mark.parametrize(
        "content", ["[]\n", "null\n", '{"study": 3}\n', "no json\n", "\x00\xff\n", "[" * 9999 + "\n"]
    )
    def test_what_is_no_journal_is_refused(self, content, tmp_path):
        """Another file under its name is refused in one line that says what to do."""
        (tmp_path / "s1").mkdir()
        (tmp_path / "s1" / NAME).write_bytes(content.encode("latin-1"))
        with pytest.raises(UsageError, match=r"not a journal of this version .*: omit --resume"):
            read(tmp_path / "s1")


class TestRun:
    """Which run is resumed."""

    def test_the_latest_unless_named(self, tmp_path):
        """By name, or the one begun last; it keeps its name."""
        for name in ("20261128-100000-7", "20261128-110000-7"):
            journal_with(tmp_path / name / "s1", 1)
        assert take(tmp_path, "latest").name == "20261128-110000-7"
        assert take(tmp_path, "20261128-100000-7").name == "20261128-100000-7"

    def test_refuses_what_is_not_there(self, tmp_path):
        """No run, or none of this name: one line with those there are."""
        with pytest.raises(UsageError, match="has no interrupted run"):
            take(tmp_path, "latest")
        journal_with(tmp_path / "mine" / "s1", 1)
        with pytest.raises(UsageError, match="there is no interrupted run 'other': choose from latest, mine"):
            take(tmp_path, "other")

    def test_refuses_one_that_is_under_way(self, tmp_path):
        """Two can't resume the same run."""
        journal_with(tmp_path / "mine" / "s1", 1)
        first = take(tmp_path, "latest")
        with pytest.raises(UsageError, match="run mine is still running"):
            take(tmp_path, "latest")
        assert not first.drop([tmp_path / "mine" / "s1"])
        assert not (tmp_path / "mine").exists()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("seed", 2),
            ("cells", ["serial"]),
            ("parameters", {}),
            ("version", "0"),
            ("machine", {**MACHINE, "kernel": "b"}),
        ],
    )
    def test_refuses_another_study(self, name, value, tmp_path):
        """What was asked for then must be asked for again, on the same machine, by the same version."""
        journal_with(tmp_path / "mine" / "s1", 1)
        with pytest.raises(UsageError, match=f"toy was interrupted with a different {name}"):
            take(tmp_path, "mine").journal({**FACTS, name: value})

    def test_studies_that_had_not_begun_are_begun(self, tmp_path):
        """Beside a study that is kept another gets a journal of its own."""
        journal_with(tmp_path / "mine" / "s1", 1)
        journal, kept = take(tmp_path, "mine").journal({**FACTS, "label": "other"})
        journal.close()
        assert (journal.folder.name, kept.rounds) == ("s2", ())

    def test_leaves_no_empty_folder(self, tmp_path):
        """A run in which nothing was measured leaves nothing."""
        assert not take(tmp_path / "journals", None).drop([])
        assert not (tmp_path / "journals").exists()

    def test_drops_no_journal_but_those_named(self, tmp_path):
        """What is not saved stays, and can be resumed."""
        for number in (1, 2):
            journal_with(tmp_path / "mine" / f"s{number}", 1)
        assert take(tmp_path, "mine").drop([tmp_path / "mine" / "s1"])
        assert [one.round.block for one, _ in read(tmp_path / "mine" / "s2").rounds] == [0]
        assert not (tmp_path / "mine" / "s1").exists()
        assert take(tmp_path, "latest").name == "mine"
