"""Locks that workers in all processes share are timed where items take them, and what items ask of a Manager."""

import multiprocessing
import time

import pytest

from lightwork.workload.lock_watch import LockWatch

NAP_S = 0.003


@pytest.fixture
def unpatched(monkeypatch):
    """The classes of multiprocessing are as before afterwards."""
    from multiprocessing import managers, synchronize

    for kind, name in (
        (synchronize.SemLock, "__enter__"), (synchronize.SemLock, "__exit__"), (managers.BaseProxy, "_callmethod"),
    ):  # fmt: skip
        monkeypatch.setattr(kind, name, getattr(kind, name))


def run(watch, item, times=5):
    """Run an item so many times, watched."""
    for _ in range(times):
        watch.begin()
        item()
        watch.end()


def by_with(lock):
    """Hold it in a block."""
    with lock:
        time.sleep(NAP_S)


def by_calls(lock):
    """Hold it between two calls."""
    lock.acquire()
    time.sleep(NAP_S)
    lock.release()


@pytest.mark.parametrize("hold", [by_with, by_calls])
@pytest.mark.parametrize("make", [multiprocessing.Lock, multiprocessing.RLock])
@pytest.mark.usefixtures("unpatched")
def test_a_lock_is_timed_from_taking_to_giving(make, hold):
    """An item that holds it all the time: once an item, nearly all of its time; one between items is nobody's."""
    lock = make()
    watch = LockWatch([("LOCK", lock), ("OTHER", multiprocessing.Lock())])
    run(watch, lambda: hold(lock))
    (use,) = watch.locks()
    assert (use.name, use.times) == ("LOCK", 1.0)
    assert 0.5 < use.share <= 1.0


@pytest.mark.usefixtures("unpatched")
def test_a_lock_that_is_held_half_the_time():
    """As long without it as with it: half of the item's time, whatever the machine does to either."""
    lock = multiprocessing.Lock()
    watch = LockWatch([("LOCK", lock)])

    def item():
        by_with(lock)
        time.sleep(20 * NAP_S)

    run(watch, item, times=2)
    (use,) = watch.locks()
    assert use.share < 0.5


@pytest.mark.usefixtures("unpatched")
def test_the_lock_of_a_value_that_is_taken_twice_is_held_once():
    """A Value's lock, taken by its holder again for each access, counts from the first taking to the last giving."""
    value = multiprocessing.Value("q", 0)
    watch = LockWatch([("TOTAL", value)])

    def item():
        with value.get_lock():
            time.sleep(NAP_S)
            value.value += 1

    run(watch, item)
    (use,) = watch.locks()
    assert (use.name, use.times) == ("TOTAL", 1.0)
    assert 0.5 < use.share <= 1.0
    assert value.value == 5


@pytest.mark.usefixtures("unpatched")
def test_the_calls_of_a_manager_are_counted_and_its_lock_is_timed():
    """Two calls for a lock and two for a dict, four an item; what it holds is a part of what it waits for."""
    with multiprocessing.Manager() as manager:
        counts, lock = manager.dict(), manager.Lock()
        watch = LockWatch([("COUNTS", counts), ("LOCK", lock)])

        def item():
            with lock:
                counts["n"] = counts.get("n", 0) + 1

        counts.clear()  # before the first item
        run(watch, item)
        assert dict(counts) == {"n": 5}
        (use,), asked = list(watch.locks()), watch.manager()
    assert (use.name, use.times) == ("LOCK", 1.0)
    assert asked.calls == 4.0
    assert 0 < use.share < 1
    assert 0 < asked.share <= 1


def test_items_that_share_nothing_show_nothing():
    """Numbers and functions of a module are no locks, and no class of multiprocessing is changed for them."""
    watch = LockWatch([("PI", 3.14), ("sleep", time.sleep)])
    run(watch, lambda: None)
    assert (list(watch.locks()), watch.manager()) == ([], None)
