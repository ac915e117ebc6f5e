"""The speedometer on planted truth: a machine whose speed is known, and settings that are known to be dearer."""

import math
import random
import statistics

import pytest

from lightwork.analysis.speedometer import equal_speed_walls_s, read
from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL, SERIAL_AGAIN, Cell, Study

BLOCKS = 40


def cell(name, rng, *, work=1.0, cpu_share=1.0, spin_factor=1.0, spins=200, swing=0.35):
    """A cell on a machine whose speed flips: a second of work, of which the CPU's share follows the speed."""
    rounds = []
    for block in range(BLOCKS):
        slow = 1.0 + swing * rng.choice([0.0, rng.random(), 1.0])
        wall_s = work * (cpu_share * slow * spin_factor + 1 - cpu_share) * rng.gauss(1, 0.01)
        cpu_ns = round(work * cpu_share * slow * 1e9)
        rounds.append(
            Round(
                name,
                block,
                0,
                Outcome.OK,
                t0_ns=0,
                t1_ns=round(wall_s * 1e9),
                item_cpu_ns=cpu_ns,
                item_wall_ns=round(wall_s * 1e9),
                spin_ns=15_000 * slow * spin_factor * rng.gauss(1, 0.01),
                spins=spins,
            )
        )
    return Cell(name, Setting("serial"), None, tuple(rounds))


def study(*cells):
    """A study of these cells."""
    return Study("toy", "toy", {}, ("a",), 1, "now", True, cells)


def walls(found, name):
    """The equal-speed walls of one cell, seconds."""
    return [wall_s for (cell_id, _), wall_s in equal_speed_walls_s(found).items() if cell_id == name]


def variation(values):
    """The coefficient of variation."""
    return statistics.stdev(values) / statistics.fmean(values)


def test_takes_the_machines_moods_out_of_cpu_bound_walls():
    """On CPU-bound rounds of one cell the coefficient of variation falls to less than half."""
    rng = random.Random(1)
    found = study(cell(SERIAL, rng), cell(SERIAL_AGAIN, rng))
    raw = [round_.wall_ns / 1e9 for round_ in found.serial.rounds]
    assert variation(walls(found, SERIAL)) < variation(raw) / 2


def test_leaves_identical_cells_identical():
    """A/A stays unbiased: over many studies the mean ratio of the twins is 1 within its error."""
    ratios = []
    for seed in range(40):
        rng = random.Random(seed)
        found = study(cell(SERIAL, rng), cell(SERIAL_AGAIN, rng))
        ratios.append(math.log(statistics.fmean(walls(found, SERIAL)) / statistics.fmean(walls(found, SERIAL_AGAIN))))
    assert abs(statistics.fmean(ratios)) < 3 * statistics.stdev(ratios) / math.sqrt(len(ratios))


def test_planted_extra_work_still_shows():
    """A setting whose items cost 10 % more CPU is still 10 % slower at equal speed."""
    rng = random.Random(2)
    found = study(cell(SERIAL, rng), cell("dear", rng, work=1.1))
    ratio = statistics.median(walls(found, "dear")) / statistics.median(walls(found, SERIAL))
    assert ratio == pytest.approx(1.1, abs=0.02)


def test_a_slowdown_of_the_settings_own_making_is_added_back():
    """Where a setting's own workers slow each other and the spin alike, it is still that much slower."""
    rng = random.Random(3)
    found = study(cell(SERIAL, rng), cell("crowded", rng, spin_factor=1.3))
    ratio = statistics.median(walls(found, "crowded")) / statistics.median(walls(found, SERIAL))
    assert ratio == pytest.approx(1.3, abs=0.1)


def test_leaves_waiting_alone():
    """The walls of rounds that wait and hardly compute change by less than a percent."""
    rng = random.Random(4)
    found = study(cell(SERIAL, rng, cpu_share=0.02), cell(SERIAL_AGAIN, rng, cpu_share=0.02))
    assert read(found).exponent < 0.1
    for round_, wall_s in zip(found.serial.rounds, walls(found, SERIAL), strict=True):
        assert wall_s == pytest.approx(round_.wall_ns / 1e9, rel=0.02)


def test_changes_nothing_on_a_quiet_machine():
    """Where the speed does not change, the spread of the walls does not grow."""
    rng = random.Random(5)
    found = study(cell(SERIAL, rng, swing=0.0), cell(SERIAL_AGAIN, rng, swing=0.0))
    raw = [round_.wall_ns / 1e9 for round_ in found.serial.rounds]
    assert variation(walls(found, SERIAL)) < 1.2 * variation(raw)


def test_too_few_spins_tell_no_speed():
    """Where no round has more than a few spins there are no figures at equal speed, rather than unchanged ones."""
    rng = random.Random(6)
    assert equal_speed_walls_s(study(cell(SERIAL, rng, spins=3), cell(SERIAL_AGAIN, rng, spins=3))) is None


def test_without_a_reference_there_are_no_such_figures():
    """A study of which the serial cell is gone has nothing to tell a setting's own slowdown by."""
    assert equal_speed_walls_s(study(cell(SERIAL_AGAIN, random.Random(7)))) is None


def test_a_round_without_spins_keeps_its_wall():
    """Beside rounds that tell their speed, one that tells none keeps the wall time it had."""
    rng = random.Random(7)
    silent = cell("silent", rng, spins=0)
    found = study(cell(SERIAL, rng), silent)
    assert walls(found, "silent") == [round_.wall_ns / 1e9 for round_ in silent.rounds]
