"""Dear items: those that took far longer than usual ones, and the ledger without what they cost."""

from contests import MS, computes, waits

from lightwork.replay.dear_items import is_dear, usual_ns, without_dear
from lightwork.replay.demands import own_ns


def test_items_far_beyond_the_usual_one_are_dear():
    """Even where most of them are: three in four may be."""
    rows = waits(50, 50, 1, 50, 2, 50, 1, 50)
    assert is_dear(rows).tolist() == [True, True, False, True, False, True, False, True]
    assert not is_dear(waits(10, 11, 12, 29)).any()


def test_without_what_they_cost_dear_items_are_usual_ones():
    """In all that they took, and in what of it they computed; the others stay as they are."""
    rows = computes(50, 1, 1, 2, 50)
    cheap = without_dear(rows)
    wall_ns, cpu_ns = usual_ns(rows)
    assert own_ns(cheap).tolist() == [round(wall_ns), MS, MS, 2 * MS, round(wall_ns)]
    assert cheap["cpu_ns"].tolist() == [round(cpu_ns), MS, MS, 2 * MS, round(cpu_ns)]
    assert (without_dear(computes(5, 6, 7)) == computes(5, 6, 7)).all()
