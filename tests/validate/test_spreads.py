"""Spreads: the belief's standard deviations, told from errors that were made with known ones."""

import random
from dataclasses import asdict
from math import exp

import pytest
from repository import REPOSITORY
from validations import held, serial, trial

from lightwork.analysis.belief import PriorSpread
from lightwork.core.setting import Setting
from lightwork.validate.comparison import Tried
from lightwork.validate.saved import load
from lightwork.validate.spreads import spread_in


def test_spreads_are_found_again():
    """Errors drawn with known spreads, common to all settings of one kind and count, give these spreads back."""
    chance, studies = random.Random(1), []
    for _ in range(300):
        cells = []
        for workers in (2, 4):
            common = chance.gauss(0, 0.08)
            cells += [
                Tried(Setting("map", workers, size), size, (trial(0, exp(common + chance.gauss(0, 0.03)), 1.0),))
                for size in range(1, 7)
            ]
        twin_s = exp(chance.gauss(0, 0.02) + chance.gauss(0, 0.02))
        studies.append(held(cells=tuple(cells), runs=(serial(0, 1.0, twin_s),)))
    found = spread_in(studies)
    assert (found.common, found.single, found.serial) == (
        pytest.approx(0.08, rel=0.2), pytest.approx(0.03, rel=0.2), pytest.approx(0.02, rel=0.2),
    )  # fmt: skip


def test_few_that_are_far_off_decide_nothing():
    """A workload of which predictions know little does not make all others' doubtful."""
    near, far = (
        held(cells=tuple(Tried(Setting("map", 2, size), size, (trial(0, wall_s, 1.0),)) for size in (1, 2)))
        for wall_s in (1.01, 9.0)
    )
    assert spread_in([near] * 5 + [far]).common < 0.02


def test_too_little_tells_nothing():
    """One setting of a kind and count shows no spread within it."""
    assert spread_in([held(cells=(Tried(Setting("map", 2, 1), 1, (trial(0, 1.01, 1.0),)),))]) is None


def test_a_plan_weighs_by_what_the_saved_validation_shows():
    """The belief's standard deviations are those of the validation in the docs, to whole per cents."""
    found = spread_in(load(REPOSITORY / "docs" / "example" / "validation.json").studies)
    assert {name: round(value, 2) for name, value in asdict(found).items()} == asdict(PriorSpread())
