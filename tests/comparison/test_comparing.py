"""Two runs compared with each other: cells paired, the right figures compared, and three words."""

from dataclasses import replace

import numpy as np
import pytest
from made_up_runs import MACHINE, made_up, run_of, settings, timed

from lightwork.comparison.comparing import compare, word_of
from lightwork.comparison.table import table
from lightwork.core.estimate import Estimate
from lightwork.core.round import Outcome
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell
from lightwork.core.usage import Usage

CELLS = settings(4)
FIRST = CELLS[0].cell_id
IDS = [one.cell_id for one in CELLS]


def words(found):
    """The word of every cell, serial's too."""
    return {one.cell_id: one.word for study in found.studies for one in study.cells}


def cell_in(found, cell_id, study=0):
    """One cell of a comparison."""
    return next(one for one in found.studies[study].cells if one.cell_id == cell_id)


def without(study, cell_id):
    """The study that lacks a cell."""
    return replace(study, cells=tuple(one for one in study.cells if one.cell_id != cell_id))


def with_cell(study, cell_id, change):
    """The study in which that cell is changed."""
    return replace(study, cells=tuple(change(one) if one.cell_id == cell_id else one for one in study.cells))


def failing(cell: Cell) -> Cell:
    """The cell, its third round lost."""
    lost = replace(cell.rounds[2], outcome=Outcome.LOST, reason="2 items were lost", t0_ns=None, t1_ns=None)
    return replace(cell, rounds=(*cell.rounds[:2], lost, *cell.rounds[3:]))


def test_a_cell_that_became_slower_is_told_and_no_other():
    """One cell takes 15 % longer: it is slower by its speedup and by its wall, with the ratio that was planted."""
    found = compare(run_of(made_up(CELLS, 1)), run_of(made_up(CELLS, 2, changed={FIRST: 1.15})))
    assert words(found) == {SERIAL: "undecided", FIRST: "slower", **dict.fromkeys(IDS[1:], "undecided")}
    slower = cell_in(found, FIRST)
    assert slower.speedup.low < 1 / 1.15 < slower.speedup.high < 1
    assert slower.speed_word == "slower"
    assert slower.new / slower.base == pytest.approx(slower.speedup.point)


def test_a_cell_that_became_faster_is_told():
    """The other way round it is faster."""
    found = compare(run_of(made_up(CELLS, 1, changed={FIRST: 1.15})), run_of(made_up(CELLS, 2)))
    assert cell_in(found, FIRST).word == "faster"
    assert [one.word for one in found.cells].count("undecided") == 3


def test_what_slows_everything_is_seen_in_serial_alone():
    """All rounds take 20 % longer, serial's too: no speedup has changed, and serial's own row says slower."""
    found = compare(run_of(made_up(CELLS, 1)), run_of(made_up(CELLS, 2, times=1.2)))
    assert words(found) == {SERIAL: "slower", **dict.fromkeys(IDS, "undecided")}
    assert all(one.speed_word == "slower" for one in found.cells)
    assert cell_in(found, SERIAL).base == pytest.approx(4.0, rel=0.05)
    assert cell_in(found, SERIAL).speedup is None


def test_a_slower_machine_is_no_slower_code():
    """Where every round and its spin take 1.3 times as long, walls are brought to one CPU speed: nothing is said."""
    base, new = made_up(CELLS, 1, two_speeds=True), made_up(CELLS, 2, two_speeds=True)
    slowed = replace(new, cells=tuple(_slowed(one, 1.3) for one in new.cells))
    found = compare(run_of(base), run_of(slowed))
    assert set(words(found).values()) == {"undecided"}
    assert all(0.9 < one.speed.point < 1.1 for one in (*found.cells, *found.serials))
    assert found.studies[0].runs.walls_equal_speed


def _slowed(cell, by):
    rounds = (timed(one.cell_id, one.block, by * one.wall_ns / 1e9, by * one.spin_ns) for one in cell.rounds)
    return replace(cell, rounds=tuple(rounds))


def test_walls_of_two_interpreters_are_as_measured():
    """The spin is Python code: on another Python its time says nothing of the machine, and walls stay as they are."""
    base, new = made_up(CELLS, 1, two_speeds=True), made_up(CELLS, 2, two_speeds=True)
    slowed = replace(new, cells=tuple(_slowed(one, 1.3) for one in new.cells))
    found = compare(run_of(base), run_of(slowed, python="3.13.0"))
    assert not found.studies[0].runs.walls_equal_speed
    assert cell_in(found, SERIAL).speed.point == pytest.approx(1 / 1.3, rel=0.1)
    assert "BASE and NEW differ in Python: 3.11.7 and 3.13.0" in found.notes


def test_no_mixing_of_figures():
    """Where only one run tells its CPU speed, both are compared as measured."""
    found = compare(run_of(made_up(CELLS, 1, two_speeds=True)), run_of(made_up(CELLS, 2)))
    assert not found.studies[0].runs.equal_speed


def test_a_cell_that_slows_its_own_cores_is_compared_as_measured():
    """A cell whose rounds and spins are 40 % slower in NEW, serial's not, is not excused by the speedometer."""
    base, new = (made_up(CELLS, seed, two_speeds=True) for seed in (1, 2))
    found = compare(run_of(base), run_of(with_cell(new, FIRST, lambda cell: _slowed(cell, 1.4))))
    slower = cell_in(found, FIRST)
    assert slower.as_measured
    assert slower.word == "slower"
    assert not any(one.as_measured for one in found.cells if one is not slower)


def test_both_serial_rounds_are_the_reference():
    """The speedup is over the mean of reference and twin of a block; where it lacks one, over the other."""
    base = made_up(CELLS, 1)
    short = with_cell(base, SERIAL_AGAIN, lambda cell: replace(cell, rounds=cell.rounds[1:]))
    walls = {one.cell_id: np.log([found.wall_ns for found in one.rounds]) for one in base.cells}
    expected = (walls[SERIAL] + walls[SERIAL_AGAIN]) / 2 - walls[FIRST]
    found = compare(run_of(short), run_of(base)).studies[0].runs
    assert found.new.speedup[FIRST] == pytest.approx(expected)
    expected[0] = walls[SERIAL][0] - walls[FIRST][0]
    assert found.base.speedup[FIRST] == pytest.approx(expected)


def test_no_twin_no_word():
    """Without an A/A twin in one run nobody knows the noise floor, and nothing is claimed."""
    new = without(made_up(CELLS, 2, changed={FIRST: 2.0}), SERIAL_AGAIN)
    found = compare(run_of(made_up(CELLS, 1)), run_of(new))
    assert set(words(found).values()) == {"undecided"}
    assert cell_in(found, FIRST).speedup.high < 1


def loaded(study, share):
    """The study on a machine of which others took that share in every round."""

    def round_of(found):
        usage = Usage(cpu_ns=1, machine_cpus=8, others_cpu_ns=round(8 * share * found.wall_ns), steal_ns=0)
        return replace(found, usage=usage)

    return replace(study, cells=tuple(replace(one, rounds=tuple(map(round_of, one.rounds))) for one in study.cells))


@pytest.mark.parametrize(("share", "word"), [(0.15, "slower"), (0.25, "undecided")])
def test_no_word_under_another_load(share, word):
    """Where others took 10 % more of the machine in one run, its blocks can't tell that from slower code."""
    slow = made_up(CELLS, 2, changed={FIRST: 1.3})
    found = compare(run_of(loaded(made_up(CELLS, 1), 0.1)), run_of(loaded(slow, share)))
    assert cell_in(found, FIRST).word == word
    assert (found.studies[0].other_load != "") == (word == "undecided")
    assert any("no result, others took 10" in note for note in table(found).notes) == (word == "undecided")


def test_cells_and_studies_of_one_run_only_are_listed():
    """What NEW lacks is missing, what BASE lacks is added; a cell without any round is one that is lacking."""
    base = made_up(CELLS[:3], 1), made_up(CELLS, 3, label="gone")
    new = with_cell(made_up(CELLS[1:], 2), IDS[2], lambda cell: replace(cell, rounds=()))
    found = compare(run_of(*base), run_of(new, made_up(CELLS, 4, label="come")))
    assert (found.paired.missing, found.paired.added) == (("gone",), ("come",))
    (one,) = found.paired.pairs
    assert (one.missing, one.added) == ((IDS[0], IDS[2]), (IDS[3],))
    assert list(words(found)) == [SERIAL, IDS[1]]


def test_a_cell_that_fails_has_no_figures_and_says_why():
    """A cell with a failed round in either run can't be told; it fails in NEW only where it did not in BASE."""
    whole = made_up(CELLS, 1)
    broken = with_cell(made_up(CELLS, 2), FIRST, failing)
    found = compare(run_of(whole), run_of(broken))
    assert cell_in(found, FIRST).trouble == "failed in NEW (lost: 2 items were lost)"
    assert cell_in(found, FIRST).speedup is None
    assert found.paired.pairs[0].failing == (FIRST,)
    assert compare(run_of(broken), run_of(whole)).paired.pairs[0].failing == ()
    assert compare(run_of(broken), run_of(broken)).paired.pairs[0].failing == ()


def test_a_study_without_a_serial_reference_tells_nothing():
    """All serial rounds failed in NEW: no cell has a figure, and the reason is the study's."""

    def ended(cell):
        return replace(cell, rounds=tuple(replace(one, outcome=Outcome.HUNG) for one in cell.rounds))

    broken = with_cell(made_up(CELLS, 2), SERIAL, ended)
    found = compare(run_of(made_up(CELLS, 1)), run_of(broken))
    assert found.studies[0].runs is None
    assert "serial rounds failed" in cell_in(found, FIRST).trouble
    assert SERIAL in found.paired.pairs[0].failing


@pytest.mark.parametrize(("blocks", "told"), [(3, False), (10, True)])
def test_few_blocks_have_points_alone(blocks, told):
    """With three blocks even half the speed can't be told, and there is no interval; with ten it is."""
    found = compare(
        run_of(made_up(CELLS, 1, blocks=blocks)), run_of(made_up(CELLS, 2, blocks=blocks, changed={FIRST: 2.0}))
    )
    one = cell_in(found, FIRST)
    assert (one.word == "slower", one.speedup.low is not None) == (told, told)
    assert one.speedup.point == pytest.approx(0.5, rel=0.1)


def test_a_word_needs_interval_and_noise_floor():
    """Slower where the interval is below 1 and the point beyond the floor; without an interval nothing is said."""
    below = Estimate(0.9, 0.85, 0.95, 10, "")
    assert word_of(below, 0.05) == "slower"
    assert word_of(below, 0.11) == "undecided"
    assert word_of(replace(below, high=1.01), 0.05) == "undecided"
    assert word_of(Estimate(1.1, 1.05, 1.2, 10, ""), 0.05) == "faster"
    assert word_of(replace(below, low=None, high=None), 0.0) == "undecided"
    assert word_of(None, 0.0) == "undecided"


def test_the_same_two_runs_compare_the_same():
    """A comparison is repeatable to the last digit."""
    base, new = run_of(made_up(CELLS, 1)), run_of(made_up(CELLS, 2))
    assert compare(base, new).studies[0].cells == compare(base, new).studies[0].cells


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"parameters": {"files": 40}}, "made-up: other parameters (files: 30 and 40)"),
        ({"parameters": {"files": 40, "method": "row"}}, "made-up: other parameters (files: 30 and 40)"),
        ({"item_names": ("a.csv", "b.csv", "c.csv")}, "made-up: other items (4 and 3)"),
        ({"item_names": ("a.csv", "x.csv", "c.csv", "d.csv")}, "made-up: other items (b.csv and x.csv)"),
        ({"workload": "else"}, "made-up: another workload, made-up and else"),
    ],
)
def test_other_work_is_an_obstacle(change, told):
    """Other parameters, items or another workload under the same label are no regression of anything."""
    base = replace(made_up(CELLS, 1), parameters={"files": 30})
    new = replace(base, **change)
    assert compare(run_of(base), run_of(new)).obstacles == (told,)


def test_a_parameter_that_is_new_and_another_seed_are_none():
    """A parameter that an older version did not know, or a newer one dropped, is a note, as is another seed."""
    base = replace(made_up(CELLS, 1), parameters={"files": 30})
    new = replace(base, parameters={"files": 30, "method": "row"}, seed=2)
    found = compare(run_of(base), run_of(new))
    assert found.obstacles == ()
    assert found.notes == (
        "made-up: parameters that only one run has (method: unknown and row)",
        "made-up: different seeds (1 and 2): shuffled items have another order",
    )
    assert compare(run_of(new), run_of(base)).notes[0].endswith("(method: row and unknown)")


def test_another_kind_of_machine_is_an_obstacle():
    """Half the CPUs make other figures; another kernel is told as a note."""
    found = compare(run_of(made_up(CELLS, 1)), run_of(made_up(CELLS, 2), usable_cpus=4.0, kernel="Linux 6.2"))
    assert found.obstacles == ("another kind of machine (usable CPUs: 8 and 4)",)
    assert found.notes == ("BASE and NEW differ in kernel: Linux 6.1 and Linux 6.2",)
    assert MACHINE["usable_cpus"] == 8.0
