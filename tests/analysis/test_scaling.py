"""Speedups are medians of ratios inside blocks; failed work has none; serial rounds set the bounds."""

from math import inf

import pytest
from builders import make_round, make_study
from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.scaling import CellScaling, StudyScaling, bound, karp_flatt, ratio, scale
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Study
from lightwork.errors import WorkError

MAP_2, MAP_4 = Setting("map", 2), Setting("map", 4)


def cell_of(scaling: StudyScaling, setting: Setting) -> CellScaling:
    """The scaling of this setting's cell."""
    return next(cell for cell in scaling.cells if cell.cell.setting == setting)


def point(scaling: StudyScaling, setting: Setting) -> float:
    """The point of this setting's speedup."""
    speedup = cell_of(scaling, setting).speedup
    assert speedup is not None
    return speedup.point


def test_speedup_is_the_median_of_ratios_inside_blocks() -> None:
    """A machine that slows down threefold between blocks changes nothing: each ratio is taken within one."""
    study = make_study([4, 8, 12, 4, 8, 12], {MAP_2: [2, 4, 6, 2, 4, 6.6]})
    cell = cell_of(scale(study, 2), MAP_2)
    assert cell.speedup is not None
    assert (cell.speedup.point, cell.speedup.n) == (2.0, 6)
    assert cell.efficiency == 1.0
    assert cell.wall_s is not None
    assert cell.wall_s.point == 4.0
    assert cell.walls_s == {0: 2, 1: 4, 2: 6, 3: 2, 4: 4, 5: 6.6}


def test_only_blocks_with_both_rounds_count() -> None:
    """A block whose serial round failed or was not run has no ratio."""
    study = make_study([4, Outcome.HUNG, 4, None], {MAP_2: [2, 1, 2, 1]})
    cell = cell_of(scale(study, 2), MAP_2)
    assert cell.speedup is not None
    assert (cell.speedup.point, cell.speedup.n) == (2.0, 2)


def test_a_failed_round_takes_the_cells_figures_away() -> None:
    """Failing work looks fast: one failed round leaves no figure, and is listed with its reason."""
    walls = {(SERIAL, block): 4.0 for block in range(3)} | {(MAP_2.cell_id, block): 0.1 for block in range(3)}
    scaling = scale(make_study([4, 4, 4], {MAP_2: [0.1, Outcome.LOST, 0.1], MAP_4: [1, 1, 1]}), 2, walls)
    cell = cell_of(scaling, MAP_2)
    assert (cell.wall_s, cell.speedup, cell.speedup_equal_speed, cell.efficiency) == (None,) * 4
    assert [(failed.block, failed.reason) for failed in cell.failed] == [(1, "2 items were lost")]
    assert point(scaling, MAP_4) == 4.0


def test_a_cell_without_rounds_has_no_figures() -> None:
    """An interrupted study lists the cell that it never came to."""
    cell = cell_of(scale(make_study([4, 4, 4], {MAP_2: [None, None, None]}), 2), MAP_2)
    assert (cell.failed, cell.wall_s, cell.speedup) == ((), None, None)


def test_equal_speed_figures_pair_the_corrected_walls() -> None:
    """At equal CPU speed both walls are corrected ones; as measured, neither is."""
    study = make_study([4, 6, 4], {MAP_2: [3, 2, 2]})
    walls = {(SERIAL, block): 5.0 for block in range(3)} | {(MAP_2.cell_id, block): 2.0 for block in range(3)}
    cell = cell_of(scale(study, 2, walls), MAP_2)
    assert cell.speedup is not None
    assert cell.speedup_equal_speed is not None
    assert (cell.speedup.point, cell.speedup_equal_speed.point) == (2.0, 2.5)
    assert cell_of(scale(study, 2), MAP_2).speedup_equal_speed is None


def test_every_cell_is_there_in_the_studys_order() -> None:
    """The reference is its own yardstick, and neither it nor its twin is a cell to choose."""
    scaling = scale(make_study([4, 5, 6], {MAP_2: [2, 2, 2]}), 2)
    assert [(cell.cell.cell_id, cell.parallel) for cell in scaling.cells] == [
        (SERIAL, False),
        (SERIAL_AGAIN, False),
        (MAP_2.cell_id, True),
    ]
    serial = scaling.cells[0].speedup
    assert serial is not None
    assert (serial.point, serial.low, serial.high) == (1.0, 1.0, 1.0)


def test_noise_floor_is_the_far_end_of_the_twins_interval() -> None:
    """Five blocks: the interval is the range of the five ratios, and the end farther from 1 counts."""
    scaling = scale(make_study([1, 1, 1, 1, 1], again_s=[1, 1 / 1.02, 1 / 0.9, 1, 1]), 2)
    assert scaling.noise_floor == pytest.approx(0.1)
    assert scaling.noise_floor_equal_speed is None


def test_noise_floor_at_equal_speed_is_its_own() -> None:
    """Figures at equal CPU speed are judged by the twin's walls at equal CPU speed."""
    walls = {(cell_id, block): 1.0 for cell_id in (SERIAL, SERIAL_AGAIN) for block in range(5)}
    scaling = scale(make_study([1] * 5, again_s=[1, 1.3, 1, 1, 1.3]), 2, walls)
    assert scaling.noise_floor > 0.2
    assert scaling.noise_floor_equal_speed == 0


def test_two_blocks_have_no_noise_floor() -> None:
    """Two blocks carry no interval, so that twins that happen to agree in both claim no floor; three do."""
    assert scale(make_study([1, 1], again_s=[1.0, 1.0]), 2).noise_floor == inf
    assert scale(make_study([1, 1, 1], again_s=[1.0, 0.99, 1.01]), 2).noise_floor < 0.1


@pytest.mark.parametrize("again", [[None, None, None], [Outcome.DIED] * 3, [1, None, None]])
def test_noise_floor_is_unknown_without_a_pair(again: list[float | Outcome | None]) -> None:
    """No block has both the serial round and its twin: nothing can be told apart."""
    serial = [None if wall == 1 else 4.0 for wall in again]
    assert scale(make_study(serial, again_s=again), 2).noise_floor == inf


def test_noise_floor_is_unknown_without_a_twin() -> None:
    """A study without the twin's cell is scaled all the same."""
    study = make_study([4, 4, 4], {MAP_2: [2, 2, 2]})
    cells = tuple(cell for cell in study.cells if cell.cell_id != SERIAL_AGAIN)
    scaling = scale(Study(**{**vars(study), "cells": cells}), 2)
    assert (scaling.noise_floor, point(scaling, MAP_2)) == (inf, 2.0)


def serial_study(*longest: tuple[int | None, float]) -> Study:
    """A study of serial rounds of 10 s of items, each with this longest item and its share."""
    rounds = [
        make_round(12.0, block=block, item_s=10.0, longest_item=item, longest_share=share, cpu_share=0.5)
        for block, (item, share) in enumerate(longest)
    ]
    study = make_study()
    return Study(**{**vars(study), "cells": (Cell(SERIAL, Setting(SERIAL), None, tuple(rounds)),)})


def test_bounds_come_from_the_serial_rounds_items() -> None:
    """The longest item is the most frequent one, its time the median; W / longest caps every speedup."""
    scaling = scale(serial_study((1, 0.25), (1, 0.2), (2, 0.9)), 8)
    assert (scaling.total_item_s, scaling.longest_item_s, scaling.cap) == (10.0, 2.5, 4.0)
    assert (scaling.longest_item_name, scaling.cpu_share, scaling.usable_cpus) == ("b.csv", 0.5, 8)
    assert scaling.serial_s.point == 12.0
    assert [bound(scaling, workers) for workers in (1, 3, 4, 64)] == [1, 3, 4.0, 4.0]


def test_no_items_have_no_cap() -> None:
    """Rounds over an empty list have no longest item, and nothing caps them but the workers."""
    scaling = scale(serial_study((None, 0.0)), 8)
    assert (scaling.longest_item_name, scaling.cap, bound(scaling, 6)) == ("", inf, 6)


def test_no_serial_round_is_an_error_that_says_why() -> None:
    """Without the reference there is nothing to compare with; the message names the study and the outcome."""
    failed = make_study([Outcome.WRONG, Outcome.WRONG], {MAP_2: [1, 1]}, label="load")
    with pytest.raises(WorkError, match=r"^load: all 2 serial rounds failed \(wrong: it wrong\)"):
        scale(failed, 2)
    with pytest.raises(WorkError, match="no serial round was measured"):
        scale(make_study([None], {MAP_2: [1]}), 2)


def test_ratio_needs_a_common_block() -> None:
    """Walls of different blocks are never compared."""
    assert ratio({0: 1.0}, {1: 1.0}) is None
    both = ratio({0: 3.0, 2: 8.0}, {1: 1.0, 2: 4.0})
    assert both is not None
    assert (both.point, both.n) == (2.0, 1)


@given(st.floats(0, 1), st.integers(2, 64))
def test_karp_flatt_finds_amdahls_serial_part(serial: float, workers: int) -> None:
    """A speedup made by Amdahl's law from a serial fraction gives that fraction back."""
    speedup = 1 / (serial + (1 - serial) / workers)
    assert karp_flatt(speedup, workers) == pytest.approx(serial, abs=1e-9)


@pytest.mark.parametrize(("speedup", "workers"), [(1.0, 1), (0.0, 4)])
def test_karp_flatt_refuses_what_has_no_fraction(speedup: float, workers: int) -> None:
    """One worker, or no speedup at all, determines no serial fraction."""
    with pytest.raises(ValueError, match="no serial fraction"):
        karp_flatt(speedup, workers)


@given(st.lists(st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)), min_size=1, max_size=9), st.floats(0.1, 10))
def test_speedup_does_not_depend_on_the_unit(pairs: list[tuple[float, float]], factor: float) -> None:
    """A machine that is `factor` times as slow in all rounds finds the same ratio."""
    slow = {block: pair[0] for block, pair in enumerate(pairs)}
    fast = {block: pair[1] for block, pair in enumerate(pairs)}
    one = ratio(slow, fast)
    other = ratio({b: w * factor for b, w in slow.items()}, {b: w * factor for b, w in fast.items()})
    assert one is not None
    assert other is not None
    assert one.point == pytest.approx(other.point)
