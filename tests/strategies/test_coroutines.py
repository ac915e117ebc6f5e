"""Coroutine functions of the user's own under every kind of strategy, and many at the same time under asyncio."""

import json
import sys
from dataclasses import replace

import pytest
from command_line import assert_refused, told
from registered import in_matrix
from rounds import PATIENCE_S, job, nothing_left_behind, run_round

from lightwork.analysis.losses import violations
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import ABSENT
from lightwork.storage.ledgers import table
from lightwork.workload.trial import failed_in

JOBS = '''
import asyncio, time

from lightwork.ledger import recorder

async def nap(item):
    await asyncio.sleep(0.01)
    return 2 * item

def burn():
    began_ns = time.thread_time_ns()
    while time.thread_time_ns() - began_ns < 5_000_000:
        pass
    return time.thread_time_ns() - began_ns

async def compute(item):
    """What the item computes before and after a wait, by its own clock."""
    used_ns = burn()
    await asyncio.sleep(0.002)
    return used_ns + burn()

async def compute_elsewhere(item):
    return await asyncio.wait_for(asyncio.gather(asyncio.create_task(compute(item))), 60)

async def retry(item):
    await asyncio.sleep(0.002 * item)
    for _ in range(item):
        recorder.count_retry()
        await asyncio.sleep(0)

async def raise_or_wait(item):
    if item == 99:
        raise ValueError("too much")
    await asyncio.Event().wait()

async def raise_or_double(item):
    if item == 99:
        raise ValueError("too much")
    return await nap(item)

async def items():
    return list(range(6))

async def check(results):
    assert results == [0, 2, 4, 6, 8, 10], results

def rows(item):
    yield item

def plain(item):
    return item
'''
ITEMS = [1, 2, 3, 4, 5, 6, 7, 8]


def done(folder, setting, function="nap", items=ITEMS):
    """A round of this function of JOBS, and its ledger."""
    (folder / "jobs.py").write_text(JOBS)
    (folder / "items.json").write_text(json.dumps(items))
    with open_workdir(folder) as workdir, nothing_left_behind():
        asked = job(workdir, setting, f"{folder}/jobs.py:{function}", source=f"list:{folder}/items.json")
        finished = launch(workdir, asked, PATIENCE_S)
    return finished.round, table(finished.ledger)


@pytest.fixture(scope="module")
def serial(tmp_path_factory):
    """The serial round of the naps."""
    return done(tmp_path_factory.mktemp("serial"), Setting("serial"))[0]


@pytest.mark.parametrize("name", ["asyncio", "process_executor", *in_matrix(("threads",), ("map",), ("queue",))])
def test_every_strategy_awaits_the_items(name, serial, tmp_path):
    """All are done once, with serial's results; nobody is left behind."""
    round_, rows = done(tmp_path, Setting(name, 3))
    assert (round_.outcome, round_.reason, round_.items_done) == (Outcome.OK, "", len(ITEMS))
    assert round_.result_digest == serial.result_digest != ""
    assert violations(round_, rows, 3) == []


@pytest.mark.parametrize(
    ("setting", "most"), [(Setting("serial"), 1), (Setting("asyncio", 1), 1), (Setting("asyncio", 4), 4)], ids=str
)
def test_so_many_items_are_in_flight_as_workers(setting, most, tmp_path):
    """Serially one; else as many as workers, no more and no fewer, each task with a slot and a life of its own."""
    round_, rows = done(tmp_path, setting)
    in_flight = [sum((rows["start_ns"] <= start_ns) & (start_ns < rows["end_ns"])) for start_ns in rows["start_ns"]]
    assert max(in_flight) == len(round_.workers) == len(set(rows["worker"].tolist())) == most
    assert violations(round_, rows, most) == []
    for worker in round_.workers:
        assert round_.t0_ns <= worker.requested_ns <= worker.ready_ns <= round_.t1_ns
        assert setting.strategy == "serial" or worker.ready_ns < worker.exit_ns <= round_.t1_ns


@pytest.mark.parametrize("function", ["compute_elsewhere", *in_matrix(("compute",))])
@pytest.mark.parametrize("setting", [Setting("serial"), Setting("asyncio", 4)], ids=["serial", "asyncio"])
def test_an_item_has_the_cpu_time_of_its_own_steps(setting, function, tmp_path):
    """What others compute while an item waits is not its own, what tasks that it makes compute is."""
    round_, rows = done(tmp_path, setting, function)
    computed_ns = len(ITEMS) * 2 * 5_000_000
    assert min(rows["cpu_ns"]) >= 2 * 5_000_000
    assert rows["cpu_ns"].sum() <= round_.usage.cpu_ns
    assert rows["cpu_ns"].sum() < 2 * computed_ns
    assert ((rows["runqueue_ns"] == ABSENT) == (setting.workers > 1)).all()
    if setting.workers > 1:
        assert (rows["end_ns"] - rows["start_ns"]).sum() > 2 * computed_ns  # they wait for each other's turns


def test_retries_are_counted_for_the_item_that_makes_them(tmp_path):
    """Though others have their turns in between."""
    _, rows = done(tmp_path, Setting("asyncio", 4), "retry")
    assert rows["retries"].tolist() == ITEMS


def test_an_items_exception_ends_the_others(tmp_path):
    """It is raised in the caller as it is; items that wait are not waited for."""
    round_, _ = done(tmp_path, Setting("asyncio", 3), "raise_or_wait", items=[1, 2, 99, 4])
    assert (round_.outcome, round_.reason) == (Outcome.RAISED, "ValueError: too much in item 2: 99")


def test_what_stands_around_the_rounds_may_be_coroutine_functions(tmp_path):
    """Items from one, and a check that is one, which fails the round."""
    (tmp_path / "jobs.py").write_text(JOBS)
    for function, outcome in (("nap", Outcome.OK), ("retry", Outcome.WRONG)):
        named = {"source": f"call:{tmp_path}/jobs.py:items", "check": f"{tmp_path}/jobs.py:check"}
        round_ = run_round(tmp_path, Setting("asyncio", 2), workload=f"{tmp_path}/jobs.py:{function}", **named).round
        assert (round_.outcome, round_.items_done) == (outcome, 6)


@pytest.mark.parametrize(
    ("target", "saying"),
    [
        ("jobs.py:plain", "strategy asyncio needs a coroutine function (async def), and jobs.py:plain has a plain one"),
        ("jobs.py:rows", "jobs.py:rows is a generator function: name a function that returns an item's result"),
    ],
)
def test_a_function_that_can_not_be_awaited_is_refused(target, saying, tmp_path, monkeypatch, capsys):
    """In one line, before anything runs."""
    (tmp_path / "jobs.py").write_text(JOBS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path))
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "jobs", raising=False)
    assert_refused(capsys, "plan", target, "--items", "jobs.py:items", "--strategies", "asyncio", saying=saying)
    monkeypatch.delitem(sys.modules, "jobs", raising=False)


def test_a_built_in_workload_without_a_coroutine_is_refused(capsys, tmp_path, monkeypatch):
    """One that has a coroutine is not."""
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path))
    saying = "strategy asyncio needs a coroutine function (async def), and file_read has a plain one"
    assert_refused(capsys, "plan", "file_read", "--strategies", "asyncio", "--dry-run", saying=saying)
    status, printed, _ = told(capsys, "plan", "sleep_io", "--strategies", "asyncio", "--dry-run")
    assert (status, "asyncio" in printed) == (0, True)


@pytest.mark.parametrize("name", ["serial", "asyncio", "threads"])
def test_neighbouring_items_may_be_awaited_as_one(name, tmp_path):
    """A bundle's results are its items', and the user's check gets them one by one."""
    (tmp_path / "jobs.py").write_text(JOBS)
    named = {"source": f"call:{tmp_path}/jobs.py:items", "bundle": 4, "check": f"{tmp_path}/jobs.py:check"}
    round_ = run_round(tmp_path, Setting(name, 2), workload=f"{tmp_path}/jobs.py:nap", **named).round
    assert (round_.outcome, round_.reason, round_.items_done) == (Outcome.OK, "", 2)


@pytest.mark.parametrize("name", ["serial", "asyncio", "threads"])
def test_a_trial_notes_the_coroutine_that_raises(name, tmp_path):
    """The others are done, and the reason is known by the item's place."""
    (tmp_path / "jobs.py").write_text(JOBS)
    (tmp_path / "items.json").write_text("[1, 2, 99, 4]")
    named = {"source": f"list:{tmp_path}/items.json", "trial_s": 60.0}
    round_ = run_round(tmp_path, Setting(name, 2), workload=f"{tmp_path}/jobs.py:raise_or_double", **named).round
    assert (round_.outcome, round_.items_done) == (Outcome.OK, 4)
    assert failed_in(round_.evidence) == {2: "ValueError: too much"}


def test_tasks_have_no_memory_of_their_own(tmp_path):
    """What their one process takes is not what each of them takes."""
    slow = "async def nap(item):\n    import asyncio\n    await asyncio.sleep(0.5)\n"
    (tmp_path / "slow.py").write_text(slow)
    (tmp_path / "items.json").write_text("[1, 2]")
    with open_workdir(tmp_path) as workdir:
        asked = job(workdir, Setting("asyncio", 2), f"{tmp_path}/slow.py:nap", source=f"list:{tmp_path}/items.json")
        round_ = launch(workdir, replace(asked, probe=True), PATIENCE_S).round
    assert round_.memory.samples > 0
    assert [worker.peak_uss_bytes for worker in round_.workers] == [None, None]
