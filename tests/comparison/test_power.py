"""What a gate that passes could not have failed: the first line says so, and of nothing else."""

from dataclasses import replace

import pytest
from made_up_runs import made_up, run_of, settings, timed

from lightwork.comparison.comparing import compare
from lightwork.comparison.gate import failures, parse
from lightwork.comparison.power import powerless
from lightwork.comparison.table import headline, table
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN

CELLS = settings(4)
FIRST = CELLS[0].cell_id
TWO, FOUR = Setting("map", 2), Setting("map", 4)


def unable(base, new, *texts):
    """What these conditions could not have failed, where the gate passes."""
    found, conditions = compare(base, new), [parse(text) for text in texts]
    assert failures(found, conditions) == []
    told = powerless(found, conditions)
    assert headline(found, [], conditions).endswith(f", but {told}" if told else f": {', '.join(texts)}")
    return told


def losing(study, cell_id):
    """The study whose cell lost its first round."""
    (cell,) = [one for one in study.cells if one.cell_id == cell_id]
    lost = replace(cell.rounds[0], outcome=Outcome.LOST, t0_ns=None, t1_ns=None)
    changed = replace(cell, rounds=(lost, *cell.rounds[1:]))
    return replace(study, cells=tuple(changed if one is cell else one for one in study.cells))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("speedup<0.95", "4 of 4 settings could not have failed"),
        ("serial>1.1", "serial in 1 of 1 study could not have failed"),
        ("wall>1.05", "4 of 4 settings and serial in 1 of 1 study could not have failed"),
        ("verdict changed", "the advice in 1 of 1 study could not have failed"),
    ],
)
def test_too_few_blocks_could_not_have_failed_what_is_asked(text, told):
    """With three blocks no row has an interval; only rows that a condition asks about count."""
    slow = {one.cell_id: 1.3 for one in CELLS}
    base, new = run_of(made_up(CELLS, 1, blocks=3)), run_of(made_up(CELLS, 2, blocks=3, changed=slow))
    assert unable(base, new, text) == told
    assert any("no interval for 5 rows (3 blocks in one run)" in note for note in table(compare(base, new)).notes)


def test_studies_too_many_for_their_blocks_could_not_have_failed():
    """Three studies of four blocks in which every cell takes three times as long: none is told, and that is said."""
    slow = {one.cell_id: 3.0 for one in CELLS}
    base = run_of(*(made_up(CELLS, seed, blocks=4, label=str(seed)) for seed in range(3)))
    new = run_of(*(made_up(CELLS, 10 + seed, blocks=4, label=str(seed), changed=slow) for seed in range(3)))
    assert unable(base, new, "speedup<0.95") == "12 of 12 settings could not have failed"


def test_enough_blocks_could_have_failed_everything():
    """Two equal runs of ten blocks pass without any but."""
    every = ("speedup<0.95", "wall>1.1", "serial>1.1", "recommended_workers changed", "verdict changed")
    assert unable(run_of(made_up(CELLS, 1)), run_of(made_up(CELLS, 2)), *every) == ""


def test_without_anything_in_common_nothing_was_compared():
    """Serial alone has no speedup, and an empty run has nothing at all."""
    serial = run_of(made_up([], 1)), run_of(made_up([], 2))
    assert unable(*serial, "speedup<0.95") == "nothing was compared for speedup<0.95"
    assert unable(*serial, "serial>1.1", "wall>1.1") == ""
    assert unable(run_of(made_up([], 1, blocks=3)), serial[1], "speedup<0.95", "serial>1.1") == (
        "serial in 1 of 1 study could not have failed, and nothing was compared for speedup<0.95"
    )
    every = ("speedup<0.95", "wall>1.05", "serial>1.1", "verdict changed")
    assert unable(run_of(), run_of(made_up(CELLS, 2)), *every) == f"nothing was compared for {', '.join(every)}"


def test_a_cell_without_a_figure_could_not_have_failed():
    """A cell that lost a round in both runs has no ratio at all."""
    base, new = (run_of(losing(made_up(CELLS, seed), FIRST)) for seed in (1, 2))
    assert unable(base, new, "speedup<0.95", "wall>1.1") == "1 of 4 settings could not have failed"


def test_under_a_noise_floor_of_one_nothing_could_have_failed():
    """A twin that swings by several times leaves no room below it: nothing can be slower than by all of its speed."""
    new = made_up(CELLS, 2)
    (twin,) = [one for one in new.cells if one.cell_id == SERIAL_AGAIN]
    rounds = tuple(timed(SERIAL_AGAIN, one.block, one.wall_ns / 1e9 * (1 + 3 * (one.block % 2))) for one in twin.rounds)
    noisy = replace(new, cells=tuple(replace(one, rounds=rounds) if one is twin else one for one in new.cells))
    base, new = run_of(made_up(CELLS, 1)), run_of(noisy)
    assert 1 < compare(base, new).studies[0].noise_floor < 10
    told = "4 of 4 settings and serial in 1 of 1 study could not have failed"
    assert unable(base, new, "speedup<0.95", "serial>1.1", "verdict changed") == told  # a gain may be larger than 1


def test_without_a_twin_nothing_could_have_failed():
    """Where nobody knows the noise floor no word is claimed, of advice neither."""
    new = made_up(CELLS, 2)
    new = replace(new, cells=tuple(one for one in new.cells if one.cell_id != SERIAL_AGAIN))
    found, conditions = compare(run_of(made_up(CELLS, 1)), run_of(new)), [parse("serial>1.1"), parse("verdict changed")]
    assert powerless(found, conditions) == (
        "serial in 1 of 1 study and the advice in 1 of 1 study could not have failed"
    )


def test_another_advice_whose_gain_is_unknown_could_not_have_failed():
    """BASE recommends two workers because four lost a round there; whether four have gained since, nobody knows."""
    base, new = run_of(losing(made_up([TWO, FOUR], 1), FOUR.cell_id)), run_of(made_up([TWO, FOUR], 2))
    assert unable(base, new, "recommended_workers changed") == "the advice in 1 of 1 study could not have failed"
    assert unable(base, new, "recommended_strategy changed") == ""


def test_advice_without_a_reference_could_not_have_failed():
    """Where a run has no serial rounds that worked, it recommends nothing."""
    broken = [made_up(CELLS, seed) for seed in (1, 2)]
    for place, study in enumerate(broken):
        (serial,) = [one for one in study.cells if one.cell_id == SERIAL]
        lost = tuple(replace(one, outcome=Outcome.LOST, t0_ns=None, t1_ns=None) for one in serial.rounds)
        cells = tuple(replace(one, rounds=lost) if one is serial else one for one in study.cells)
        broken[place] = replace(study, cells=cells)
    told = "4 of 4 settings and the advice in 1 of 1 study could not have failed"
    assert unable(*map(run_of, broken), "speedup<0.95", "verdict changed") == told


def test_advice_for_a_cell_that_base_lacks_could_have_failed():
    """Whether a new setting beats the one recommended before, NEW alone can tell."""
    queue = Setting("queue", 4)
    base, new = run_of(made_up([queue], 1)), run_of(made_up([FOUR, queue], 2))
    assert unable(base, new, "recommended_strategy changed") == ""
