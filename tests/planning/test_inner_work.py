"""Inner work: what items compute beside the thread that runs them, and how many workers then fit; no round is run."""

from dataclasses import replace

import pytest
from contests import computes, waits

from lightwork.core.round import Outcome, Round
from lightwork.core.usage import Usage
from lightwork.host.inner_work import PROCESSES
from lightwork.planning.inner_work import InnerWork, inner_work_of

MS = 1_000_000
SERIAL = Round("serial", 0, 0, Outcome.OK, t0_ns=0, t1_ns=1000 * MS, item_wall_ns=1000 * MS)


def seen(own_ms, tree_ms, wall_ms=1000, **facts):
    """What a serial round of a second shows, in which the thread and the whole tree computed so long.

    wall_ms: what is left of the second without waits for a core.
    """
    return inner_work_of(
        replace(
            SERIAL, item_cpu_ns=own_ms * MS, thread_cpu_ns=own_ms * MS, usage=Usage(cpu_ns=tree_ms * MS), facts=facts
        ),
        wall_ms * MS,
    )


@pytest.mark.parametrize(
    ("own_ms", "tree_ms", "busy"),
    [(1000, 1800, 1.8), (20, 3900, 3.9), (1000, 1050, 1.0), (20, 900, 1.0), (20, 50, 1.0)],
)
def test_cores_that_an_item_keeps_busy(own_ms, tree_ms, busy):
    """CPU time of the whole tree over the items' wall; a little more is the interpreter's own doing."""
    assert seen(own_ms, tree_ms).cores == pytest.approx(busy)


def test_cores_that_others_take_meanwhile_do_not_hide_inner_work():
    """An item that has half a core, as others have the rest, would keep two busy if they were there."""
    assert seen(500, 1000, wall_ms=500).cores == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("started", "others_ms", "cores"), [(2, 1000, 2.0), (1, 1000, 1.0), (2, 0, 1.0), (0, 1000, 1.0)]
)
def test_processes_of_an_item_share_what_others_leave(started, others_ms, cores):
    """Two that get one core of two, as others have the other, would keep both busy; one alone would not."""
    serial = replace(
        SERIAL, items_done=1, facts={PROCESSES: started},
        usage=Usage(cpu_ns=1000 * MS, others_cpu_ns=others_ms * MS, machine_cpus=2),
    )  # fmt: skip
    assert inner_work_of(serial, 1000 * MS).cores == pytest.approx(cores)


@pytest.mark.parametrize(
    ("busy", "cores", "room"), [(1.0, 2.0, 2.0), (1.0, 0.5, 0.5), (1.8, 2.0, 1.0), (1.9, 8.0, 4.0), (4.0, 2.0, 1.0)]
)
def test_workers_and_what_each_keeps_busy_fit_the_cores(busy, cores, room):
    """Workers x inner cores <= cores, up to a quarter of a worker; one always fits."""
    assert InnerWork(busy).cores_for(cores) == room


def test_what_children_compute_is_no_waiting():
    """An item that only waits for a program that it runs computes; so only as many fit as there are cores."""
    rows = waits(*[100] * 10)
    assert seen(0, 990).attributed(rows)["cpu_ns"].tolist() == [99 * MS] * 10
    assert seen(0, 0).attributed(rows) is rows
    assert seen(1000, 3000).attributed(computes(*[100] * 10))["cpu_ns"].tolist() == [100 * MS] * 10


@pytest.mark.parametrize(("own_ms", "tree_ms", "is_elsewhere"), [(20, 900, True), (500, 900, False), (20, 40, False)])
def test_programs_that_items_run_hold_no_lock_of_ours(own_ms, tree_ms, is_elsewhere):
    """Threads overlap them as processes do; not so where the item computes itself, and where nothing computes."""
    assert seen(own_ms, tree_ms).is_elsewhere is is_elsewhere


def test_what_a_helper_computes_is_the_items_and_is_waited_for():
    """A Manager's process that computes while items wait: what looked like waiting keeps a core busy."""
    inner = seen(400, 420, helpers="SyncManager-1", helpers_cpu_ns=500 * MS)
    assert (inner.helpers, inner.cores) == ("SyncManager-1", 1.0)
    assert inner.waits == pytest.approx(0.6)
    assert inner.attributed(computes(*[100] * 10))["cpu_ns"].sum() == 1000 * MS
    assert seen(990, 1000, helpers="SyncManager-1", helpers_cpu_ns=10 * MS).helpers == ""


def test_one_helper_works_while_items_wait_and_several_side_by_side():
    """A Manager's clock ticks make its time no second core; a pool of four that items use is four."""
    assert seen(400, 400, helpers="SyncManager-1", helpers_count=1, helpers_cpu_ns=800 * MS).cores == 1.0
    assert seen(20, 20, helpers="P-1, P-2, P-3, ...", helpers_count=4, helpers_cpu_ns=3800 * MS).cores > 3


def test_threads_are_named():
    """Python's by their names, a library's by their number."""
    assert seen(0, 0, threads="metrics").threads_named == "metrics"
    assert seen(0, 0, native_threads=3).threads_named == "3 of a library's own"
    assert seen(0, 0).threads_named == ""
