"""Helpers: processes that a job keeps beside its items are named, with what they computed meanwhile."""

import multiprocessing

from lightwork.host import helpers


def test_a_manager_is_named_with_what_it_computed_since():
    """Nothing without one; what it had computed before does not count, and all of one that came later does."""
    assert helpers.facts(helpers.cpu_ns()) == {}
    with multiprocessing.Manager() as manager:
        shared = manager.dict()
        before = helpers.cpu_ns()
        while not helpers.facts(before)[helpers.CPU_NS]:
            shared.update({number: number for number in range(1000)})
        facts, whole = helpers.facts(before), helpers.facts({})
        assert facts[helpers.NAMES].startswith("SyncManager")
        assert facts[helpers.CPU_NS] <= whole[helpers.CPU_NS]
