"""The hand-out rules of libraries' strategies are what the libraries do."""

import threading
from itertools import accumulate

import numpy as np
import pytest

from lightwork import strategies
from lightwork.core.setting import Setting
from lightwork.planning.calibrate import _calibrating
from lightwork.replay.costs import Costs
from lightwork.replay.demands import Demands
from lightwork.replay.engine import replay
from lightwork.replay.hand_out import hand_out

needs_joblib = pytest.mark.skipif(bool(strategies.absent("joblib")), reason="needs joblib")
needs_mpire = pytest.mark.skipif(bool(strategies.absent("mpire")), reason="needs mpire")


@needs_joblib
@pytest.mark.parametrize(
    ("items", "workers", "chunksize"), [(13, 2, 1), (100, 2, 7), (400, 2, 20), (50, 3, 2), (3, 4, 5), (61, 5, 12)]
)
def test_joblib_cuts_as_the_rule_says(items, workers, chunksize, monkeypatch):
    """Batches are as many and as large, and as many are sent before the first answer, as joblib makes of the items."""
    from joblib import Parallel, delayed

    cut, ahead, may_answer = [], [], threading.Event()
    dispatch, start = Parallel._dispatch, Parallel._start

    def note(self, batch):
        cut.append(len(batch))
        dispatch(self, batch)

    def note_start(self, *arguments):
        start(self, *arguments)
        ahead.append(len(cut))
        may_answer.set()

    monkeypatch.setattr(Parallel, "_dispatch", note)
    monkeypatch.setattr(Parallel, "_start", note_start)
    Parallel(n_jobs=workers, backend="threading", batch_size=chunksize)(
        delayed(may_answer.wait)(20) for _ in range(items)
    )
    plan = hand_out(Setting("joblib", workers, chunksize), items)
    assert list(accumulate(cut, initial=0)) == plan.bounds.tolist()
    assert ahead == [plan.window]


@needs_mpire
def test_mpire_aims_at_as_many_chunks_and_keeps_two_a_worker_in_flight():
    """Our default is mpire's own chunk size, rounded up, and its bound on active tasks is the rule's window."""
    from mpire import WorkerPool
    from mpire.params import check_map_parameters

    items = range(1000)
    pool = WorkerPool(n_jobs=3)
    rest = (None, None, False, None, None, None, None, None)
    *_, own, _, _ = check_map_parameters(pool.pool_params, items, None, None, None, *rest)
    setting = Setting("mpire", 3)
    size = strategies.chunksize_in_force(setting, 1000)
    assert own <= size < own + 1
    _, active, *_ = check_map_parameters(pool.pool_params, items, None, None, size, *rest)
    assert active == hand_out(setting, 1000).window * size


def test_joblib_with_one_worker_is_replayed_as_the_caller():
    """One worker is none: nothing is started, handed over or closed; what is left is loading the library."""
    demands = Demands(*(np.full(5, value) for value in (100, 100, 0, 0)), index=np.arange(5))
    dear = Costs(open_ns=7, request_ns=50, boot_ns=900, send_ns=30, take_ns=30, close_ns=400, close_worker_ns=400)
    assert replay(demands, Setting("joblib", 1), 2, dear).makespan_ns == 5 * 200 + 7
    assert not hand_out(Setting("joblib", 2), 5).in_caller


def test_calibrating_asks_joblib_for_workers_that_there_are():
    """A round without workers tells nothing of their costs: joblib is calibrated with two and three."""
    workers = {
        name: {one.workers for one in _calibrating([(name, "fork")], (1, 2))}
        for name in ("joblib", "mpire", "shared_memory")
    }
    assert workers == {"joblib": {2, 3}, "mpire": {1, 2}, "shared_memory": {1, 2}}
