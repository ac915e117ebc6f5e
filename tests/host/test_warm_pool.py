"""A warm pool is made and used before the round, whose clock then shows the items alone."""

import multiprocessing
import os
import threading
from dataclasses import replace

import numpy as np
import pytest
from registered import FORKED_KINDS, all_but, each_once, unless_absent
from rounds import PATIENCE_S, job, nothing_left_behind, run_round

from lightwork import strategies
from lightwork.analysis.losses import losses_of, violations
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.host.warm_pool import NO_OP, Warmed, roll_of, warm
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.recorder import Detail
from lightwork.ledger.table import Ledger
from lightwork.replay.calibration import Calibration
from lightwork.replay.costs import Costs
from lightwork.replay.demands import demands
from lightwork.replay.engine import replay
from lightwork.storage.ledgers import table

WORKERS = 2
EVERY = [
    unless_absent(name, method)
    for name in strategies.names()
    if strategies.find(name).opened
    for method in strategies.find(name).start_methods
]
KEEPERS = each_once(EVERY)
OTHERS = [name for name in strategies.names() if not strategies.find(name).opened]


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    """A fresh and a warm round of every strategy that keeps a pool, made when first asked for."""
    made = {}

    def made_once(name, method, pool):
        setting = Setting(name, WORKERS, start_method=method, pool=pool)
        if setting not in made:
            with nothing_left_behind():
                made[setting] = run_round(tmp_path_factory.mktemp("warm"), setting)
        return made[setting]

    return made_once


@pytest.mark.parametrize(("name", "method"), KEEPERS)
def test_does_the_same_work(name, method, rounds):
    """Every item once, with the results that a fresh pool gives; nobody is left behind."""
    found, fresh = rounds(name, method, "warm").round, rounds(name, method, "fresh").round
    assert (found.outcome, found.reason) == (Outcome.OK, "")
    assert (found.items_done, found.items_again) == (12, 0)
    assert found.result_digest == fresh.result_digest != ""


@pytest.mark.parametrize(("name", "method"), KEEPERS)
def test_neither_making_nor_closing_it_is_on_the_clock(name, method, rounds):
    """All workers are there at t0, so that start-up is 0, and whoever is seen to leave does so after t1."""
    warm_one, fresh_one = rounds(name, method, "warm"), rounds(name, method, "fresh")
    warm_losses, fresh_losses = (losses_of(one.round, table(one.ledger), WORKERS) for one in (warm_one, fresh_one))
    assert len(warm_one.round.workers) == WORKERS
    assert warm_losses.start_up_ns == 0 < fresh_losses.start_up_ns
    assert all(exit_ns > warm_one.round.t1_ns for exit_ns in exits(warm_one))
    assert all(exit_ns < fresh_one.round.t1_ns for exit_ns in exits(fresh_one))


def exits(finished):
    """When the round's workers left, as far as anybody saw it."""
    return [worker.exit_ns for worker in finished.round.workers if worker.exit_ns]


@pytest.mark.parametrize(("name", "method"), KEEPERS)
def test_its_ledger_is_sound(name, method, rounds):
    """No worker is ready before t0, lanes do not overlap, and all is over by t1: the parts make the whole."""
    found = rounds(name, method, "warm")
    losses = losses_of(found.round, table(found.ledger), WORKERS)
    assert violations(found.round, table(found.ledger), WORKERS) == []
    assert all(worker.requested_ns == worker.ready_ns == found.round.t0_ns for worker in found.round.workers)
    five = (losses.start_up_ns, losses.item_ns, losses.dispatch_ns, losses.tail_ns, losses.teardown_ns)
    assert min(five) >= 0
    assert sum(five) == losses.budget_ns == WORKERS * found.round.wall_ns


@pytest.mark.parametrize(("name", "method"), all_but(FORKED_KINDS, EVERY))
def test_hands_an_items_exception_to_the_caller(name, method, tmp_path):
    """An item that raises ends the round as it ends a fresh pool's, and the pool is closed all the same."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting(name, 2, start_method=method, pool="warm"), fault="raise").round
    assert found.outcome is Outcome.RAISED
    assert "ValueError: this number can't be squared" in found.reason
    assert "in item 5" in found.reason


@pytest.mark.parametrize("name", OTHERS)
def test_refuses_what_keeps_no_pool(name):
    """A strategy whose workers are given their part at birth refuses a warm pool, in a line that says what to do."""
    with pytest.raises(UsageError, match=f"strategy {name} has no pool .* use --pool fresh"):
        strategies.chunksize_in_force(Setting(name, 2, pool="warm"), 10)


def test_the_kernels_books_hold_the_warm_workers(tmp_path):
    """CPU time of workers that live on after t1 is counted, and what they used before t0 is not."""
    setting = Setting("map", 2, start_method="spawn", pool="warm")
    with open_workdir(tmp_path) as workdir:
        found = launch(workdir, job(workdir, setting, "no_op", items=40, turns=20_000), PATIENCE_S).round
    beside_ns = found.usage.cpu_ns - found.usage.caller_cpu_ns - found.item_cpu_ns
    assert 0 < beside_ns < found.item_cpu_ns  # two interpreters' starts alone would be more than these items
    assert all(worker.cpu_ns is None for worker in found.workers)


def test_messages_of_the_warming_are_not_counted(tmp_path):
    """A probing round counts the items' own messages: as many as of a fresh pool."""
    found = {}
    for pool in ("fresh", "warm"):
        found[pool] = probed(tmp_path / pool, Setting("map", 2, 1, pool=pool)).traffic
    assert found["warm"].returned_messages == found["fresh"].returned_messages == 12
    assert found["warm"].sent_messages <= found["fresh"].sent_messages


def probed(folder, setting):
    """A probing round of toy squares."""
    with open_workdir(folder) as workdir:
        return launch(workdir, replace(job(workdir, setting), probe=True), PATIENCE_S).round


class TestMeeting:
    """No-ops wait for one another, so that each worker has one."""

    def test_every_worker_gets_one(self, tmp_path):
        """Two threads meet: neither no-op ends before both have come, and what comes back are the no-ops."""
        path = tmp_path / "ledger"
        Ledger.create(path, 1, 4)
        function = Warmed(abs, str(path), Detail(runqueue=False, spin=False), 2)
        came_back = []
        threads = [threading.Thread(target=lambda: came_back.append(function(NO_OP))) for _ in range(2)]
        threads[0].start()
        threads[0].join(0.2)
        assert came_back == []
        threads[1].start()
        for thread in threads:
            thread.join(200)
        assert came_back == [NO_OP, NO_OP]
        assert function((0, -3)) == (0, 3)
        assert len(set(roll_of(str(path)).read_text().split())) == 2

    def test_a_worker_that_never_comes_is_told(self, tmp_path, monkeypatch):
        """A pool with fewer workers than asked for is no warm one: said after a while, and nothing stays."""
        monkeypatch.setattr("lightwork.host.warm_pool.UP_WITHIN_S", 0.05)
        path = tmp_path / "ledger"
        Ledger.create(path, 1, 4)
        function = Warmed(abs, str(path), Detail(runqueue=False, spin=False), 2)
        opened = strategies.find("map").opened

        def lazy(function, workers, context):
            return opened(function, 1, context)

        with (
            pytest.raises(TimeoutError, match="1 of the pool's 2 workers"),
            warm(lazy, function, multiprocessing.get_context("fork")),
        ):
            pass
        assert not roll_of(str(path)).exists()
        assert os.listdir(tmp_path) == ["ledger"]


def test_a_warm_round_is_predicted_without_its_ends():
    """The replay of a warm pool has neither start-up nor teardown, and the rest of its costs."""
    costs = Costs(open_ns=1e6, boot_ns=2e6, send_ns=1e4, take_ns=1e4, close_ns=3e6, close_worker_ns=1e5, leave_ns=1e5)
    calibration = Calibration({}, {("queue", "fork"): costs})
    work = demands(np.full(20, 1_000_000), np.zeros(20, dtype=np.int64))
    fresh, kept = (
        replay(work, setting, 2, calibration.of(setting)).losses()
        for setting in (Setting("queue", 2), Setting("queue", 2, pool="warm"))
    )
    assert kept.start_up_ns == 0 < fresh.start_up_ns
    assert fresh.teardown_ns - kept.teardown_ns >= 2 * (costs.close_ns + 2 * costs.close_worker_ns)
    assert kept.item_ns == pytest.approx(fresh.item_ns, rel=0.01)
    assert calibration.of(Setting("queue", 2, pool="warm")).send_ns == costs.send_ns
