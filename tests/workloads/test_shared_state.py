"""One state that all workers share: right by every method but the wrong one, and nothing of it left behind."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, get_args

import psutil
import pytest
from rounds import job, nothing_left_behind

from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.errors import CheckFailed, UsageError, WorkError
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.machine import volume
from lightwork.machine.shared_memory import FOLDER
from lightwork.workload.api import Facts, Place
from lightwork.workloads import _shared_state, shared_state
from lightwork.workloads._shared_state import block, limits, method
from lightwork.workloads.shared_state import FlightsPart, Parameters

FORK = multiprocessing.get_context("fork")
WAIT_S = 120
NAMES = get_args(method.Name)
RIGHT = [name for name in NAMES if name != "unlocked"]
FOUND_BY_ALL = ["merge", "manager", "sqlite"]
INHERITED = [name for name in NAMES if name not in FOUND_BY_ALL]
ENOUGH_TO_MEET = {"manager": 6, "sqlite": 12}  # files: of slow methods few make workers meet
KEPT_BY = {"queue_to_owner": "owner", "pipe_to_owner": "owner", "manager": "Manager"}


@pytest.fixture(autouse=True, scope="module")
def tracker() -> None:
    """The resource tracker, which stays for the life of this process: no test shall take it for a round's."""
    resource_tracker.ensure_running()


@contextmanager
def round_of(name: Any, place: Place, **more: Any) -> Iterator[tuple[Parameters, list[FlightsPart]]]:
    """A round that was set up: its parameters and items. Cleaned up on leaving."""
    parameters = Parameters(**{"method": name, "files": 3, **more})
    shared_state.prepare(parameters, place.data_dir)
    try:
        shared_state.setup(parameters, place)
        yield parameters, shared_state.items(parameters, place)
    finally:
        shared_state.cleanup(parameters, place)


def serial_evidence(place: Place, **more: Any) -> Facts:
    """What the check says of a serial round of the simplest method."""
    with round_of("merge", place, **more) as (parameters, items):
        return shared_state.check(parameters, place, [shared_state.add_file(item) for item in items])


@contextmanager
def no_child_left() -> Iterator[None]:
    """Check that every process that was started within by this one has ended."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    children = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    assert not children, children


def forked(target: Any, *arguments: Any) -> Any:
    """A process that was forked and runs this."""
    process = FORK.Process(target=target, args=arguments)
    process.start()
    return process


def test_every_method_has_its_file() -> None:
    """The names that the parameter takes are those of the files that hold a method."""
    files = {path.stem for path in Path(_shared_state.__file__).parent.glob("*.py") if "METHOD =" in path.read_text()}
    assert files == set(NAMES)


@pytest.mark.parametrize(
    ("name", "start_method"), [*((name, "fork") for name in RIGHT), *((name, "spawn") for name in FOUND_BY_ALL)]
)
def test_workers_lose_nothing(place: Place, name: str, start_method: str) -> None:
    """A pool's workers leave the state of a serial round; fresh interpreters too, where they can find it."""
    files = ENOUGH_TO_MEET.get(name, 120) if start_method == "fork" else 3
    with no_child_left(), round_of(name, place, files=files) as (parameters, items):
        with multiprocessing.get_context(start_method).Pool(2 if start_method == "spawn" else 4) as pool:
            results = pool.map_async(shared_state.add_file, items, chunksize=1).get(WAIT_S)
        assert shared_state.check(parameters, place, results) == serial_evidence(beside(place), files=files)


def beside(place: Place) -> Place:
    """Another round's place."""
    other = place.round_dir / "other"
    other.mkdir(exist_ok=True)
    return replace(place, round_dir=other)


@pytest.mark.parametrize("name", RIGHT)
def test_threads_lose_nothing(place: Place, name: str) -> None:
    """Threads leave the state of a serial round, and no connection or process of theirs."""
    with no_child_left(), round_of(name, place) as (parameters, items):
        with ThreadPoolExecutor(4) as threads:
            results = list(threads.map(shared_state.add_file, items))
        assert shared_state.check(parameters, place, results) == serial_evidence(beside(place))


@pytest.mark.parametrize("name", RIGHT)
def test_rows_can_be_added_up_first(place: Place, name: str) -> None:
    """With a hundred rows to an update there are fewer of them, and the same rows and delays."""
    with round_of(name, place, rows_per_update=100) as (parameters, items):
        evidence = shared_state.check(parameters, place, [shared_state.add_file(item) for item in items])
    row_by_row = serial_evidence(place)
    assert evidence["rows_added"] == row_by_row["rows_added"] == row_by_row["updates"]
    assert evidence["delay_min"] == row_by_row["delay_min"]
    assert int(str(evidence["updates"])) < int(str(row_by_row["updates"]))


def test_lost_updates_are_counted(place: Place) -> None:
    """Of two that read the same counts, the one that writes last undoes the other's, and the check counts that."""
    with round_of("unlocked", place) as (parameters, items):
        state: Any = _shared_state.reach("unlocked", place.round_dir)
        before = state.view.copy()
        results = [shared_state.add_file(items[0])]
        state.view[:] = before  # as a worker would that has read before and writes now
        results += [shared_state.add_file(item) for item in items[1:]]
        with pytest.raises(CheckFailed) as error:
            shared_state.check(parameters, place, results)
    sent = sum(updates for updates, _ in results)
    lost = f"lost {results[0][0]:,} of {sent:,} updates (method=unlocked): two workers read the same counts"
    assert str(error.value).startswith(f"shared_state: {lost}")
    assert "use method=merge, or a lock" in str(error.value)
    assert error.value.counts == {"updates": sent, "lost_updates": results[0][0]}


def test_workers_without_a_lock_lose_updates(place: Place) -> None:
    """Eight processes that meet without a lock are found out."""
    with round_of("unlocked", place, files=None) as (parameters, items):
        with FORK.Pool(8) as pool:
            results = pool.map_async(shared_state.add_file, items).get(WAIT_S)
        with pytest.raises(CheckFailed, match=r"^shared_state: lost [\d,]+ of 336,776 updates \(method=unlocked\)"):
            shared_state.check(parameters, place, results)


@pytest.mark.parametrize("name", RIGHT)
def test_an_item_run_twice_is_noticed(place: Place, name: str) -> None:
    """Its updates are there twice, and the check says how many are too many."""
    with round_of(name, place) as (parameters, items):
        results = [shared_state.add_file(item) for item in [*items, items[0]]]
        with pytest.raises(
            CheckFailed, match=rf"shared_state: {results[0][0]:,} more updates than .* \(method={name}\)"
        ):
            shared_state.check(parameters, place, results)


def test_half_an_update_is_noticed(place: Place) -> None:
    """All updates came, but one without its delay: the check names the key and both numbers."""
    with round_of("shared_memory_lock", place) as (parameters, items):
        results = [shared_state.add_file(item) for item in items]
        state: Any = _shared_state.reach("shared_memory_lock", place.round_dir)
        state.view[0, shared_state.DELAY_MIN] += 7
        with pytest.raises(CheckFailed, match=r"updates came, but not whole .*: 9E has [\d,-]+ delay_min of [\d,-]+"):
            shared_state.check(parameters, place, results)


@pytest.mark.parametrize("name", KEPT_BY)
def test_a_killed_owner_is_named(place: Place, name: str) -> None:
    """Once the process with the counts is killed, the check says that they are lost, and the cleanup still works."""
    with no_child_left(), round_of(name, place) as (parameters, items):
        results = [shared_state.add_file(item) for item in items]
        kill_keeper(place)
        with pytest.raises(CheckFailed, match=f"{KEPT_BY[name]} has ended.* its counts are lost"):
            shared_state.check(parameters, place, results)


@pytest.mark.parametrize("name", ["queue_to_owner", "pipe_to_owner"])
def test_an_item_ends_when_its_owner_has_all(place: Place, name: str) -> None:
    """While the owner stands still no item ends, though all of its updates are sent; so its work is in the time."""
    with round_of(name, place, rows_per_update=1_000) as (parameters, items):
        owner: Any = _shared_state.inherited(place.round_dir)
        with ThreadPoolExecutor(1) as threads:
            os.kill(owner.owner.pid, signal.SIGSTOP)
            result = threads.submit(shared_state.add_file, items[0])
            try:
                with pytest.raises(TimeoutError):
                    result.result(timeout=0.5)
            finally:
                os.kill(owner.owner.pid, signal.SIGCONT)
            results = [result.result(WAIT_S), *(shared_state.add_file(item) for item in items[1:])]
        assert shared_state.check(parameters, place, results)


def kill_keeper(place: Place) -> None:
    """Kill the process that has the counts, and wait for its end."""
    state: Any = _shared_state.inherited(place.round_dir)
    keeper = state.manager._process if hasattr(state, "manager") else state.owner
    os.kill(keeper.pid, signal.SIGKILL)
    keeper.join(WAIT_S)


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_worker_leaves_nothing(place: Place, name: str) -> None:
    """However a worker dies among its updates, the cleanup ends, and neither a block nor a process is left."""
    with no_child_left():
        with round_of(name, place) as (_, items):
            begun = FORK.Event()
            worker = forked(add_for_ever, begun, items[0])
            assert begun.wait(WAIT_S)
            worker.kill()
            worker.join(WAIT_S)
        assert not (FOLDER / block.block_name(place.round_dir)).exists()


def add_for_ever(begun: Any, item: FlightsPart) -> None:
    """Add the same file again and again."""
    while True:
        shared_state.add_file(item)
        begun.set()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("deadline_s", [0.5, 1.0])
def test_a_stopped_round_leaves_nothing(place: Place, tmp_path: Path, name: str, deadline_s: float) -> None:
    """A host that is killed at its deadline, with all its workers, leaves neither a block nor a process."""
    shared_state.prepare(Parameters(), place.data_dir)
    with nothing_left_behind(), open_workdir(tmp_path) as workdir:
        wanted = job(workdir, Setting("map", 4), "shared_state", method=name, files=None)
        round_ = launch(workdir, replace(wanted, data_dir=str(place.data_dir)), deadline_s).round
        assert round_.outcome in (Outcome.HUNG, Outcome.OK, Outcome.WRONG)
        assert not (FOLDER / block.block_name(Path(wanted.round_dir))).exists()


def test_a_block_that_was_left_is_removed(place: Place) -> None:
    """Who cleans up after a killed caller has only the round's directory, and that is enough."""
    with round_of("unlocked", place) as (parameters, _):
        pass
    forked(setup_and_die, parameters, place).join(WAIT_S)
    left = FOLDER / block.block_name(place.round_dir)
    assert left.exists()
    shared_state.cleanup(parameters, place)
    assert not left.exists()


def setup_and_die(parameters: Parameters, place: Place) -> None:
    """Make the state and end without a word."""
    shared_state.setup(parameters, place)
    os._exit(0)


@pytest.mark.parametrize("name", INHERITED)
@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_start_methods_that_inherit_nothing_are_refused(name: Any, start_method: str) -> None:
    """The refusal names the method, the strategy and the start method, says why and what to use."""
    wanted = (
        f"shared_state.method can't be {name} with map and {start_method}: its locks and pipes are inherited by fork "
        "only; use --start-methods fork, or method=merge, manager or sqlite"
    )
    with pytest.raises(UsageError) as error:
        shared_state.limits(Parameters(method=name), [Setting("map", 2, start_method=start_method)])
    assert str(error.value) == wanted


@pytest.mark.parametrize("strategy", ["joblib", "dask"])
def test_fresh_interpreters_are_refused(strategy: str) -> None:
    """Where the workers have no start method to choose, other methods are all there is to use."""
    with pytest.raises(UsageError, match=f"value_lock with {strategy}: .*start afresh; use method=merge, manager or"):
        shared_state.limits(Parameters(method="value_lock"), [Setting(strategy, 2)])


@pytest.mark.parametrize("name", NAMES)
def test_what_can_reach_the_state_is_allowed(name: Any) -> None:
    """Forked workers, threads and the caller reach every method's state; any start method those found by address."""
    settings = [Setting("serial"), Setting("threads", 2), Setting("map", 2), Setting("fork", 2)]
    if name in FOUND_BY_ALL:
        settings += [Setting("map", 2, start_method="spawn"), Setting("joblib", 2)]
    assert shared_state.limits(Parameters(method=name), settings) == ()


def test_a_worker_without_the_state_says_so(place: Place) -> None:
    """A worker that was not forked from the caller gets one line that says why it can't work."""
    with round_of("value_lock", place) as (_, items):
        pass
    with pytest.raises(WorkError, match=r"this worker has inherited no state .* use method=merge, manager or sqlite"):
        shared_state.add_file(items[0])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"free_bytes": 100}, "100 B are free"),
        ({"writable": False}, "it can't be written to"),
        (None, "there is none"),
    ],
)
def test_too_little_shared_memory_is_refused(change: Any, why: str) -> None:
    """The line says how much is needed, what there is, and how to get more."""
    there = volume.shared_memory()
    assert there
    room = replace(there, **change) if change else None
    needed_bytes = limits.room_bytes(_shared_state.method_of("shared_memory_lock"))
    with pytest.raises(UsageError, match=rf"shared_memory_lock needs 8.00 KiB in /dev/shm .*, and {why}: enlarge it"):
        limits.refuse_without_room("shared_memory_lock", needed_bytes, room)
    limits.refuse_without_room(
        "shared_memory_lock", needed_bytes, replace(there, writable=True, free_bytes=needed_bytes)
    )


@pytest.mark.parametrize("name", ["merge", "manager", "sqlite"])
def test_no_shared_memory_is_needed_for_these(name: str) -> None:
    """They make nothing in /dev/shm."""
    assert limits.room_bytes(_shared_state.method_of(name)) == 0


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_there_has_room_as_reckoned(place: Place, name: str) -> None:
    """The semaphores that a method makes are those that its room is reckoned for."""
    made = count_semaphores(lambda: Parameters(method=name), place)
    assert made <= _shared_state.method_of(name).semaphores


def count_semaphores(parameters: Any, place: Place) -> int:
    """How many semaphores a round's setup makes."""
    from multiprocessing import synchronize

    counted = 0
    create = synchronize.SemLock.__init__

    def count(*arguments: Any, **more: Any) -> None:
        nonlocal counted
        counted += 1
        create(*arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(synchronize.SemLock, "__init__", count)
        with round_of(parameters().method, place):
            pass
    return counted


def test_a_carrier_without_a_place_is_named(place: Place, tmp_path: Path) -> None:
    """A key that was not known beforehand is an error that names the file and the key."""
    with round_of("merge", place) as (_, items):
        odd = tmp_path / "odd.csv"
        odd.write_text(Path(items[0].path).read_text().replace(",UA,", ",ZZ,"))
        with pytest.raises(WorkError, match=r"odd\.csv has carrier 'ZZ', for which the state has no place"):
            shared_state.add_file(items[0]._replace(path=str(odd)))


@pytest.mark.parametrize("name", ["files", "rows_per_update"])
def test_nothing_to_add_is_refused(name: Any) -> None:
    """Counts of zero are usage errors that name the parameter."""
    with pytest.raises(UsageError, match=f"shared_state.{name} can't be 0"):
        Parameters(**{name: 0})
