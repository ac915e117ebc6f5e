"""Warnings of a footprint: only where the recommended workers would not do as the serial run did."""

from dataclasses import replace

import pytest

from lightwork.core.footprint import NO_FOOTPRINT, Footprint, Gate, SharedFile, StateChange
from lightwork.core.setting import Setting
from lightwork.core.warnings import (
    LostState,
    PrivateGate,
    RacyState,
    SharedConnections,
    SharedFiles,
    SharedProcess,
)
from lightwork.planning.conclude.footprint import footprint_warnings

LISTED, COUNTED = StateChange("RESULTS", "list", 0, 16), StateChange("COUNT", "int")
FILE = SharedFile("/home/out.csv", 16, appends=True)
EVERYTHING = Footprint((LISTED, COUNTED), (FILE,), ("CONNECTION",), moves=True)
FORKS, FRESH, THREADS = Setting("map", 2), Setting("map", 2, start_method="spawn"), Setting("threads", 8)


@pytest.mark.parametrize(
    ("setting", "warnings"),
    [
        (
            FORKS,
            [
                LostState((LISTED, COUNTED)), SharedFiles((FILE,)),
                SharedConnections(("CONNECTION",)),
            ],
        ),
        (FRESH, [LostState((LISTED, COUNTED)), SharedFiles((FILE,))]),
        (THREADS, [RacyState((COUNTED,)), SharedFiles((FILE,)), SharedProcess(moves=True, sets_environment=False)]),
    ],
    ids=["forks", "fresh interpreters", "threads"],
)  # fmt: skip
def test_each_kind_of_worker_has_its_own(setting, warnings):
    """Processes lose what the caller should see, forks share what was open, threads share the process."""
    assert list(footprint_warnings(EVERYTHING, setting)) == warnings


@pytest.mark.parametrize("places", [1, 2])
def test_a_semaphore_holds_back_no_other_process(places):
    """Two processes pass one that lets a single item through; threads share it, and one of two places is no matter."""
    footprint = replace(NO_FOOTPRINT, gates=(Gate("GATE", places),))
    found = list(footprint_warnings(footprint, FORKS))
    assert found == ([PrivateGate(Gate("GATE", 1), 2)] if places == 1 else [])
    assert list(footprint_warnings(footprint, THREADS)) == []


@pytest.mark.parametrize("setting", [FORKS, FRESH, THREADS])
def test_items_that_only_return_something_need_none(setting):
    """Nor does a list that threads append to: that is safe."""
    assert list(footprint_warnings(NO_FOOTPRINT, setting)) == []
    if setting is THREADS:
        assert list(footprint_warnings(replace(NO_FOOTPRINT, changes=(LISTED,)), setting)) == []
