"""Memory: what settings take is predicted from rounds of one and two workers, and a limit leaves out what is above."""

from dataclasses import replace

import pytest
from registered import in_matrix

from lightwork.core.round import Outcome, Round, Worker
from lightwork.core.setting import Setting
from lightwork.core.usage import Memory
from lightwork.planning.memory_probe import MemoryModel, may_exceed, model_of

MB = 1_000_000


def a_round(pss, *own, uss=None):
    """A round with this peak of all, and these peaks of its workers alone."""
    workers = tuple(Worker(slot, slot + 1, 0, 1, 2, 0, None, size, size) for slot, size in enumerate(own))
    return Round("cell", 0, 0, Outcome.OK, memory=Memory(pss, uss or pss, 5, 0.01, 0), workers=workers)


def test_a_straight_line_through_two_rounds():
    """What is not the workers' own is the base; each worker is taken to need what the largest did."""
    found = model_of([a_round(50 * MB, 30 * MB), a_round(80 * MB, 30 * MB, 28 * MB)], a_round(45 * MB))
    assert found == MemoryModel(22 * MB, 30 * MB, 45 * MB)
    assert found.peak_bytes(Setting("map", 4)) == 142 * MB


def test_without_rounds_of_workers_each_needs_what_the_serial_one_did():
    """After --once there is nothing else to go by; without any sample there is no model."""
    assert model_of([], a_round(45 * MB, uss=40 * MB)) == MemoryModel(45 * MB, 40 * MB, 45 * MB)
    assert model_of([], replace(a_round(1), memory=None)) is None
    assert model_of([a_round(None)], replace(a_round(1), memory=None)) is None


@pytest.mark.parametrize("name", ["threads", "asyncio"])
@pytest.mark.parametrize("probed", [[], [a_round(50 * MB, 30 * MB)]])
def test_workers_in_the_caller_take_what_the_serial_round_did(name, probed):
    """Threads and tasks are no processes of their own, however many there are and whatever was measured."""
    found = model_of(probed, a_round(45 * MB, uss=40 * MB))
    assert {found.peak_bytes(Setting(name, workers)) for workers in (1, 40)} == {45 * MB}


def test_a_limit_that_is_far_away_costs_no_rounds():
    """Only where so many hosts as there are workers, and the caller, could reach it is it worth measuring."""
    assert not may_exceed(1000 * MB, [1, 8], a_round(100 * MB))
    assert may_exceed(1000 * MB, [1, 16], a_round(100 * MB))
    assert may_exceed(1000 * MB, [1], replace(a_round(1), memory=None))


@pytest.mark.matrix
def test_settings_above_the_limit_are_not_measured(user):
    """Items of 30 MB under a limit of 120 MB: eight workers are predicted to be too many, and it says so."""
    words = ("load.py:grow", "--items", "load.py:sizes", "--strategies", "imap_unordered", "--chunksizes", "1")
    words = (*words, "--orders", "given", "--workers", "1,8", "--blocks", "1", "--details")
    found = user.plan(*words, "--memory-limit", "120MB")
    assert found.returncode == 0, found.stderr
    assert "ettings above the memory limit of 114 MiB are left out (predicted: " in found.stdout
    assert "measuring imap_unordered x 1\n" in found.stderr


@pytest.mark.parametrize("words", [["--once"], *in_matrix(([],))])
def test_a_limit_that_nothing_fits_into_is_a_failure(user, words):
    """Where even one worker is too much, the advice is to stay serial or to allow more."""
    found = user.plan(
        "load.py:grow",
        "--items",
        "load.py:sizes",
        "--strategies",
        "map",
        "--workers",
        "1,2",
        "--memory-limit",
        "5MB",
        *words,
    )
    assert (found.returncode, found.stdout) == (1, ""), found.stderr
    assert "no setting fits into the memory limit of 4.77 MiB" in found.stderr
