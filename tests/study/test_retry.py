"""Recovery: a round that broke off is resumed, exactly its undone items, until all work is done."""

from dataclasses import dataclass, field
from functools import partial

import pytest
from recoveries import retried, states
from registered import all_but, unless_absent
from rounds import job, nothing_left_behind
from together import selected, together

from lightwork import strategies
from lightwork.core.round import Outcome, Round, encode
from lightwork.core.setting import Setting
from lightwork.faults.fault import find
from lightwork.launch.finished import Finished
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import END, START, STATE_OFFSET, Ledger, State
from lightwork.storage.decode import read_as
from lightwork.study.retry import ATTEMPTS, Retrying
from lightwork.study.run import held_against

PLANTED = "lightwork.faults.planted"
NAMES = [name for name in strategies.names() if name != "serial"]


@dataclass
class Script:
    """Rounds as a script says: which items each attempt does, and how it ends. asked: the jobs that came."""

    folder: object
    attempts: list
    asked: list = field(default_factory=list)

    def __call__(self, asked, deadline_s):
        """The next attempt."""
        outcome, done = self.attempts[len(self.asked)]
        self.asked.append(asked)
        path = self.folder / f"ledger-{len(self.asked)}"
        Ledger.create(path, 6, 2)
        ledger = Ledger(str(path))
        for index in done:
            START.pack_into(ledger.memory, ledger.offset_of(index), 1, 0, State.RUNNING)
            END.pack_into(ledger.memory, ledger.offset_of(index) + STATE_OFFSET, State.DONE, 2, 0, 0, 0, 0, 0, 0)
        found = Round("map", 0, 0, outcome, f"attempt {len(self.asked)}", items_expected=6, evidence={"rows": 6})
        return Finished(found, path.read_bytes())


class TestRule:
    """Which items are run again, and until when; without a process."""

    @pytest.fixture
    def scripted(self, tmp_path):
        """Go on with a round as a script says."""

        def run(*attempts, workload=PLANTED):
            script = Script(tmp_path, list(attempts))
            with open_workdir(tmp_path) as workdir:
                found = Retrying(workdir, script)(job(workdir, Setting("map", 2), workload), 1.0)
            return found.round, script.asked

        return run

    def test_a_good_round_is_left_alone(self, scripted):
        """One that ends well is run once."""
        found, asked = scripted((Outcome.OK, range(6)))
        assert (found.outcome, found.attempts, len(asked)) == (Outcome.OK, (), 1)

    def test_runs_exactly_what_is_not_done(self, scripted):
        """Each attempt gets the items that none before has done."""
        found, asked = scripted((Outcome.HUNG, [0, 1, 4]), (Outcome.RAISED, [2]), (Outcome.OK, [3, 5]))
        assert [one.only for one in asked] == [None, (2, 3, 5), (3, 5)]
        assert found.outcome is Outcome.RECOVERED
        assert "hung: attempt 1; then 3 of 6 items were run again, and all work is done" in found.reason
        assert [attempt.items for attempt in found.attempts] == [tuple(range(6)), (2, 3, 5), (3, 5)]
        assert found.evidence == {"rows": 6}

    def test_stops_where_nothing_more_gets_done(self, scripted):
        """An attempt that does none of its items is the last, and the round stays what it was."""
        found, asked = scripted((Outcome.HUNG, [0]), (Outcome.HUNG, []))
        assert (found.outcome, found.reason, len(asked)) == (Outcome.HUNG, "attempt 1", 2)
        assert len(found.attempts) == 2

    def test_stops_at_its_cap(self, scripted):
        """After so many attempts it is given up, however much each of them did."""
        found, asked = scripted(*[(Outcome.DIED, [number]) for number in range(6)])
        assert (found.outcome, len(asked)) == (Outcome.DIED, 1 + ATTEMPTS)

    def test_only_the_check_is_run_where_all_is_done(self, scripted):
        """Where every item is done, but the caller broke off, serial runs nothing and the check tells."""
        found, asked = scripted((Outcome.RAISED, range(6)), (Outcome.OK, []))
        assert found.outcome is Outcome.RECOVERED
        assert (asked[1].only, asked[1].setting.strategy) == ((), "serial")

    def test_work_that_does_not_last_is_left_alone(self, scripted):
        """Where results died with the caller, running the rest would not bring them back."""
        found, asked = scripted((Outcome.HUNG, [0]), workload="toys.squares")
        assert (found.outcome, len(asked)) == (Outcome.HUNG, 1)

    def test_a_recovered_round_has_no_time(self, scripted):
        """It did not end well, so it is no round to compare; as JSON it is the same."""
        found, _ = scripted((Outcome.HUNG, [0, 1, 2, 3, 4]), (Outcome.OK, [5]))
        assert not found.ok
        assert read_as(Round, encode(found)) == found

    def test_its_work_is_held_against_the_serial_rounds(self, scripted):
        """Recovered work that is other than serial's is wrong."""
        found, _ = scripted((Outcome.HUNG, [0, 1, 2, 3, 4]), (Outcome.OK, [5]))
        other = Round("serial", -1, 0, Outcome.OK, evidence={"rows": 7})
        assert held_against(found, other).outcome is Outcome.WRONG
        assert held_against(found, Round("serial", -1, 0, Outcome.OK, evidence={"rows": 6})) == found


@pytest.fixture(scope="module")
def recovered(request, tmp_path_factory):
    """A round of each strategy of this run with a worker killed in it, all at once; nobody is left behind."""
    names = [name for (name,) in selected(request, test_a_killed_workers_items_are_recovered, "name")]

    def run(name, folder):
        return retried(folder, Setting(name, 2), PLANTED, beside=len(names), fault=find("kill").module)

    with nothing_left_behind():
        return together({name: partial(run, name, tmp_path_factory.mktemp(name)) for name in names})


@pytest.mark.parametrize("name", all_but([("static",), ("process_executor",)], map(unless_absent, NAMES)))
def test_a_killed_workers_items_are_recovered(name, recovered):
    """A worker killed in mid-item, under every strategy: the work is whole in the end, no item done twice."""
    found = recovered[name]()
    assert found.round.outcome in {Outcome.RECOVERED, Outcome.OK}  # a cluster runs the item again by itself
    if found.round.outcome is Outcome.RECOVERED:
        undone = {index for index, state in enumerate(states(found.ledger)) if state != State.DONE}
        assert set(found.round.attempts[1].items) == undone
        assert 9 in undone
