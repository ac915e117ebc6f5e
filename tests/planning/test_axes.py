"""Axes: what a plan may choose from, and what is left of it once some can't do the work."""

from lightwork.planning.axes import Axes


def test_elsewhere_are_no_workers_of_the_calling_process():
    """Threads and coroutines are left out; not so where nothing else was asked for."""
    assert Axes(("threads", "asyncio", "map")).elsewhere() == Axes(("map",))
    assert Axes(("threads",)).elsewhere() == Axes(("threads",))
