"""Rounds on a cluster that is there: real workers in network namespaces, with clocks of their own, killed amid work."""

import os
import time
import uuid
from contextlib import contextmanager, suppress

import clusters
import psutil
import pytest
from rounds import job, nothing_left_behind

from lightwork import strategies
from lightwork.analysis.losses import losses_of, violations
from lightwork.cluster.visit import connected, lost_in, offset_to
from lightwork.core.cluster_facts import SCHEDULER
from lightwork.core.round import Outcome, Round, encode
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.storage.decode import read_as
from lightwork.storage.ledgers import table

SHIFT_S = 5_000
NO_NAMESPACES = clusters.why_not()
needs_dask = pytest.mark.skipif(bool(strategies.absent("dask")), reason=strategies.absent("dask"))
needs_namespaces = pytest.mark.skipif(bool(NO_NAMESPACES), reason=NO_NAMESPACES or "they are permitted")
pytestmark = needs_dask


def run_round(folder, setting, **parameters):
    """One round of `toys.mortal` with these parameters."""
    with open_workdir(folder) as workdir:
        return launch(workdir, job(workdir, setting, "toys.mortal", **parameters), 60.0)


@contextmanager
def on(address):
    """Have the rounds within run on the cluster of this scheduler."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SCHEDULER, address)
        yield


@pytest.fixture(scope="module")
def cluster():
    """One worker whose clock is ours, and one behind it whose clock is SHIFT_S ahead; neither sees our ledgers."""
    if NO_NAMESPACES:
        pytest.skip(NO_NAMESPACES)
    with clusters.cluster() as made:
        made.add("a")
        made.add("b", shift_s=SHIFT_S)
        made.wait()
        yield made


@pytest.mark.matrix
def test_rows_travel_from_workers_that_cant_see_the_ledger(cluster, tmp_path):
    """Every item once with serial's results, a row of each by our clock, and a ledger of which losses can be told."""
    with on(cluster.address), nothing_left_behind():
        found = run_round(tmp_path, Setting("dask", 2))
    serial = run_round(tmp_path, Setting("serial")).round
    one, rows = found.round, table(found.ledger)
    assert (one.outcome, one.reason) == (Outcome.OK, "")
    assert (one.items_done, one.items_again) == (12, 0)
    assert one.result_digest == serial.result_digest != ""
    assert {worker.pid for worker in one.workers} <= {process.pid for process in cluster.workers}
    assert len(set(rows["worker"])) == 2
    assert violations(one, rows, 2) == []
    # Waits of 20 ms on two workers: 240 ms of items, whatever the clock by which they were taken.
    assert 0.24 <= losses_of(one, rows, 2).item_ns / 1e9 <= 1.0


@pytest.mark.matrix
def test_tells_how_sure_the_times_are(cluster, tmp_path):
    """The round keeps the scheduler, the number of clocks, their uncertainty, and it survives being saved."""
    with on(cluster.address):
        one = run_round(tmp_path, Setting("dask", 2)).round
    assert (one.remote.scheduler, one.remote.workers, one.remote.clocks) == (cluster.address, 2, 1)
    assert 0 < one.remote.clock_uncertainty_ns < one.wall_ns
    assert one.remote.clamped_ns <= one.remote.clock_uncertainty_ns
    assert read_as(Round, encode(one)) == one


@pytest.mark.matrix
def test_claims_no_memory_and_no_cpu_time_of_others_processes(cluster, tmp_path):
    """What was not measured of a cluster's workers is not told: neither their memory nor their CPU time."""
    with on(cluster.address):
        one = run_round(tmp_path, Setting("dask", 2)).round
    assert one.memory is None
    assert (one.usage.cpu_ns, one.usage.others_cpu_ns) == (None, None)
    assert one.usage.caller_cpu_ns > 0


@pytest.mark.matrix
def test_reads_a_clock_to_within_what_it_says(cluster):
    """A worker with our clock is off by 0, a shifted one by the shift, each to within the stated uncertainty."""
    with connected(cluster.address) as client:
        addresses = {client.run(os.getpid, workers=[one])[one]: one for one in client.nthreads()}
        near, far = (offset_to(client, addresses[process.pid]) for process in cluster.workers)
    assert abs(near.offset_ns) <= near.uncertainty_ns
    assert abs(far.offset_ns - SHIFT_S * 10**9) <= far.uncertainty_ns


@pytest.mark.matrix
def test_fewer_workers_than_the_cluster_has(cluster, tmp_path):
    """One worker of two is used where one is asked for."""
    with on(cluster.address):
        found = run_round(tmp_path, Setting("dask", 1, 5))
    assert found.round.ok
    assert len(found.round.workers) == 1
    assert violations(found.round, table(found.ledger), 1) == []


@pytest.mark.matrix
def test_more_workers_than_the_cluster_has(cluster, tmp_path):
    """A round that asks for more is no round, and says why in one line."""
    with on(cluster.address):
        found = run_round(tmp_path, Setting("dask", 3)).round
    assert found.outcome is Outcome.RAISED
    assert found.reason == f"{cluster.address} has 2 workers, fewer than 3: start more, or use fewer"


@pytest.mark.matrix
@needs_namespaces
def test_a_lost_worker_shows_as_items_begun_again(tmp_path):
    """A worker killed amid its items costs no item: each came back once, and what it had been given counts as again."""
    with clusters.cluster() as made:
        made.add("a")
        made.add("b", shift_s=SHIFT_S)
        made.wait()
        with on(made.address):
            found = run_round(tmp_path, Setting("dask", 2), items=20, at=7)
        assert sorted(process.poll() is None for process in made.workers) == [False, True]
    one, rows = found.round, table(found.ledger)
    assert (one.outcome, one.reason, one.items_done) == (Outcome.OK, "", 20)
    assert one.remote.lost_workers == 1
    assert rows["again"][7] == 1
    assert 1 <= one.items_again < 20  # beside it, what it had not told of, and what waited for it
    assert violations(one, rows, 2) == []


@pytest.mark.matrix
@needs_namespaces
def test_a_worker_that_sees_the_ledger_writes_into_it(tmp_path):
    """Another network is no other host: no row travels, the ledger itself counts what a killed worker had begun."""
    with clusters.cluster() as made:
        made.add("a", apart=False)
        made.add("b", apart=False)
        made.wait()
        with on(made.address):
            found = run_round(tmp_path, Setting("dask", 2), items=20, at=7)
    one, rows = found.round, table(found.ledger)
    assert (one.outcome, one.items_done, one.remote.workers) == (Outcome.OK, 20, 0)
    assert rows["again"][7] == 1
    assert all(one.t0_ns <= worker.requested_ns <= worker.ready_ns <= one.t1_ns for worker in one.workers)
    assert violations(one, rows, 2) == []


@pytest.mark.matrix
@needs_namespaces
def test_refuses_a_worker_that_can_not_do(tmp_path):
    """A worker without lightwork, and one that runs two items at once, are refused by their names in one line."""
    with clusters.cluster() as made, on(made.address):
        made.add("a", bare=True)
        made.wait()
        bare = run_round(tmp_path, Setting("dask", 1)).round
        made.add("b", threads=2)
        made.wait()
        both = run_round(tmp_path, Setting("dask", 2)).round
    assert bare.outcome is both.outcome is Outcome.RAISED
    assert "can't load the work" in bare.reason
    assert "install lightwork and the work's module there" in bare.reason
    assert "runs 2 items at once: start it with --nthreads 1" in both.reason


@pytest.mark.matrix
def test_a_killed_worker_of_a_cluster_of_its_own(tmp_path):
    """The strategy's own cluster replaces a killed worker; its item counts as begun again, and nobody is left."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting("dask", 2), items=20, at=7)
    one, rows = found.round, table(found.ledger)
    assert (one.outcome, one.reason, one.items_done, one.remote) == (Outcome.OK, "", 20, None)
    assert rows["again"][7] == 1
    assert violations(one, rows, 2) == []


def test_nobody_answers(tmp_path):
    """A scheduler that is not there is named in one line."""
    with on("tcp://127.0.0.1:1"):
        found = run_round(tmp_path, Setting("dask", 2)).round
    assert found.outcome is Outcome.RAISED
    assert found.reason.startswith("no scheduler answers at tcp://127.0.0.1:1 (")
    assert "\n" not in found.reason


def test_namespaces_are_gone():
    """What the tests made of namespaces and wires is removed."""
    if NO_NAMESPACES:
        pytest.skip(NO_NAMESPACES)

    def own():
        return {name for name in (*os.listdir("/run/netns"), *psutil.net_if_addrs()) if name.startswith(mark)}

    mark = f"mh{os.getpid()}"
    before = own()
    with suppress(ZeroDivisionError), clusters.cluster():
        assert len(own() - before) == 3  # two namespaces, and the end of a wire in this one
        raise ZeroDivisionError
    given_up_s = time.monotonic() + 200
    while not own() <= before and time.monotonic() < given_up_s:  # the kernel takes a wire away some time after its end
        time.sleep(0.05)
    assert own() <= before


def test_tells_which_tasks_went_with_a_worker():
    """All that a lost worker had been given, or had done and still kept, were handed out again; not strangers'."""
    ours = f"work-{uuid.UUID(int=7)}"
    events = [
        {"action": "add-worker", "worker": "w1"},
        {
            "action": "remove-worker", "worker": "w1", "processing-tasks": {f"{ours}-12", f"{ours}-9", ("x", 1)},
            "lost-computed-tasks": {f"{ours}-3", "other-5", "work-0a1b2c3d4e5f", "work-x-5"},
        },
        {"action": "remove-worker", "worker": "w2", "processing-tasks": set(), "lost-computed-tasks": set()},
    ]  # fmt: skip
    assert lost_in(events) == [[3, 9, 12], []]
