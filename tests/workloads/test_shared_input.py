"""The big table: every way to give it to workers gives the same sums, and leaves nothing behind."""

import mmap
import os
import pickle
import signal
import subprocess
import sys
import weakref
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from registered import each_once
from rounds import PATIENCE_S, job, nothing_left_behind

from lightwork.core.round import Outcome, Round
from lightwork.core.setting import Setting
from lightwork.errors import CheckFailed, UsageError, WorkError
from lightwork.faults.accident import Accident
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.ledger.table import Ledger, State
from lightwork.machine import shared_memory as folder
from lightwork.study.design import draw_up
from lightwork.workload.api import Place
from lightwork.workload.initializer import Initialized
from lightwork.workloads import _shared_input, shared_input
from lightwork.workloads._shared_input import MethodName
from lightwork.workloads._shared_input.methods import inherited, pickled, shared_memory
from lightwork.workloads._shared_input.stored import Cells, StoredTable
from lightwork.workloads.shared_input import Parameters

METHODS: tuple[MethodName, ...] = get_args(MethodName)
SETTINGS = (Setting("map", 2), Setting("threads", 2), Setting("map", 2, start_method="spawn"))
SMALL = {"table_mib": 2, "items": 8, "passes": 2}
TOO_LARGE_MIB = 1_000_000_000
CASES = [
    pytest.param(method, cells, setting, id=f"{method}-{cells}-{setting.strategy}-{setting.start_method}")
    for cells in get_args(Cells)
    for method in METHODS
    for setting in SETTINGS
    if cells in _shared_input.method_of(method).CELLS and (method != "inherited" or setting.start_method == "fork")
]


def blocks() -> set[str]:
    """The names of the tables in shared memory."""
    return {path.name for path in folder.FOLDER.glob(f"{shared_memory.PREFIX}*")}


def run_round(folder: Path, setting: Setting, strike: Any = None, probe: bool = False, **values: Any) -> Round:
    """One round, its data prepared; strike: what happens beside it."""
    shared_input.prepare(Parameters(**values), folder)
    with open_workdir(folder) as workdir:
        asked = replace(job(workdir, setting, "shared_input", **values), probe=probe)
        accident = Accident(Path(asked.ledger), strike)
        return launch(workdir, asked, PATIENCE_S, beside=accident.beside if strike else None).round


def begin(place: Place, **values: Any) -> tuple[Parameters, list[Any]]:
    """Prepare and set up a round; its parameters and items."""
    parameters = Parameters(**{**SMALL, **values})
    place.data_dir.mkdir(parents=True, exist_ok=True)
    shared_input.prepare(parameters, place.data_dir)
    shared_input.setup(parameters, place)
    return parameters, shared_input.items(parameters, place)


@pytest.fixture
def at_home(tmp_path: Path) -> Place:
    """A place with data of its own."""
    return Place(tmp_path / "data", tmp_path)


@pytest.mark.parametrize(("method", "cells", "setting"), each_once(CASES))
def test_every_method_gives_serials_sums(method: MethodName, cells: Cells, setting: Setting, data_dir: Path) -> None:
    """Forked, spawned or in threads, workers read what serial reads, and no block or process is left."""
    before = blocks()
    with nothing_left_behind():
        serial = run_round(data_dir, Setting("serial"), **SMALL, cells=cells) if cells == "numbers" else None
        found = run_round(data_dir, setting, **SMALL, method=method, cells=cells)
    assert found.ok, (found.reason, found.detail)
    assert found.items_done == SMALL["items"]
    assert serial is None or (found.evidence, found.result_digest) == (serial.evidence, serial.result_digest)
    assert blocks() <= before


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_what_is_not_forked_inherits_nothing(start_method: str, at_home: Place) -> None:
    """The method is refused under other start methods before data are made, with the reason and what to use instead."""
    settings = [Setting("map", 2), Setting("map", 2, start_method=start_method)]
    with pytest.raises(UsageError) as raised:
        draw_up("shared_input", {"method": "inherited"}, settings, at_home.data_dir)
    (line,) = str(raised.value).splitlines()
    assert f"method=inherited can't be used with start method {start_method}" in line
    assert "inherit nothing" in line
    assert "method=mmap or shared_memory" in line
    assert not at_home.data_dir.exists()


def test_loky_inherits_nothing() -> None:
    """Nor do the workers of joblib, whatever the start method is called."""
    with pytest.raises(UsageError, match="method=inherited can't be used with joblib, which starts new interpreters"):
        shared_input.limits(Parameters(method="inherited"), [Setting("joblib", 2)])


def test_a_worker_that_inherited_nothing_says_so() -> None:
    """Where it can't be known before, the item raises in a line that names the method and what to use instead."""
    with pytest.raises(WorkError, match="method=inherited needs workers forked from the caller: use method=mmap"):
        inherited.table(StoredTable("nowhere", 1, "numbers"))


def test_too_little_shared_memory_is_told_before_anything_is_made(at_home: Place) -> None:
    """A table that does not fit is refused in one line, with the size needed and the next step."""
    values = {"method": "shared_memory", "table_mib": TOO_LARGE_MIB}
    with pytest.raises(UsageError) as raised:
        draw_up("shared_input", values, [Setting("map", 2)], at_home.data_dir)
    (line,) = str(raised.value).splitlines()
    assert f"needs {TOO_LARGE_MIB:,} MiB in /dev/shm, which has " in line
    assert "MiB free: use method=mmap, choose a smaller table_mib" in line
    assert not at_home.data_dir.exists()


def test_shared_memory_that_filled_up_is_told_and_not_written_to(at_home: Place) -> None:
    """The room is looked at again before a block is made: writing beyond it would end the process without a word."""
    before = blocks()
    stored = StoredTable("nowhere", TOO_LARGE_MIB, "numbers")
    with pytest.raises(UsageError, match="MiB free: use method=mmap"):
        shared_memory.setup(stored, shared_memory.source(stored, at_home.round_dir))
    assert blocks() <= before


def test_no_shared_memory_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no /dev/shm at all, the line says that."""
    monkeypatch.setattr(folder, "FOLDER", tmp_path / "absent")
    with pytest.raises(UsageError, match=r"needs 64 MiB in .*absent, which is not there: use method=mmap"):
        shared_input.limits(Parameters(method="shared_memory"), [Setting("map", 2)])


def test_a_full_disk_is_told(at_home: Place) -> None:
    """A file that does not fit is refused in one line before it is begun."""
    at_home.data_dir.mkdir()
    with pytest.raises(UsageError, match=rf"{TOO_LARGE_MIB:,} MiB does not fit in .*: choose a smaller table_mib"):
        shared_input.prepare(Parameters(table_mib=TOO_LARGE_MIB), at_home.data_dir)
    assert not list(at_home.data_dir.rglob("*.npy"))


@pytest.mark.parametrize(("method", "strategy"), [("initializer", "map"), ("pickled", "process_executor")])
def test_more_copies_than_memory_holds_are_refused(method: MethodName, strategy: str) -> None:
    """Where each process has a table of its own, too many are refused in one line; threads share one."""
    crowd = 1_000_000
    with pytest.raises(UsageError) as raised:
        shared_input.limits(Parameters(method=method), [Setting(strategy, crowd)])
    (line,) = str(raised.value).splitlines()
    assert f"method={method} with {strategy} and workers={crowd} needs " in line
    assert line.endswith("use method=mmap, fewer workers or a smaller table_mib")
    shared_input.limits(Parameters(method=method), [Setting("threads", crowd)])
    shared_input.limits(Parameters(method="mmap"), [Setting(strategy, crowd)])


def kill_a_worker(host_pid: int, ledger: Ledger) -> bool:
    """Kill a worker that runs an item."""
    busy = [row.worker for row in ledger.rows() if row.state is State.RUNNING]
    if not busy:
        return False
    os.kill(ledger.lives()[busy[0]].pid, signal.SIGKILL)
    return True


def kill_the_host(host_pid: int, ledger: Ledger) -> bool:
    """Kill the caller while items run."""
    if not any(row.state is State.RUNNING for row in ledger.rows()):
        return False
    os.kill(host_pid, signal.SIGKILL)
    return True


@pytest.mark.parametrize(("strike", "outcome"), [(kill_a_worker, Outcome.RAISED), (kill_the_host, Outcome.DIED)])
@pytest.mark.parametrize("method", ["shared_memory", "mmap"])
def test_a_kill_leaves_nothing(method: str, strike: Callable[..., bool], outcome: Outcome, data_dir: Path) -> None:
    """After the kill of a worker or of the caller in mid-item, no block and no process is left."""
    before, setting = blocks(), Setting("process_executor", 2)
    with nothing_left_behind():
        found = run_round(data_dir, setting, strike, table_mib=2, items=20_000, share=1.0, passes=1, method=method)
    assert found.outcome is outcome, (found.reason, found.detail)
    assert blocks() <= before


ATTACH = """
import pickle, sys
from lightwork.workloads.shared_input import sum_part
print(sum_part(pickle.loads(bytes.fromhex(sys.argv[1]))))
"""


def test_who_attaches_does_not_remove_the_block(at_home: Place) -> None:
    """A process with a resource tracker of its own attaches, reads and ends, silently, and the block stays."""
    parameters, items = begin(at_home, method="shared_memory")
    name = items[0].source.name
    try:
        words = [sys.executable, "-W", "always", "-c", ATTACH, pickle.dumps(items[0]).hex()]
        done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE_S)
        assert (float(done.stdout), done.stderr) == (shared_input.sum_part(items[0]), "")
        assert name in blocks()
    finally:
        shared_input.cleanup(parameters, at_home)
    assert name not in blocks()


def test_cleaning_up_twice_or_for_nothing_does_no_harm(at_home: Place) -> None:
    """Whoever cleans up after a killed round does not know how far it came."""
    for method in METHODS:
        parameters, _ = begin(at_home, method=method)
        for _ in range(2):
            shared_input.cleanup(parameters, at_home)


@pytest.mark.parametrize("method", METHODS)
def test_the_facts_say_how_much_is_pickled(method: MethodName, at_home: Place) -> None:
    """An item is as many bytes as the facts say: the table's and a little where it is pickled, else a little."""
    parameters = Parameters(**SMALL, method=method)
    at_home.data_dir.mkdir()
    shared_input.prepare(parameters, at_home.data_dir)
    facts, items = shared_input.setup(parameters, at_home), shared_input.items(parameters, at_home)
    shared_input.cleanup(parameters, at_home)
    assert facts["table_bytes"] == 2 << 20
    part = items[0]._replace(first_row=0, rows=0)
    assert facts["item_bytes"] == pytest.approx(len(pickle.dumps(part)), abs=100)
    assert (int(str(facts["item_bytes"])) > 2 << 20) == (method == "pickled")


def test_the_bytes_of_pickled_objects_are_worked_out(at_home: Place) -> None:
    """Also of a list of tuples, within 1 %; and in memory it takes what was asked for, within 5 %."""
    _, items = begin(at_home, method="pickled", cells="objects")
    table = items[0].source.rows
    in_memory = sys.getsizeof(table) + sum(sys.getsizeof(row) + 16 + sum(map(sys.getsizeof, row)) for row in table)
    assert pickled.pickled_bytes(items[0].source) == pytest.approx(len(pickle.dumps(items[0].source)), rel=0.01)
    assert in_memory == pytest.approx(2 << 20, rel=0.05)


def test_items_with_a_table_are_equal_by_what_is_in_it(at_home: Place) -> None:
    """An item that was pickled equals its original, one with another table doesn't, and both fit on a line."""
    for cells in get_args(Cells):
        _, items = begin(at_home, method="pickled", cells=cells)
        _, others = begin(at_home, method="pickled", cells=cells, seed=2)
        assert pickle.loads(pickle.dumps(items[0])) == items[0] != others[0]
        assert len(repr(items[0])) < 200


def test_the_table_goes_with_the_items(at_home: Place) -> None:
    """Who only wants the items' names does not keep the table."""
    _, items = begin(at_home, method="pickled")
    table = weakref.ref(items[0].source)
    assert table() is not None
    del items
    assert table() is None


def test_the_initializer_reads_and_items_do_not(at_home: Place) -> None:
    """Once it was called the file can go: items have all they need, and in threads it is read only once."""
    parameters, items = begin(at_home, method="initializer")
    function = shared_input.function_for(shared_input.sum_part, parameters)
    assert isinstance(function, Initialized)
    function.initialize()
    items[0].source.path.unlink()
    function.initialize()
    assert shared_input.check(parameters, at_home, [function(item) for item in items])
    shared_input.cleanup(parameters, at_home)
    with pytest.raises(FileNotFoundError):
        function(items[0])


def test_a_wrong_sum_is_noticed(at_home: Place) -> None:
    """A sum of other cells than those written fails the check, with the counts."""
    parameters, items = begin(at_home)
    sums = [shared_input.sum_part(item) for item in items]
    with pytest.raises(CheckFailed, match=r"^shared_input: 7 of 8 sums are right; 8 results returned$"):
        shared_input.check(parameters, at_home, [sums[0] + 1, *sums[1:]])


def test_items_cover_the_table(at_home: Place) -> None:
    """The first item begins with the first row, the last one ends with the last, and each has its share."""
    _, items = begin(at_home, share=0.3)
    assert items[0].first_row == 0
    assert items[-1].first_row + items[-1].rows == items[0].source.rows
    assert {item.rows for item in items} == {round(0.3 * items[0].source.rows)}


@pytest.mark.parametrize("method", ["mmap", "shared_memory"])
def test_bytes_hold_no_objects(method: MethodName) -> None:
    """cells=objects is refused where only bytes are shared, naming the methods that can."""
    with pytest.raises(UsageError, match=f"method={method}.*choose pickled, initializer or inherited"):
        Parameters(method=method, cells="objects")


def test_a_share_is_a_share() -> None:
    """An item reads more than nothing and no more than the table."""
    for share in (0.0, 1.1):
        with pytest.raises(UsageError, match=rf"share can't be {share}: it must be above 0 and at most 1"):
            Parameters(share=share)


def test_reading_objects_copies_inherited_pages(data_dir: Path) -> None:
    """Forked workers copy the pages of objects that they read, which changes reference counts, and none of numbers."""
    faults: dict[str, int] = {}
    for cells in get_args(Cells):
        found = run_round(
            data_dir, Setting("map", 2), table_mib=16, items=4, method="inherited", cells=cells, share=1.0
        )
        assert found.ok, found.reason
        assert found.usage is not None
        faults[cells] = found.usage.minor_faults or 0
    assert faults["objects"] - faults["numbers"] > 0.8 * (16 << 20) / mmap.PAGESIZE


def test_the_probing_round_counts_what_is_pickled(data_dir: Path) -> None:
    """At chunksize 1 the table is sent with every item where it is pickled, and hardly a byte of it elsewhere."""
    sent = {}
    for method in ("pickled", "shared_memory", "initializer"):
        found = run_round(data_dir, Setting("map", 2, 1), probe=True, **SMALL, method=method)
        assert found.traffic is not None
        sent[method] = found.traffic.sent_bytes / SMALL["items"]
    assert sent.pop("pickled") == pytest.approx(2 << 20, rel=0.01)
    assert max(sent.values()) < 4_000
