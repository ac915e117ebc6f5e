"""A race: settings leave when they are measurably slower, and it ends when one is left and known."""

from builders import make_study

from lightwork.core.setting import Setting
from lightwork.plan.racing import contenders

MAP, QUEUE, STATIC = Setting("map", 4), Setting("queue", 4), Setting("static", 4)
WOBBLE = (1.0, 1.01, 0.99, 1.005, 0.995, 1.002)


def about(wall_s, spread=1.0):
    """Walls with a little noise."""
    return [wall_s * (1 + spread * (factor - 1)) for factor in WOBBLE]


def left(cells):
    """Who is still in question, of a study of 8 s of serial work."""
    return contenders(make_study(about(8.0), cells, again_s=about(8.0)[::-1], longest_share=0.01), 64)


def test_the_measurably_slower_leave():
    """A setting at twice the time of the best is no contender; one that can't be told from the best is."""
    kept = left({MAP: about(2.0), QUEUE: about(2.01), STATIC: about(4.0)})
    assert kept == {MAP.cell_id, QUEUE.cell_id}


def test_one_that_is_known_well_ends_it():
    """When a single setting is left and its interval is narrow, no more blocks are needed."""
    assert left({MAP: about(2.0), STATIC: about(4.0)}) is None


def test_one_that_is_not_known_well_goes_on():
    """A single setting with a wide interval needs more blocks."""
    assert left({MAP: about(2.0, spread=15), STATIC: about(9.0)}) == {MAP.cell_id}


def test_without_a_candidate_it_is_over():
    """Where every setting failed there is nothing left to measure."""
    assert left({}) is None
