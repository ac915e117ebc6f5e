"""Disturbance: rounds that something else spoiled are told apart by what others took, never by how long they lasted."""

from dataclasses import replace

import pytest
from builders import make_cell, make_study
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.disturbance import EXCESS_SHARE, disturbed, usual_share
from lightwork.analysis.scaling import scale
from lightwork.core.setting import Setting
from lightwork.core.usage import Usage

NS_PER_S = 1_000_000_000


def taken(cell, shares, **more):
    """The cell, others having taken these shares of two CPUs in its rounds; None where it is not known."""
    return replace(
        cell,
        rounds=tuple(
            replace(found, usage=None if share is None else usage(found, share, **more))
            for found, share in zip(cell.rounds, shares, strict=True)
        ),
    )


def usage(found, share, **more):
    """What was used in a round of which others took this share."""
    return Usage(machine_cpus=2, others_cpu_ns=round(2 * share * found.wall_ns), **more)


def test_a_round_that_others_spoiled_is_told_with_its_share():
    """Others at 40 % where they usually have 5 %: disturbed, by 35 points; its neighbours are not."""
    cell = taken(make_cell([1.0] * 5), [0.05, 0.04, 0.40, 0.05, 0.06])
    assert disturbed(cell) == {2: pytest.approx(0.35)}


def test_what_others_always_take_is_no_disturbance():
    """A database server that works for every round, or a neighbour who never rests, is the cell's own usual."""
    assert disturbed(taken(make_cell([1.0] * 5), [0.5, 0.52, 0.48, 0.5, 0.51])) == {}


def test_ticks_are_too_coarse_for_short_rounds():
    """In a round of 20 ms two ticks of the kernel are half of the CPU time: that can't be called a disturbance."""
    assert disturbed(taken(make_cell([0.02] * 5), [0.0, 0.0, 0.5, 0.0, 0.0])) == {}


@pytest.mark.parametrize(("kind", "found"), [("steal_ns", {4: pytest.approx(0.5)}), ("throttled_ns", {})])
def test_steal_disturbs_and_throttling_does_not(kind, found):
    """Time that the hypervisor took away counts like that of others; what a quota cut off the round itself used up."""
    cell = taken(make_cell([1.0] * 5), [0.0] * 5)
    spoiled = replace(cell.rounds[4], usage=usage(cell.rounds[4], 0.0, **{kind: NS_PER_S}))
    assert disturbed(replace(cell, rounds=(*cell.rounds[:4], spoiled))) == found


def test_unknown_is_not_disturbed():
    """Rounds of old results, or of systems that do not tell, are kept."""
    assert disturbed(taken(make_cell([1.0] * 3), [None] * 3)) == {}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.data())
def test_the_length_of_a_round_decides_nothing(shares, data):
    """The same shares name the same rounds, however long those lasted; never more than half of them."""
    walls = [data.draw(st.floats(1.0, 50.0)) for _ in shares]
    found = disturbed(taken(make_cell([2.0] * len(shares)), shares))
    assert set(disturbed(taken(make_cell(walls), shares))) == set(found)
    assert len(found) <= len(shares) / 2
    assert all(excess > EXCESS_SHARE for excess in found.values())


def test_disturbed_rounds_are_kept_out_of_the_speedup_and_stay_on_record():
    """A spoiled round of 9 s among rounds of 2 s changes no figure, and stands in the cell all the same."""
    setting = Setting("map", 4)
    study = make_study([8.0] * 6, {setting: [2.0, 2.0, 9.0, 2.0, 2.0, 2.0]})
    spoiled = taken(study.cell(setting.cell_id), [0.0, 0.0, 0.5, 0.0, 0.0, 0.0])
    study = replace(study, cells=(*study.cells[:2], spoiled))
    cell = scale(study, 4).cells[2]
    assert set(cell.disturbed) == {2}
    assert (cell.speedup.low, cell.speedup.high, cell.speedup.n) == (4.0, 4.0, 5)
    assert cell.wall_s.high == 2.0
    assert len(cell.cell.rounds) == 6


def test_a_disturbed_reference_takes_its_block_along():
    """Without the serial round nothing in its block has a ratio."""
    setting = Setting("map", 4)
    study = make_study([8.0, 8.0, 80.0, 8.0, 8.0, 8.0], {setting: [2.0] * 6})
    spoiled = taken(study.serial, [0.0, 0.0, 0.5, 0.0, 0.0, 0.0])
    scaling = scale(replace(study, cells=(spoiled, *study.cells[1:])), 4)
    assert scaling.serial_s.high == 8.0
    assert (scaling.cells[2].speedup.n, scaling.cells[2].speedup.high) == (5, 4.0)


def test_the_usual_share_is_the_median_serial_rounds():
    """What others took in the median serial round; unknown where none tells."""
    study = make_study([8.0] * 3, {}, again_s=[8.0] * 3)
    cells = tuple(taken(cell, [0.1, 0.3, 0.2]) for cell in study.cells)
    assert usual_share(replace(study, cells=cells)) == pytest.approx(0.2)
    assert usual_share(study) is None
