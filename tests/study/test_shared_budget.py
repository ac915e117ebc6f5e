"""A run's time is a promise: fewer blocks on a slow machine, then fewer settings, never more minutes."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN
from lightwork.launch.finished import Finished
from lightwork.launch.workdir import Workdir
from lightwork.study.design import Design
from lightwork.study.profiles import QUICK
from lightwork.study.run import StudyKit, measure
from lightwork.study.shared_budget import FEWEST_BLOCKS, Share, SharedBudget, blocks_with_room

PROMISE_S = 180.0
JUDGED_S = 8.0  # of it, to work out what was measured
START_S = 0.35  # of a round's host
SERIAL_S = (0.45, 0.83, 0.43, 0.10, 0.19, 0.38)  # of the quick profile's studies, on two cores of 2024
SLEEPING = {1, 2}  # waits are as long on a slow machine


class Machine:
    """Runs rounds on a clock of its own: the start-up and the work of each, so many times as slow."""

    def __init__(self, slow=1.0, disturbed=1.0):
        self.slow, self.time_s = slow, 0.0
        self.noise = itertools.cycle((1.0, disturbed, 1.0))

    def study(self, design, serial_s, cores=2):
        """Measure a study on this machine, its items on so many cores."""

        def execute(job, deadline_s):
            work_s = serial_s / min(job.setting.workers, cores)
            self.time_s += (START_S * self.slow + work_s) * next(self.noise)
            found = Round(job.cell_id, job.block, job.position, Outcome.OK, t0_ns=0, t1_ns=int(work_s * 1e9))
            return Finished(found, b"")

        workdir = Workdir(*(Path(name) for name in ("data", "rounds", "shared", "temporary")))
        around = StudyKit(workdir, execute, lambda: self.time_s, lambda _: None, lambda _: None, lambda: "now")
        return measure(design, around)

    def quick(self):
        """Measure the quick profile as a session does, each study with its share; all of its studies."""
        labels = [str(number) for number in range(len(QUICK))]
        budget = SharedBudget(dict(zip(labels, (grid.budget_s for grid in QUICK), strict=True)))
        studies = []
        for number, (label, grid) in enumerate(zip(labels, QUICK, strict=True)):
            if budget.is_spent(label):
                continue
            share, began_s = budget.share(label), self.time_s
            design = Design(
                label, grid.workload, {}, ("a", "b"), tuple(grid.settings()), blocks=grid.blocks,
                budget_s=share.budget_s, limit_s=share.limit_s,
            )  # fmt: skip
            sleeps = number in SLEEPING
            studies.append(self.study(design, SERIAL_S[number] * (1 if sleeps else self.slow), 8 if sleeps else 2))
            budget.spend(label, self.time_s - began_s)
        return studies


def blocks(study):
    """How many blocks a study has."""
    return len(study.serial.rounds)


def settings(study):
    """How many settings a study measured."""
    return sum(bool(cell.rounds) for cell in study.cells if cell.cell_id not in (SERIAL, SERIAL_AGAIN))


@pytest.mark.parametrize("disturbed", [1.0, 1.6])
@pytest.mark.parametrize("slow", [0.2, 1, 2, 3, 5, 10, 30])
def test_the_quick_profile_keeps_its_promise_on_any_machine(slow, disturbed):
    """It ends within three minutes, and a study that has rounds has two blocks or more of some setting."""
    machine = Machine(slow, disturbed)
    studies = machine.quick()
    assert machine.time_s <= PROMISE_S - JUDGED_S
    measured = [study for study in studies if blocks(study)]
    assert all(blocks(study) >= FEWEST_BLOCKS and settings(study) for study in measured)
    assert measured


def test_a_slow_machine_gets_fewer_blocks_then_fewer_settings():
    """All settings are measured on the machine that the profile was made for, most on one of a third of its speed."""
    fast, usual, slow, slowest = (Machine(slow).quick() for slow in (0.5, 1, 3, 10))
    every = sum(len(grid.settings()) for grid in QUICK)
    assert sum(map(settings, fast)) == sum(map(settings, usual)) == every
    assert all(blocks(study) >= 3 for study in usual)
    assert sum(map(blocks, fast)) > sum(map(blocks, usual)) > sum(map(blocks, slow))
    assert every > sum(map(settings, slow)) > sum(map(settings, slowest)) > 0
    assert all(settings(study) for study in slow)


def test_most_of_the_time_is_used():
    """On the usual machine no study ends long before it must: what one leaves the next ones use."""
    machine = Machine()
    machine.quick()
    assert machine.time_s > 0.8 * sum(grid.budget_s for grid in QUICK)


DESIGN = Design(
    "toy", "toy", {}, ("a", "b"), tuple(Setting(name, workers) for name in ("map", "queue") for workers in (2, 4)),
    blocks=(3, 9), budget_s=100.0, limit_s=1000.0,
)  # fmt: skip


def test_few_workers_come_first():
    """Where time is short, every strategy keeps its setting with the fewest workers."""
    study = Machine().study(replace(DESIGN, budget_s=1.35 * 15.0), 1.0)
    assert [cell.setting for cell in study.cells[2:]] == [Setting("map", 2), Setting("queue", 2)]
    assert blocks(study) >= 3
    assert study.finished


@pytest.mark.parametrize(("limit_s", "expected"), [(100.0, 2), (200.0, 3), (None, 3)])
def test_a_machine_that_slows_down_stops_early(limit_s, expected):
    """Where rounds take eight times as long once the blocks have begun, the third is run only if there is time."""
    machine = Machine()
    machine.noise = itertools.chain(itertools.repeat(1.0, 6), itertools.repeat(8.0))
    study = machine.study(replace(DESIGN, budget_s=100.0, limit_s=limit_s), 1.0)
    assert (settings(study), blocks(study)) == (4, expected)


def test_without_a_limit_every_setting_is_measured():
    """Settings that were asked for by name are all measured in the least number of blocks, however long it takes."""
    study = Machine().study(replace(DESIGN, budget_s=1.0, limit_s=None), 1.0)
    assert (settings(study), blocks(study)) == (4, 3)


def test_a_study_that_has_no_time_measures_nothing():
    """Where not even one setting can be measured, only the warm-up is lost; the study has no rounds."""
    machine = Machine()
    study = machine.study(replace(DESIGN, budget_s=5.0, limit_s=5.0), 1.0)
    assert (settings(study), blocks(study)) == (0, 0)
    assert machine.time_s == pytest.approx(START_S + 1.0)


def test_the_serial_code_alone_needs_no_setting():
    """A study that was asked for no setting measures its reference."""
    study = Machine().study(replace(DESIGN, settings=()), 1.0)
    assert blocks(study) >= 3


def test_what_one_leaves_the_next_ones_get():
    """Shares follow the parts that are still waiting, and never exceed what is left."""
    budget = SharedBudget({"a": 10.0, "b": 20.0, "c": 30.0})
    assert budget.share("a") == Share(10.0, 60.0)
    budget.spend("a", 0.0)
    assert budget.share("b") == Share(24.0, 60.0)
    budget.spend("b", 55.0)
    assert budget.share("c") == Share(5.0, 5.0)
    budget.spend("c", 9.0)
    assert (budget.left_s, budget.share("c")) == (0.0, None)


def test_only_the_first_setting_may_take_from_the_others():
    """It may overdraw its study's share, and do with fewer blocks; each further one must fit with all of them."""
    assert blocks_with_room(10, 1, [], 3, Share(1, 20)) == 3
    assert blocks_with_room(10, 1, [], 3, Share(1, 19)) == FEWEST_BLOCKS == 2
    assert blocks_with_room(10, 1, [], 3, Share(1, 16)) == 0
    assert blocks_with_room(10, 1, [1], 3, Share(23, 99)) == 3
    assert blocks_with_room(10, 1, [1], 3, Share(22, 99)) == 0
