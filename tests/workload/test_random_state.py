"""Random state: which generators items draw from is seen, and one that items seed is no concern."""

import random
import sys
from types import ModuleType

import numpy as np
import pytest

from lightwork.workload import random_state

LEGACY = np.random.mtrand._rand
JOB = """
import random
import numpy as np

system = random.SystemRandom()
kept = random.Random()
rng = np.random.default_rng(7)


def global_of_numpy(item):
    return np.random.random()


def global_normal(item):
    return np.random.normal()


def many(item):
    return np.random.random(2_000_000).sum()


def own(item):
    return kept.random()


def own_of_numpy(item):
    return rng.random()


def seeded(item):
    np.random.seed(item)
    kept.seed(item)
    return np.random.random(), kept.random()


def made_for_the_item(item):
    return np.random.default_rng(item).random(), random.Random(item).random()


def pythons(item):
    return random.random(), system.random()


def none(item):
    return item


class Lazy:  # as the settings of django, before there are any
    @property
    def __class__(self):
        raise RuntimeError("nothing is configured")


SETTINGS = Lazy()


class Sampler:
    def __init__(self):
        self.rng = np.random.RandomState(3)

    def draw(self, item):
        return self.rng.random()


sampler = Sampler()
"""


@pytest.fixture
def job(monkeypatch):
    """A module of the user's with the functions above."""
    module = ModuleType("randomly")
    monkeypatch.setitem(sys.modules, "randomly", module)
    exec(JOB, module.__dict__)
    return module


def names_after(function, items=3):
    """The names of the generators that so many items are seen to draw from."""
    watched = random_state.watched(function, function)
    for item in range(items):
        watched(item)
    return random_state.facts().get(random_state.NAMES, "")


@pytest.mark.parametrize(
    ("name", "generators"),
    [
        ("global_of_numpy", "numpy.random"),
        ("global_normal", "numpy.random"),
        ("many", "numpy.random"),
        ("own", "kept"),
        ("own_of_numpy", "rng"),
    ],
)
def test_a_generator_that_items_draw_from_is_named(job, name, generators):
    """Numpy's global one and those that the module keeps, however many numbers an item draws."""
    assert names_after(getattr(job, name)) == generators


def test_a_generator_of_the_methods_object_is_named(job):
    """What an object keeps lies in every worker as well."""
    assert names_after(job.sampler.draw) == "rng"


@pytest.mark.parametrize("name", ["seeded", "made_for_the_item", "pythons", "none"])
def test_no_concern_without_a_shared_state(job, name):
    """Items that seed, that make a generator of their own, that use what forks seed anew, or that draw nothing."""
    assert names_after(getattr(job, name)) == ""


def test_an_item_that_draws_later_than_the_first_is_seen(job):
    """The state after the last item counts as well as that after the first."""
    assert names_after(lambda item: item and LEGACY.random()) == "numpy.random"


def test_an_object_that_is_not_there_yet_is_not_asked(job):
    """A global that raises whatever it is asked is no generator, and keeps none from being seen."""
    with pytest.raises(RuntimeError, match="nothing is configured"):
        isinstance(job.SETTINGS, random.Random)
    assert names_after(job.own) == "kept"


def test_nothing_is_watched_where_there_is_no_generator(monkeypatch):
    """The function is called as it is: neither is numpy loaded for this, nor does an item cost more."""
    for name in [name for name in sys.modules if name.startswith("numpy.random")]:
        monkeypatch.delitem(sys.modules, name)
    assert random_state.watched(names_after, names_after) is names_after
    assert random_state.facts() == {}
    assert "numpy.random" not in sys.modules


def test_pythons_own_functions_are_seeded_anew_in_a_fork():
    """What this module takes for granted of the interpreter: `random` differs in a forked process, numpy does not."""
    import multiprocessing

    context = multiprocessing.get_context("fork")
    state = random.getstate(), LEGACY.random_sample
    LEGACY.seed(5)
    with context.Pool(1) as first, context.Pool(1) as second:
        drawn = [pool.apply(draw) for pool in (first, second)]
    assert drawn[0][0] != drawn[1][0]
    assert drawn[0][1] == drawn[1][1]
    assert state[0] == random.getstate()


def draw():
    """One number of Python's, one of numpy's."""
    return random.random(), LEGACY.random_sample()
