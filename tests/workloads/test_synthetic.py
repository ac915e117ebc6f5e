"""The synthetic families: what each has in it, and that an item is an amount of work."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Place
from lightwork.workloads import synthetic
from lightwork.workloads.synthetic import Family, Parameters, Task

NOWHERE = Place(Path("nowhere"), Path("nowhere"))
FAMILIES = get_args(Family)


def tasks(**values: Any) -> list[Task]:
    """The items of these parameters."""
    return synthetic.items(Parameters(**values), NOWHERE)


@given(
    st.sampled_from(FAMILIES), st.integers(1, 200), st.floats(0.01, 50), st.floats(0, 1), st.floats(0, 1),
    st.integers(0, 9),
)  # fmt: skip
def test_the_total_depends_on_items_and_mean_alone(
    family: Any, items: int, mean_ms: float, waiting: float, locked: float, seed: int
) -> None:
    """Whatever the family, nominal times add up to items x mean_ms, and the waits to their share of it."""
    made = tasks(family=family, items=items, mean_ms=mean_ms, waiting=waiting, locked=locked, seed=seed)
    total_ms = items * mean_ms
    assert len(made) == items
    assert sum(task.nominal_ms for task in made) == pytest.approx(total_ms)
    assert sum(task.free.wait_s + task.locked.wait_s for task in made) == pytest.approx(waiting * total_ms / 1000)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_does_its_work(family: str, tmp_path: Path) -> None:
    """A round of each family, set up, gives every number back and leaves nothing but its lock behind."""
    place = Place(tmp_path, tmp_path)
    parameters = Parameters(family=family, items=5, mean_ms=0.2, waiting=0.5, block_mib=1)
    assert synthetic.setup(parameters, place) == {"family": family}
    results = [synthetic.perform(task) for task in synthetic.items(parameters, place)]
    assert synthetic.check(parameters, place, results) == {"items": 5}
    assert [path.name for path in tmp_path.iterdir()] == (["lock-0"] if family == "lock" else [])


def test_uniform_and_giant_have_their_shapes() -> None:
    """Uniform items are alike; one giant has its share of the total and the others are alike."""
    assert len({task.free for task in tasks(family="uniform")}) == 1
    times_ms = sorted(task.nominal_ms for task in tasks(family="giant", items=11, mean_ms=10.0, giant_share=0.4))
    assert times_ms[-1] == pytest.approx(44.0)
    assert times_ms[0] == pytest.approx(times_ms[-2])


@pytest.mark.parametrize("family", ["log-normal", "giant", "lock", "bandwidth"])
def test_the_seed_makes_the_items(family: str) -> None:
    """Another seed gives other items."""
    assert tasks(family=family, seed=1) != tasks(family=family, seed=2)


@given(st.floats(0, 1))
def test_only_family_lock_holds_a_lock(locked: float) -> None:
    """Its items do their share under one lock, the others' nothing."""
    held = tasks(family="lock", locked=locked)
    turns = sum(task.free.turns + task.locked.turns for task in held)
    assert {task.lock for task in held} == {"nowhere/lock"}
    assert sum(task.locked.turns for task in held) == pytest.approx(locked * turns, abs=len(held))
    for family in set(FAMILIES) - {"lock"}:
        assert {(task.lock, task.locked.turns, task.locked.wait_s) for task in tasks(family=family)} == {("", 0, 0.0)}


def test_the_lock_is_waited_for(tmp_path: Path) -> None:
    """An item does not end while another has the lock."""
    from multiprocessing import get_context

    parameters = Parameters(family="lock", items=1, mean_ms=0.1)
    (task,) = synthetic.items(parameters, Place(tmp_path, tmp_path))
    import fcntl

    with (tmp_path / "lock-0").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with get_context("fork").Pool(1) as pool:
            pending = pool.apply_async(synthetic.perform, (task,))
            pending.wait(0.3)
            assert not pending.ready()
            fcntl.flock(file, fcntl.LOCK_UN)
            assert pending.get(200) == (0, "")


@given(st.integers(0, 7), st.integers(0, 40_000))
def test_memory_is_read_round_and_round(offset: int, read_bytes: int) -> None:
    """So many bytes are read, from the offset to the block's end and then again from its beginning."""
    seen = []

    class Block(bytes):
        __slots__ = ()

        def find(self, sought: bytes, start: int, end: int) -> int:
            seen.append(end - start)
            return super().find(sought, start, end)

    synthetic._read(Block(b"\x02" * 8_000), offset * 1_000, read_bytes)
    assert sum(seen) == read_bytes
    assert all(length > 0 for length in seen)


def test_family_bandwidth_reads_and_does_not_loop() -> None:
    """Its computing is memory read, at offsets that differ, within the block; the others' is turns."""
    made = tasks(family="bandwidth", waiting=0.25)
    assert {task.free.turns for task in made} == {0}
    assert sum(task.free.read_bytes for task in made) == pytest.approx(0.75 * 500 * 16 * 2**20, rel=1e-6)
    assert len({task.free.offset_bytes for task in made}) > 10
    assert all(task.free.offset_bytes < task.block_bytes for task in made)
    assert {task.free.read_bytes for task in tasks(family="log-normal")} == {0}


def test_a_lock_with_places_lets_so_many_in(tmp_path: Path) -> None:
    """Of three items, two find the two places, the third waits for its own until it is given back."""
    parameters = Parameters(family="lock", items=3, places=2, mean_ms=0.1)
    made = synthetic.items(parameters, Place(tmp_path, tmp_path))
    with ThreadPoolExecutor(1) as pool, synthetic._place_of(made[1]):
        with synthetic._place_of(made[0]):
            pending = pool.submit(synthetic.perform, made[2])
            with pytest.raises(TimeoutError):
                pending.result(0.3)
        assert pending.result(200) == (2, "")


def test_only_the_first_item_of_a_process_warms_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is paid once is computed before the first item, and not again."""
    loops: list[int] = []
    monkeypatch.setattr(synthetic, "_warm", [])
    monkeypatch.setattr(synthetic, "_loop", loops.append)
    for task in tasks(items=2, mean_ms=1.0, warm_up_ms=3.0):
        synthetic.perform(task)
    assert loops == [66_000, 22_000, 22_000]


def test_an_item_returns_as_much_as_it_should() -> None:
    """Results have the size that was asked for, and are right whatever it is."""
    parameters = Parameters(items=2, mean_ms=0.1, result_kib=3)
    results = [synthetic.perform(task) for task in tasks(items=2, mean_ms=0.1, result_kib=3)]
    assert [len(content) for _, content in results] == [3072, 3072]
    assert synthetic.check(parameters, Place(Path(), Path()), results) == {"items": 2}


def test_family_native_hashes_and_does_not_loop() -> None:
    """Its computing is bytes to hash, as many as its milliseconds ask for."""
    (task,) = tasks(family="native", items=1, mean_ms=2.0)
    assert (task.free.turns, task.free.hashed_bytes) == (0, 2 * 1_000 * 1024)


def test_an_item_is_an_amount_of_work() -> None:
    """Ten times the mean takes longer to compute, by CPU time; a wait takes none to speak of."""

    def cpu_ns(**values: Any) -> int:
        (task,) = tasks(items=1, **values)
        began_ns = time.thread_time_ns()
        synthetic.perform(task)
        return time.thread_time_ns() - began_ns

    assert cpu_ns(mean_ms=20.0) > 3 * cpu_ns(mean_ms=2.0) > 6 * cpu_ns(mean_ms=2.0, waiting=1.0)


def test_a_missing_result_is_noticed() -> None:
    """A number that came back in another's place fails the check."""
    with pytest.raises(CheckFailed, match="3 results returned for 3 items, 1 missing"):
        synthetic.check(Parameters(items=3), NOWHERE, [(0, ""), (1, ""), (1, "")])


@pytest.mark.parametrize(
    "values", [{"waiting": 1.5}, {"locked": -0.1}, {"giant_share": 1.0}, {"items": 0}, {"block_mib": 0}]
)
def test_impossible_parameters_are_refused(values: dict[str, Any]) -> None:
    """Shares beyond all, no items and no memory are usage errors that name the parameter."""
    with pytest.raises(UsageError, match=rf"synthetic.{next(iter(values))} can't be"):
        Parameters(**values)
