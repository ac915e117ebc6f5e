"""Inner threads: when one in each worker is forecast to be better, and when that is tried; no plan is run."""

from dataclasses import replace

import pytest
from contests import SERIAL_SETTING, calibration, computes, contest, job, pool

from lightwork.core.round import Outcome, Round
from lightwork.errors import UsageError
from lightwork.planning.axes import Axes
from lightwork.planning.inner_threads import InnerThreads, is_better, measured
from lightwork.planning.inner_work import InnerWork
from lightwork.planning.request import Request

pytestmark = pytest.mark.usefixtures("forks")

TWO = Axes(("map",), (2,), (1,), start_methods=("fork",))


@pytest.mark.parametrize(("longer", "better"), [(1.2, True), (1.8, True), (1.95, False), (2.4, False)])
def test_one_thread_each_is_better_where_it_costs_less_than_it_frees(longer, better):
    """Two cores, both kept busy by an item: two workers of one thread gain 2 / longer over the serial run."""
    as_it_is = job(computes(*[100] * 40), 1.0)
    limited = job(computes(*[100 * longer] * 40), 2.0, longer=longer)
    assert is_better(as_it_is, limited, TWO, calibration(), lambda _: True) == better


def test_speedups_are_over_the_serial_run_as_it_is():
    """Items take 1.6 times as long with one thread, so two workers are 1.25 times as fast as the serial run was."""
    limited = job(computes(*[160] * 40), 2.0, longer=1.6)
    assert limited.serial_s == pytest.approx(4.0)
    predicted = contest(limited, TWO)
    assert predicted.belief.speedup(pool(2)).point == pytest.approx(1.25, rel=0.02)
    seen = contest(limited, TWO, {SERIAL_SETTING: (4.0,) * 6, pool(2): (3.2,) * 6})
    assert seen.chosen == pool(2)
    assert seen.belief.speedup(pool(2)).point == pytest.approx(1.25, rel=0.02)
    assert not seen.traits.limits
    slow = contest(limited, TWO, {SERIAL_SETTING: (4.0,) * 6, pool(2): (3.9,) * 6})
    assert slow.chosen is None


@pytest.mark.parametrize(("left_ns", "matters"), [(0.0, True), (8.8e8, False)])
def test_threads_that_no_library_starts_are_not_its_doing(left_ns, matters):
    """Where items compute beside their thread with one inner thread too, it was not the library's threads that did."""
    limited = InnerThreads(1, None, 1.0, InnerWork(cores=1.9, beside_ns=9e8), InnerWork(beside_ns=left_ns))
    assert limited.matters == matters


def test_a_number_of_threads_needs_a_library_that_has_them():
    """Asked for where no BLAS or OpenMP library runs threads: said in one line."""
    request = Request("load.py:f", {}, TWO, 2.0, inner_threads=1)
    with pytest.raises(UsageError, match=r"load\.py:f runs no BLAS or OpenMP library that has threads: omit it"):
        measured(request, None, None, InnerWork())


@pytest.mark.parametrize("changes", [{"beside_ns": 0.0}, {"pools": ""}, {"starts_processes": True}, {"cores": 400.0}])
def test_nothing_more_is_run_where_it_could_not_help(changes):
    """No work beside the item's thread, no such library, processes that are the item's own, or no time for it."""
    round_ = Round("serial", 0, 0, Outcome.OK, t0_ns=0, t1_ns=10**9)
    serial = type("Serial", (), {"finished": type("Finished", (), {"round": round_})})
    inner = InnerWork(cores=1.8, beside_ns=8e8, pools="OpenBLAS")
    request = Request("load.py:f", {}, TWO, 2.0, tries_inner_threads=True)
    assert measured(request, None, serial, replace(inner, **changes)) is None
    assert measured(replace(request, tries_inner_threads=False), None, serial, inner) is None
