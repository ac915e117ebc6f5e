"""Contention: a lock's share and the inflation of CPU time, found again in rounds that have them."""

from dataclasses import replace
from typing import Any

import figures
import numpy as np
import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from lightwork.core.setting import Setting
from lightwork.replay.contention import (
    MOST_SHARE,
    NO_CONTENTION,
    Contention,
    Evidence,
    Probe,
    contention_of,
    probe_setting,
    with_contention,
)
from lightwork.replay.demands import demands, demands_of
from lightwork.replay.engine import replay
from lightwork.storage.ledgers import ROW, table

MS = 1_000_000
SPIN_NS, SPINS = 10_000, 20
strategies = st.sampled_from(["pipe", "imap_unordered", "static", "queue"])
uneven = st.lists(st.integers(2 * MS, 18 * MS), min_size=40, max_size=60)


def serial_rows(cpu_ns: Any, wait_ns: Any, spin_ns: int = 0) -> Any:
    """A serial ledger of items that compute and wait for so long, with so long a spin after each where one is given."""
    rows = np.zeros(len(cpu_ns), ROW)
    walls_ns = np.array(cpu_ns) + np.array(wait_ns)
    ends_ns = np.cumsum(walls_ns)
    rows["start_ns"], rows["end_ns"], rows["cpu_ns"], rows["state"] = ends_ns - walls_ns, ends_ns, cpu_ns, 2
    rows["spin_ns"], rows["spins"] = spin_ns * SPINS, SPINS if spin_ns else 0
    return rows


def probed(serial: Any, contention: Contention, setting: Setting, cores: float) -> Probe:
    """The round that the replay gives of these items under this contention."""
    asked = with_contention(demands_of(serial), contention, setting.workers, cores)
    return Probe(setting, replay(asked, setting, cores).items)


def computing(factor: float, spin_ns: float = SPIN_NS, workers: int = 2) -> Probe:
    """A round in which each of 40 items took `factor` times 10 ms of CPU time, and a spin so long."""
    rows = serial_rows([round(10 * MS * factor)] * 40, [0] * 40, round(spin_ns))
    rows["worker"] = np.arange(40) % workers
    return Probe(probe_setting(workers), rows)


# The lock


@examples(0.25)
@given(st.integers(0, 2**32), st.floats(0.3, 1.0), strategies, st.booleans())
def test_a_share_under_the_lock_is_found_again(seed: int, share: float, name: str, computes: bool) -> None:
    """Replayed with a known share of every item under the lock, two workers' waiting tells that share."""
    walls_ns, nothing = np.random.default_rng(seed).integers(2 * MS, 18 * MS, 200), np.zeros(200, np.int64)
    serial = serial_rows(walls_ns, nothing) if computes else serial_rows(nothing, walls_ns)
    probe = probed(serial, Contention(share), Setting(name, 2), 2)
    assert contention_of([serial, serial], [probe], 2).exclusive_share == pytest.approx(share, abs=0.08)


@given(uneven, strategies, st.integers(2, 4), st.booleans())
def test_no_lock_is_found_where_none_is(walls_ns: list[int], name: str, workers: int, computes: bool) -> None:
    """Without contention a probe shows none, with cores to spare or more workers than cores."""
    nothing = [0] * len(walls_ns)
    serial = serial_rows(walls_ns, nothing) if computes else serial_rows(nothing, walls_ns)
    found = contention_of([serial, serial], [probed(serial, NO_CONTENTION, Setting(name, workers), 2)], 2)
    assert not found.is_any


@given(st.floats(0.2, 1.0))
def test_what_the_twin_shows_too_is_no_lock(share: float) -> None:
    """Waiting that grows as much between two serial rounds is the machine's drift."""
    serial = serial_rows([0] * 40, [10 * MS] * 40)
    probe = probed(serial, Contention(share), probe_setting(), 2)
    waited_ns = demands_of(probe.items).wait_ns
    twin = serial_rows([0] * 40, np.full(40, waited_ns.sum() // 40 + 1))
    assert contention_of([serial, twin], [probe], 2).exclusive_share == 0


def test_items_in_step_are_told_apart_by_four_workers() -> None:
    """Two workers with equal items take a lock in turns without waiting; four can't, and tell its share."""
    serial = serial_rows([0] * 40, [10 * MS] * 40)
    locked = replace(demands_of(serial), exclusive_ns=np.full(40, 4 * MS))
    two, four = (Probe(one, replay(locked, one, 2).items) for one in (probe_setting(2), probe_setting(4)))
    assert contention_of([serial, serial], [two], 2).exclusive_share == 0
    assert contention_of([serial, serial], [two, four], 2).exclusive_share == pytest.approx(0.4, abs=0.05)


def test_a_worker_locked_out_in_its_first_item_counts() -> None:
    """Where one worker starves in its only item, its waiting is the evidence."""
    serial = serial_rows([0] * 40, [10 * MS] * 40)
    starved = serial_rows([0] * 40, [10 * MS] * 40)
    starved["worker"][0], starved["end_ns"][0] = 1, 390 * MS
    assert contention_of([serial, serial], [Probe(probe_setting(), starved)], 2).exclusive_share > 0.9


def test_one_probe_held_up_is_no_lock() -> None:
    """Of two probes with as many workers one alone waits: something held it up."""
    serial = serial_rows([0] * 40, [10 * MS] * 40)
    held_up = serial_rows([0] * 40, [10 * MS] * 39 + [300 * MS])
    probes = [Probe(probe_setting(), rows) for rows in (held_up, serial)]
    assert contention_of([serial, serial], probes[:1], 2).exclusive_share > 0
    assert contention_of([serial, serial], probes, 2).exclusive_share == 0


def test_an_unknown_run_queue_is_counted_as_waiting_on_both_sides() -> None:
    """Where no wait for a core is recorded, the replayed round's is taken for waiting like the measured one's."""
    serial = serial_rows([10 * MS] * 40, [0] * 40)
    probe = probed(serial, NO_CONTENTION, probe_setting(4), 2)
    for rows in (serial, probe.items):
        rows["runqueue_ns"] = -1
    found = contention_of([serial, serial], [probe], 2)
    assert found.waiting.effect > 0.5
    assert found.exclusive_share == 0


# CPU time


@given(st.floats(1.15, 3.0), st.integers(2, 6), st.sampled_from([1.0, 1.5, 2.0, 4.0, 16.0]))
def test_inflation_is_found_again_and_grows_with_the_busy_cores(factor: float, workers: int, cores: float) -> None:
    """Two workers tell the factor; each further busy core adds as much, and none is added beyond the cores."""
    serial = serial_rows([10 * MS] * 40, [0] * 40)
    found = contention_of([serial, serial], [probed(serial, Contention(0, factor), probe_setting(), 2)], 2)
    assert found.cpu_inflation == pytest.approx(factor, abs=1e-3)
    more = with_contention(demands_of(serial), found, workers, cores).cpu_ns[0] / (10 * MS)
    assert more == pytest.approx(1 + (found.cpu_inflation - 1) * (min(workers, cores) - 1))


def test_one_core_has_no_inflation_to_show() -> None:
    """Where two workers share one core, no two items run at once."""
    serial = serial_rows([10 * MS] * 40, [0] * 40)
    assert contention_of([serial, serial], [computing(2.0, 0)], 1).cpu_inflation == 1


@pytest.mark.parametrize(
    ("probes", "twin", "factor"),
    [
        ([(1.4, 1.0), (1.4, 1.0)], (1.0, 1.0), 1.4),  # items cost more on cores as fast
        ([(1.4, 1.4), (1.4, 1.4), (1.4, 1.4)], (1.0, 1.0), 1.4),  # the workers slow their own cores, every time
        ([(1.4, 1.4), (1.4, 1.4), (1.0, 1.0)], (1.0, 1.0), 1.0),  # not every time: a neighbour
        ([(1.4, 1.4), (1.4, 1.4), (1.4, 1.4)], (1.4, 1.4), 1.0),  # serially as well: a neighbour
        ([(1.0, 0.7), (1.0, 0.7)], (1.0, 1.0), 1.0),  # faster cores that bring nothing: work that waits for memory
        ([(1.05, 1.0), (1.05, 1.0)], (1.0, 1.0), 1.0),  # too little to tell
    ],
)
def test_the_spin_tells_slower_cores_from_dearer_items(
    probes: list[tuple[float, float]], twin: tuple[float, float], factor: float
) -> None:
    """CPU time and spin, over the serial round's, in each probe and in the serial twin; and the inflation found."""
    rounds = [computing(more, spin * SPIN_NS) for more, spin in probes]
    serial, again = computing(1.0, workers=1).items, computing(twin[0], twin[1] * SPIN_NS, workers=1).items
    assert contention_of([serial, again], rounds, 2).cpu_inflation == pytest.approx(factor, abs=1e-3)


def test_a_workers_first_item_tells_nothing_of_cpu_time() -> None:
    """What a worker computes once, in its first item, is no inflation."""
    serial = serial_rows([10 * MS] * 8, [0] * 8)
    probe = Probe(probe_setting(), serial_rows([40 * MS, 40 * MS, *[10 * MS] * 6], [0] * 8))
    probe.items["worker"] = np.arange(8) % 2
    assert contention_of([serial, serial], [probe], 2).cpu_inflation == 1


def test_a_little_computing_beside_waiting_is_not_looked_at() -> None:
    """Where CPU time is a hundredth of the items' time, its doubling changes nothing."""
    serial = serial_rows([MS // 10] * 40, [10 * MS] * 40)
    probe = Probe(probe_setting(), serial_rows([MS // 5] * 40, [10 * MS] * 40))
    assert contention_of([serial, serial], [probe], 2).cpu_inflation == 1


# What is made of it


@given(uneven, st.floats(0, 1), st.floats(1, 2), st.integers(1, 8), st.sampled_from([1, 2, 4]))
def test_contention_keeps_the_items_sound(
    walls_ns: list[int], share: float, factor: float, workers: int, cores: float
) -> None:
    """No item holds the lock for less than nothing or longer than it lasts, in all they hold it for the share."""
    asked = with_contention(demands(walls_ns), Contention(share, factor), workers, cores)
    assert ((asked.exclusive_ns >= 0) & (asked.exclusive_ns <= asked.wall_ns)).all()
    assert asked.exclusive_ns.sum() / asked.wall_ns.sum() == pytest.approx(share, abs=0.12)


def test_no_contention_changes_nothing() -> None:
    """Where none was found the items ask for what they asked for."""
    work = demands([10, 20])
    assert with_contention(work, NO_CONTENTION, 8, 4) is work


def test_what_is_carried_on_beyond_the_probe_is_told() -> None:
    """More workers at a lock than probed are far, more busy cores where CPU time grows; nothing found never is."""
    lock, memory = Contention(0.5, workers=2), Contention(0, 1.2, workers=2)
    assert [lock.is_far(workers, 2) for workers in (1, 2, 3)] == [False, False, True]
    assert [memory.is_far(workers, cores) for workers, cores in ((8, 2), (2, 8), (3, 8))] == [False, False, True]
    assert not NO_CONTENTION.is_far(100, 100)


def test_an_effect_must_exceed_noise_and_matter() -> None:
    """Beyond both the noise and the least that matters, neither alone."""
    assert Evidence(0.3, 0.2).exceeds(0.1)
    assert not Evidence(0.3, 0.4).exceeds(0.1)
    assert not Evidence(0.3, 0.2).exceeds(0.4)


def test_what_can_not_be_compared_is_refused() -> None:
    """No probe, and ledgers of different items, are errors."""
    serial = serial_rows([10] * 8, [0] * 8)
    with pytest.raises(ValueError, match="one probe at least"):
        contention_of([serial, serial], [], 2)
    with pytest.raises(ValueError, match="fewer than 2"):
        contention_of([serial], [Probe(probe_setting(), serial)], 2)
    with pytest.raises(ValueError, match="the same items"):
        contention_of([serial, serial], [Probe(probe_setting(), serial[:4])], 2)


def test_a_planted_lock_is_found_in_real_rounds() -> None:
    """Files locked for three quarters of each item's time: found, and four workers are predicted better for it."""
    parameters = {"items": 30, "commits": 1, "commit_ms": 3.0, "free_ms": 1.0, "spread": 0.5}
    four = Setting("static", 4)
    study, kept = figures.study("planted.lock", [probe_setting(), four], 1, parameters)
    tables = {one.round.ledger: table(one.ledger) for one in kept}
    serial, twin, probe, measured = (cell.rounds[0] for cell in study.cells)
    found = contention_of(
        [tables[serial.ledger], tables[twin.ledger]], [Probe(probe_setting(), tables[probe.ledger])], 2
    )
    assert found.exclusive_share > 0.5
    work = demands_of(tables[serial.ledger])
    shared = with_contention(work, found, 4, 2)
    with_it, without = (replay(one, four, 2).makespan_ns for one in (shared, work))
    assert without < with_it
    assert abs(with_it - measured.wall_ns) < abs(without - measured.wall_ns)


def test_a_lock_that_lies_idle_until_its_waiters_look_again_holds_for_longer_than_an_item() -> None:
    """Where all wait for one and the probe waits for longer than items take, the share is above 1, but not by much."""
    rows = serial_rows([0] * 40, [4 * MS] * 40)
    idle = replace(demands_of(rows), wait_ns=np.full(40, 4.5 * MS), exclusive_ns=np.full(40, 4.5 * MS))
    two, four = (Probe(probe_setting(count), replay(idle, probe_setting(count), 2).items) for count in (2, 4))
    found = contention_of([rows, rows], [two, four], 2)
    assert 1.0 < found.exclusive_share <= MOST_SHARE
    assert found.shares[0] == (2, pytest.approx(1.0, abs=1e-3))
    held = with_contention(demands_of(rows), found, 4, 2)
    assert held.exclusive_ns.sum() == pytest.approx(found.exclusive_share * demands_of(rows).wall_ns.sum(), rel=1e-3)
    assert (held.wall_ns >= held.exclusive_ns).all()


@given(st.integers(1, 16))
def test_the_share_lies_between_those_that_were_probed(workers: int) -> None:
    """A straight line between the probes' worker counts, and level on either side of them."""
    found = Contention(0.8, workers=4, shares=((2, 0.4), (4, 0.8)))
    assert found.share_at(workers) == pytest.approx({1: 0.4, 2: 0.4, 3: 0.6}.get(workers, 0.8))
    assert Contention(0.5, workers=2).share_at(workers) == 0.5
