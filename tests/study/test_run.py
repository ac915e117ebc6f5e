"""A whole study without a single process: rounds come from a script, time from a counter."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN
from lightwork.errors import UsageError, WorkError
from lightwork.launch.finished import Finished
from lightwork.launch.workdir import Workdir
from lightwork.ledger.table import END, START, STATE_OFFSET, Ledger, State
from lightwork.study.design import Design
from lightwork.study.run import PROBE_BLOCK, WARM_UP, StudyKit, deadline_s, measure, sound

MAP, QUEUE = Setting("map", 2), Setting("queue", 2)
DESIGN = Design("toy", "toy", {}, ("a", "b"), (MAP, QUEUE), blocks=(3, 3))


class Scripted:
    """Runs rounds by script: every round takes a second, unless `script` gives another Round for its job."""

    def __init__(self, script=lambda job, found: found):
        self.jobs, self.deadlines, self.kept, self.told = [], [], [], []
        self.script, self.time_s, self.ledger = script, 0.0, b""

    def execute(self, job, deadline):
        """Pretend to run the job."""
        self.jobs.append(job)
        self.deadlines.append(deadline)
        self.time_s += 1.0
        found = Round(job.cell_id, job.block, job.position, Outcome.OK, t0_ns=0, t1_ns=10**9, result_digest="d")
        return Finished(self.script(job, found), self.ledger)

    def around(self):
        """The surroundings of a study that runs on this script."""
        workdir = Workdir(*(Path(name) for name in ("data", "rounds", "shared", "temporary")))
        return StudyKit(workdir, self.execute, lambda: self.time_s, self.kept.append, self.told.append, lambda: "now")


def blocks_of(jobs):
    """The cells of each block in the order in which they ran."""
    counted = [job for job in jobs if job.block >= 0]
    return [[job.cell_id for job in block] for _, block in itertools.groupby(counted, lambda job: job.block)]


def test_every_block_holds_every_cell_with_the_reference_and_its_twin():
    """Each block is one round of every cell, the serial reference and its A/A twin included."""
    scripted = Scripted()
    study = measure(DESIGN, scripted.around())
    for block in blocks_of(scripted.jobs):
        assert sorted(block) == sorted([SERIAL, SERIAL_AGAIN, MAP.cell_id, QUEUE.cell_id])
    assert [len(cell.rounds) for cell in study.cells] == [3, 3, 3, 3]
    assert study.finished


def test_the_order_within_blocks_is_shuffled_by_the_seed():
    """Blocks differ in order; the same seed gives the same orders, another seed gives others."""
    runs = []
    for seed in (1, 1, 2):
        scripted = Scripted()
        measure(replace(DESIGN, seed=seed, blocks=(6, 6)), scripted.around())
        runs.append(blocks_of(scripted.jobs))
    assert runs[0] == runs[1] != runs[2]
    assert len({tuple(block) for block in runs[0]}) > 1


def test_the_warm_up_is_not_counted():
    """One serial round comes first, is kept in the journal and is no part of any cell; nor are probing rounds."""
    scripted = Scripted()
    study = measure(DESIGN, scripted.around())
    assert scripted.jobs[0].cell_id == WARM_UP
    assert scripted.jobs[0].setting.strategy == SERIAL
    assert len(scripted.kept) == 1 + 3 + sum(len(cell.rounds) for cell in study.cells)
    assert all(found.block >= 0 for cell in study.cells for found in cell.rounds)


def test_deadlines_come_from_the_serial_time():
    """After the warm-up every round's deadline is 10 s and five times the serial time, or the one asked for."""
    scripted = Scripted()
    measure(DESIGN, scripted.around())
    assert set(scripted.deadlines[1:]) == {deadline_s(1.0)} == {15.0}
    scripted = Scripted()
    measure(replace(DESIGN, timeout_s=3.0), scripted.around())
    assert set(scripted.deadlines) == {3.0}


@pytest.mark.parametrize("change", [{"result_digest": "other"}, {"evidence": {"rows": 1}}])
def test_work_that_differs_from_serials_has_no_time(change):
    """A round whose results or evidence are not the serial round's is wrong, with a reason, and never timed."""
    scripted = Scripted(lambda job, found: replace(found, **change) if job.cell_id == MAP.cell_id else found)
    cell = measure(DESIGN, scripted.around()).cell(MAP.cell_id)
    assert all(job.digests for job in scripted.jobs)
    assert {found.outcome for found in cell.rounds} == {Outcome.WRONG}
    assert all("serial" in found.reason for found in cell.rounds)


def test_a_cell_that_keeps_failing_is_not_tried_for_ever():
    """After two failed rounds, the probing one among them, a cell is left out; its failures stay on record."""
    hung = Outcome.HUNG
    scripted = Scripted(lambda job, found: replace(found, outcome=hung) if job.cell_id == QUEUE.cell_id else found)
    study = measure(replace(DESIGN, blocks=(5, 5)), scripted.around())
    assert study.cell(QUEUE.cell_id).probe.outcome is hung
    assert [found.outcome for found in study.cell(QUEUE.cell_id).rounds] == [hung]
    assert len(study.cell(MAP.cell_id).rounds) == 5


def test_what_is_refused_in_mid_study_is_a_failed_round():
    """A server that goes away after the warm-up costs rounds, not the study; one that was never there ends it."""

    def gone(job, found):
        if job.cell_id == QUEUE.cell_id:
            raise UsageError("the server is gone")
        return found

    study = measure(DESIGN, Scripted(gone).around())
    assert study.cell(QUEUE.cell_id).probe.reason == "the server is gone"
    assert {found.outcome for found in study.cell(QUEUE.cell_id).rounds} == {Outcome.RAISED}
    assert len(study.cell(MAP.cell_id).rounds) == 3

    def never_there(job, found):
        raise UsageError("no server")

    with pytest.raises(UsageError, match="no server"):
        measure(DESIGN, Scripted(never_there).around())


def test_the_budget_decides_between_the_least_and_the_most_blocks():
    """Blocks go on while the next fits into the budget, never below the least and never above the most."""
    counts = []
    for budget_s in (1.0, 27.0, 1000.0):
        scripted = Scripted()
        study = measure(replace(DESIGN, blocks=(2, 8), budget_s=budget_s), scripted.around())
        counts.append(len(study.serial.rounds))
    assert counts == [2, 5, 8]


def test_an_interrupt_keeps_what_was_measured():
    """A Ctrl-C in mid-block ends the study; all rounds before it are there and the study says it is not finished."""

    def interrupt(job, found):
        if len(scripted.jobs) == 11:
            raise KeyboardInterrupt
        return found

    scripted = Scripted(interrupt)
    study = measure(DESIGN, scripted.around())
    assert not study.finished
    assert sum(len(cell.rounds) for cell in study.cells) == 6


def test_a_failing_reference_ends_the_study():
    """Without a serial round that does the work there is nothing to compare with: said with its reason."""
    scripted = Scripted(lambda job, found: replace(found, outcome=Outcome.RAISED, reason="ValueError: no"))
    with pytest.raises(WorkError, match="toy: the serial round raised: ValueError: no"):
        measure(DESIGN, scripted.around())


def test_a_setting_that_can_not_be_is_refused_before_anything_runs():
    """A chunksize for a strategy without one: refused, and no round was run."""
    scripted = Scripted()
    with pytest.raises(UsageError, match="static has no chunksize"):
        measure(replace(DESIGN, settings=(Setting("static", 2, 4),)), scripted.around())
    assert not scripted.jobs


def test_progress_is_told_after_every_round():
    """Progress counts the cells probed, then the rounds done, and never tells of negative time left."""
    scripted = Scripted()
    measure(DESIGN, scripted.around())
    assert [told.probed for told in scripted.told[:3]] == [1, 2, 3]
    assert [told.rounds_done for told in scripted.told] == [0, 0, 0, *range(1, 13)]
    assert all(told.left_s >= 0 for told in scripted.told)
    assert scripted.told[-1].left_s == 0


def test_ledgers_have_names_of_their_own():
    """Every round's ledger has another name, which begins with the design's prefix."""
    scripted = Scripted(lambda job, found: replace(found, ledger=f"b{job.block}-{job.cell_id}"))
    measure(replace(DESIGN, prefix="s7"), scripted.around())
    names = [finished.round.ledger for finished in scripted.kept]
    assert len(set(names)) == len(names)
    assert all(name.startswith("s7-") for name in names)


def test_the_chunksize_in_force_is_recorded():
    """A cell tells the chunksize that was used, the strategy's default included."""
    study = measure(replace(DESIGN, item_names=tuple(map(str, range(100)))), Scripted().around())
    assert study.cell(MAP.cell_id).chunksize == 13
    assert study.cell(QUEUE.cell_id).chunksize == 1
    assert study.serial.chunksize is None


def test_every_cell_is_probed_once_before_the_blocks():
    """Each cell but the twin has one probing round, after the warm-up; only those are asked to count bytes."""
    scripted = Scripted()
    study = measure(DESIGN, scripted.around())
    probed = [job.cell_id for job in scripted.jobs if job.block == PROBE_BLOCK]
    assert probed == [job.cell_id for job in scripted.jobs[1:4]] == [SERIAL, MAP.cell_id, QUEUE.cell_id]
    assert [job.probe for job in scripted.jobs] == [False, True, True, True] + [False] * 12
    assert [cell.probe is not None for cell in study.cells] == [True, False, True, True]


def test_a_ledger_that_can_not_be_fails_its_round(tmp_path):
    """A round with a ledger whose items overlap has no time: its losses would mean nothing."""
    path = tmp_path / "ledger"
    Ledger.create(path, 2, 0)
    ledger = Ledger(str(path))
    for index, (start_ns, end_ns) in enumerate([(10, 30), (20, 40)]):
        offset = ledger.offset_of(index)
        START.pack_into(ledger.memory, offset, start_ns, 0, State.RUNNING)
        END.pack_into(ledger.memory, offset + STATE_OFFSET, State.DONE, end_ns, 0, 0, 0, 0, 0, 0)
    finished = Finished(Round(MAP.cell_id, 0, 0, Outcome.OK, t0_ns=0, t1_ns=100), path.read_bytes())
    assert sound(finished, 2).outcome is Outcome.UNSOUND
    assert sound(finished, 2).reason == "items 0 and 1 overlap by 10 ns on lane 0"
    late = replace(finished, round=replace(finished.round, t1_ns=35))
    assert "the last item ended 5 ns after the round" in sound(late, 2).reason
    failed = replace(finished, round=replace(finished.round, outcome=Outcome.RAISED))
    assert sound(failed, 2).outcome is Outcome.RAISED


def test_results_that_are_new_each_time_need_not_be_compared():
    """Where the design says so, results that differ from serial's are sound, without digests; evidence must agree."""
    script = {"result_digest": "other"}
    scripted = Scripted(lambda job, found: replace(found, **script) if job.cell_id == MAP.cell_id else found)
    lenient = replace(DESIGN, compare_results=False)
    assert all(found.ok for found in measure(lenient, scripted.around()).cell(MAP.cell_id).rounds)
    assert not any(job.digests for job in scripted.jobs)
    script["evidence"] = {"rows": 1}
    assert not any(found.ok for found in measure(lenient, scripted.around()).cell(MAP.cell_id).rounds)


def test_a_design_may_do_without_probing():
    """Without probing rounds the first block follows the warm-up."""
    scripted = Scripted()
    study = measure(replace(DESIGN, probe=False), scripted.around())
    assert [job.block for job in scripted.jobs[:2]] == [-1, 0]
    assert all(cell.probe is None for cell in study.cells)
