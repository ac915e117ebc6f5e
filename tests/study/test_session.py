"""A bench session: its time is shared, and what there was no time for is counted."""

import contextlib

import pytest

from lightwork.study.bench_request import BenchRequest
from lightwork.study.profiles import Grid
from lightwork.study.resume import JournalFolder
from lightwork.study.session import TO_THE_END_S, Session

SMALL = {"items": 4}


@pytest.fixture
def session(tmp_path):
    """A session over toys, with these seconds for each by its number of items; all of their settings selected."""

    def made(budgets_s, **more):
        grids = {
            f"toys.squares items={items}": Grid(
                "toys.squares", {"items": items}, ("map",), (2,), budget_s=budget_s, **more
            )
            for items, budget_s in budgets_s.items()
        }
        request = BenchRequest(grids, None, 1)
        session = Session(request, JournalFolder(tmp_path / "run"), contextlib.nullcontext)
        session.select(request.cells())
        return session, request.cells()

    return made


def test_what_there_was_no_time_for_is_counted(session, tmp_path):
    """A study without time has no cell to show, is no failure and no interrupt; its settings are counted."""
    made, cells = session({4: 0.001, 5: 0.001}, is_limited=True)
    assert [made.measured(cell) for cell in cells] == [None] * 4
    assert (made.left_out(), made.interrupted, made.measured_any) == (2, False, False)
    assert len(list(tmp_path.glob("run/*/journal.jsonl"))) == 1  # the other one was not even begun
    made.drop_journals()
    assert not made.left_over


@pytest.mark.matrix
def test_one_that_has_time_measures_after_one_that_has_none(session):
    """Time that a study can't use is left for the next: here one that takes what both have."""
    made, cells = session({4: 0.001, 5: 600.0}, is_limited=True, blocks=(2, 2))
    assert [made.measured(cell) is not None for cell in reversed(cells)] == [True, True, True, True]
    assert made.left_out() == 0


def test_what_was_asked_for_is_measured_without_time(session):
    """Without a limit all settings are measured, however little time they were given."""
    made, cells = session({4: 0.001}, blocks=(1, 1))
    assert all(made.measured(cell) for cell in cells)
    assert made.left_out() == 0


def test_says_beforehand_how_long_it_takes(session):
    """The settings and studies that are selected, and their time in all."""
    made, _ = session({4: 10.0, 5: 20.0}, is_limited=True)
    expected = made.expected()
    assert (expected.settings, expected.workloads, expected.is_limited) == (2, 2, True)
    assert expected.seconds == pytest.approx(30.0 + 2 * TO_THE_END_S)
