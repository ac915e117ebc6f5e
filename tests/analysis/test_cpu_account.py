"""The account: our own clocks and the kernel's tell of the same CPU time."""

import numpy as np
import pytest
from rounds import job

from lightwork.analysis.cpu_account import account_of
from lightwork.core.round import Outcome, Round, Worker
from lightwork.core.setting import Setting
from lightwork.core.usage import Usage
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.storage.ledgers import ROW, table
from lightwork.strategies import find

COMPUTING = {"items": 40, "turns": 100_000}


def measured(folder, setting):
    """The account of one real round of computing."""
    with open_workdir(folder) as workdir:
        found = launch(workdir, job(workdir, setting, workload="planted.compute", **COMPUTING), 60.0)
    assert found.round.ok
    return account_of(found.round, table(found.ledger), in_caller=find(setting.strategy).in_caller)


@pytest.mark.timing
@pytest.mark.parametrize(
    "strategy",
    ["serial", "fork", "map", "imap_unordered", "queue", "pipe", "static", "process_executor", "threads"],
)
def test_clocks_and_kernel_agree(strategy, tmp_path):
    """Items, spins, workers' and caller's overhead add up to the kernel's own figure within 5 %."""
    found = measured(tmp_path, Setting(strategy, 1 if strategy == "serial" else 2))
    assert accounted_ns(found) == pytest.approx(found.kernel_ns, rel=0.05)
    assert min(found.items_ns, found.spins_ns, found.workers_ns + found.caller_ns) > 0


def accounted_ns(account):
    """What the clocks saw, which the kernel's figure should be."""
    return account.items_ns + account.spins_ns + account.workers_ns + account.caller_ns


def made_up(rows, workers=(), usage=None):
    """A round of these (worker, cpu, thread_cpu, spin) rows."""
    items = np.zeros(len(rows), ROW)
    for row, (worker, cpu_ns, thread_cpu_ns, spin_ns) in zip(items, rows, strict=True):
        row["worker"], row["cpu_ns"], row["thread_cpu_ns"], row["spin_ns"] = worker, cpu_ns, thread_cpu_ns, spin_ns
        row["state"] = 2
    return Round("map", 0, 0, Outcome.OK, t0_ns=0, t1_ns=1, workers=tuple(workers), usage=usage), items


def test_a_worker_counts_as_far_as_it_was_seen():
    """To its exit where it left by itself, else to its last item and the spin after it."""
    workers = [Worker(0, 1, 0, 0, 9, 0, cpu_ns=150), Worker(1, 2, 0, 0, None, -15), Worker(2, 3, 0, 0, 9, 0, cpu_ns=7)]
    rows = [(0, 50, 120, 0), (1, 20, 60, 0), (1, 30, 95, 5)]
    found = account_of(*made_up(rows, workers, Usage(cpu_ns=300, caller_cpu_ns=40)), in_caller=False)
    assert (found.items_ns, found.spins_ns, found.caller_ns, found.kernel_ns) == (100, 5, 40, 300)
    assert accounted_ns(found) == 150 + 100 + 7 + 40


def test_a_caller_that_runs_items_is_not_counted_twice():
    """Serially the caller's time holds the items': beside them stands what is left of it."""
    found = account_of(*made_up([(0, 50, 900, 5)], usage=Usage(cpu_ns=80, caller_cpu_ns=80)), in_caller=True)
    assert (found.items_ns, found.spins_ns, found.workers_ns, found.caller_ns) == (50, 5, 0, 25)


def test_a_caller_whose_threads_run_items_is_not_counted_twice():
    """Its time holds theirs: what they took beside items and spins is the workers', what is left its own."""
    workers = [Worker(0, 1, 0, 0, 9, None, cpu_ns=70), Worker(1, 2, 0, 0, 9, None, cpu_ns=40)]
    rows = [(0, 50, 60, 5), (1, 30, 35, 0)]
    found = account_of(*made_up(rows, workers, Usage(cpu_ns=150, caller_cpu_ns=150)), in_caller=True)
    assert (found.items_ns, found.spins_ns, found.workers_ns, found.caller_ns) == (80, 5, 25, 40)
    assert accounted_ns(found) == found.kernel_ns


def test_without_a_clock_there_is_no_account():
    """Results of the first schema know neither the caller's nor the threads' CPU time."""
    round_, items = made_up([(0, 50, -1, 0)], usage=Usage(cpu_ns=80, caller_cpu_ns=80))
    assert account_of(round_, items, in_caller=False) is None
    assert account_of(*made_up([(0, 5, 5, 0)], usage=Usage(cpu_ns=80)), in_caller=False) is None
    assert account_of(*made_up([(0, 5, 5, 0)]), in_caller=False) is None
