"""Profiles: what one would try is in quick, and every strategy is in full."""

import pytest

from lightwork import strategies
from lightwork.study.profiles import FULL, QUICK


def names(grids):
    """The strategies that these grids measure."""
    return {setting.strategy for grid in grids for setting in grid.settings()}


def test_every_strategy_that_can_be_used_is_in_the_full_profile():
    """A user can measure each by one word, whatever is installed."""
    assert names(FULL) == {name for name in strategies.usable() if strategies.find(name).parallel}


@pytest.mark.parametrize("grid", QUICK, ids=lambda grid: grid.workload)
def test_quick_has_threads_and_processes_that_a_user_pastes_in_two_lines(grid):
    """Each study says whether the work waits or computes: by threads beside processes, under as many workers."""
    workers = {
        kind: {setting.workers for setting in grid.settings() if strategies.find(setting.strategy).workers == kind}
        for kind in ("threads", "processes")
    }
    assert workers["threads"] == workers["processes"] != set()


def test_quick_has_chunks_and_single_items():
    """Whether chunks help is measured, too."""
    sizes = {(setting.strategy, setting.chunksize) for grid in QUICK for setting in grid.settings()}
    assert {("imap_unordered", None), ("imap_unordered", 16), ("map", None), ("process_executor", None)} <= sizes
