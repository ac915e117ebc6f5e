"""Calibration finds the costs that no-op rounds were made with, and knows its own machine again."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.core.study import SERIAL_AGAIN, Cell, Study
from lightwork.core.usage import Usage
from lightwork.errors import UsageError
from lightwork.replay.calibration import Calibration, calibrate, decode, encode, fingerprint, saved_in
from lightwork.replay.costs import NO_COSTS, Costs
from lightwork.replay.demands import demands
from lightwork.replay.engine import replay
from lightwork.replay.noop_rounds import NoOp, costs_of, no_ops

ITEMS = 300
MACHINE = {"processor": "abacus", "usable_cpus": 2.0, "kernel": "Linux 6", "python": "3.11.7", "load_average_1min": 0.1}
SPENT = Costs(
    open_ns=1_000_000,
    request_ns=2_000_000,
    boot_ns=3_000_000,
    send_ns=10_000,
    receive_ns=10_000,
    take_ns=5_000,
    item_ns=1_000,
    close_ns=4_000_000,
    close_worker_ns=1_000_000,
)


def made(setting: Setting, spent: Costs = SPENT, item_ns: int = 100) -> NoOp:
    """A round made from known costs, with the CPU times that clocks would have shown, on cores enough for all."""
    found = replay(demands([item_ns] * ITEMS), setting, 16, spent)
    one = NoOp(setting, found.round, found.items)
    rows = found.items
    for worker in set(rows["worker"].tolist()):
        own = np.flatnonzero(rows["worker"] == worker)
        own = own[rows["start_ns"][own].argsort()]
        share = spent.take_ns * one.chunks / ITEMS + spent.item_ns + item_ns
        rows["thread_cpu_ns"][own] = spent.boot_ns + np.rint(share * np.arange(1, len(own) + 1))
    workers_ns = sum(int(rows["thread_cpu_ns"][rows["worker"] == one].max()) for one in set(rows["worker"].tolist()))
    caller_ns = round(
        one.chunks * (spent.send_ns + spent.receive_ns + (0 if one.is_dense else spent.rouse_ns))
        + setting.workers * spent.request_ns
    )
    usage = Usage(cpu_ns=caller_ns + workers_ns, caller_cpu_ns=caller_ns)
    return replace(one, round=replace(found.round, usage=usage))


def with_busy_caller(one: NoOp, chunk_ns: int) -> NoOp:
    """The round of a caller that computes until the first item and after the last, and so long for each chunk."""
    beyond_ns = one.round.wall_ns - int(one.items["end_ns"].max()) + int(one.items["start_ns"].min())
    used_ns = beyond_ns + one.chunks * chunk_ns
    workers_ns = one.round.usage.cpu_ns - one.round.usage.caller_cpu_ns
    usage = replace(one.round.usage, caller_cpu_ns=used_ns, cpu_ns=workers_ns + used_ns)
    return replace(one, round=replace(one.round, usage=usage))


def rounds(strategy: str, spent: Costs = SPENT, start_method: str = "fork", item_ns: int = 100) -> list[NoOp]:
    """Rounds of 1, 2 and 4 workers with chunks of 1 and of 100."""
    grid = [Setting(strategy, workers, chunksize, start_method) for workers in (1, 2, 4) for chunksize in (1, 100)]
    return [made(setting, spent, item_ns) for setting in grid]


@pytest.mark.parametrize("strategy", ["pipe", "queue", "imap_unordered", "map"])
def test_finds_the_costs_that_rounds_were_made_with(strategy: str) -> None:
    """Every cost is found again within 2 %, or 20 us where teardown holds a last hand-over."""
    found = costs_of(rounds(strategy))
    for name in ("open_ns", "request_ns", "boot_ns", "send_ns", "receive_ns", "take_ns", "item_ns"):
        assert getattr(found, name) == pytest.approx(getattr(SPENT, name), rel=0.02), name
    assert found.close_ns == pytest.approx(SPENT.close_ns, abs=20_000)
    assert found.close_worker_ns == pytest.approx(SPENT.close_worker_ns, abs=20_000)
    assert found.wake_ns == pytest.approx(0, abs=100)


def test_what_a_pipes_worker_sleeps_is_told_from_what_it_computes() -> None:
    """The part of a round trip that nobody computed in is waking up."""
    drowsy = replace(SPENT, wake_ns=30_000)
    assert costs_of(rounds("pipe", drowsy)).wake_ns == pytest.approx(30_000, rel=0.02)
    assert costs_of(rounds("queue", drowsy, item_ns=2_000_000)).wake_ns == pytest.approx(30_000, rel=0.02)


def test_a_caller_that_falls_asleep_is_roused() -> None:
    """What a hand-over costs more where items last long is the rousing; dense rounds alone know nothing of it."""
    drowsy = replace(SPENT, rouse_ns=80_000.0)
    sparse = rounds("queue", drowsy, item_ns=500_000)
    found = costs_of([*rounds("queue", SPENT), *sparse])
    assert found.rouse_ns == pytest.approx(80_000, rel=0.02)
    assert found.send_ns == pytest.approx(SPENT.send_ns, rel=0.02)
    assert costs_of(rounds("queue", SPENT)).rouse_ns == 0


def test_items_that_wait_are_as_sparse_as_items_that_compute() -> None:
    """Between either the caller falls asleep; a single item that was held up makes a round of no-ops no sparse one."""
    no_op, naps = made(Setting("threads", 2)), made(Setting("threads", 2), item_ns=4_000_000)
    naps.items["cpu_ns"] = 10_000
    no_op.items["end_ns"][0] += 50_000_000
    assert (no_op.is_dense, naps.is_dense) == (True, False)


def test_what_long_items_leave_cold_is_found() -> None:
    """What a worker takes around a chunk more where items last long is the cold caches' part."""
    cold = [made(Setting("queue", workers, size), replace(SPENT, take_ns=45_000.0), 2_000_000)
            for workers in (1, 2, 4) for size in (1, 100)]  # fmt: skip
    found = costs_of([*rounds("queue"), *cold])
    assert found.take_ns == pytest.approx(5_000, rel=0.02)
    assert found.cold_ns == pytest.approx(40_000, rel=0.02)


def test_what_a_worker_takes_before_its_first_chunk_is_found() -> None:
    """CPU time of a worker's thread before its first item, beyond boot and hand-over, is its first steps."""
    found = [made(Setting("queue", workers, 100)) for workers in (1, 2, 4)]
    for one in found:
        one.items["thread_cpu_ns"] += 700_000
    usage = [replace(one.round.usage, cpu_ns=one.round.usage.cpu_ns) for one in found]
    late = [replace(one, round=replace(one.round, usage=used)) for one, used in zip(found, usage, strict=True)]
    assert costs_of(late).first_ns == pytest.approx(700_000, rel=0.02)
    assert costs_of(rounds("queue")).first_ns == pytest.approx(0, abs=2_000)


def test_what_a_new_thread_does_first_lies_within_the_time_between_requests() -> None:
    """Caller and new thread hold one lock in turn: together they take no longer than one request after the other."""
    crews = [made(Setting("threads", workers)) for workers in (1, 2, 4)]
    light = costs_of(crews)
    for crew in crews:
        crew.items["thread_cpu_ns"] += 50_000
    busier = costs_of(crews)
    assert busier.first_ns == pytest.approx(light.first_ns + 50_000)
    assert busier.request_ns + busier.first_ns == pytest.approx(light.request_ns + light.first_ns)


def test_a_strategy_without_chunks_is_calibrated_from_what_lies_between_start_and_end() -> None:
    """Where there is no slope over chunk counts, hand-over is what caller and workers take beside all else."""
    alike = [with_busy_caller(made(Setting("apply_async", workers)), 20_000) for workers in (1, 2, 4)]
    found = costs_of(alike)
    assert found.send_ns + found.receive_ns == pytest.approx(20_000, rel=0.02)
    assert found.take_ns == pytest.approx(SPENT.take_ns + SPENT.item_ns, rel=0.02)


def test_what_lies_between_items_serially_is_no_cost_of_a_strategy() -> None:
    """The gap of serial rounds of the same items is taken off what lies between two items of a chunk."""
    serial = made(Setting("serial"), replace(SPENT, item_ns=600.0))
    assert costs_of(rounds("pipe"), [serial]).item_ns == pytest.approx(SPENT.item_ns - 600, abs=1)


def test_what_a_worker_takes_to_leave_is_found() -> None:
    """CPU time that the kernel saw and no clock of a worker did is its leaving."""
    found = [made(Setting("static", workers)) for workers in (1, 2, 4)]
    more = [
        replace(one, round=replace(one.round, usage=replace(one.round.usage, cpu_ns=one.round.usage.cpu_ns + more_ns)))
        for one, more_ns in zip(found, (500_000, 1_000_000, 2_000_000), strict=True)
    ]
    assert costs_of(more).leave_ns == pytest.approx(500_000, abs=5_000)
    assert costs_of(found).leave_ns == pytest.approx(0, abs=5_000)
    assert costs_of(more).close_ns == pytest.approx(SPENT.close_ns - 500_000, abs=30_000)


def test_how_long_the_caller_takes_to_settle_is_found() -> None:
    """What passes from the last request to the first item beyond a hand-over and a boot is the caller's settling."""
    slow = replace(SPENT, settle_ns=7_000_000.0)
    assert costs_of(rounds("queue", slow)).settle_ns == pytest.approx(7_000_000, rel=0.02)
    assert costs_of(rounds("queue", replace(slow, boot_ns=100_000.0))).settle_ns == pytest.approx(7_000_000, rel=0.002)


def test_costs_are_told_at_the_speed_that_is_asked_for() -> None:
    """On a core on which the spin takes twice as long as in the calibration, costs are twice as high."""
    spun = [replace(one, round=replace(one.round, spin_ns=8_000.0, spins=20)) for one in rounds("pipe")]
    found = calibrate(spun, MACHINE)
    setting = Setting("pipe", 2)
    assert found.of(setting, 16_000.0).send_ns == 2 * found.of(setting).send_ns
    assert found.of(setting, None) == found.of(setting)
    assert decode(encode(found)) == found
    assert calibrate([replace(one, round=replace(one.round, spins=9)) for one in spun], MACHINE).spin_ns is None
    assert calibrate(rounds("pipe"), MACHINE).of(setting, 16_000.0) == found.of(setting)


def test_a_worker_asked_for_late_does_not_count() -> None:
    """Where the caller was held up between two workers, the time that another one took to ask for is the cost."""
    crowd = made(Setting("pipe", 4, 100))
    *first, last = crowd.round.workers
    late = replace(last, requested_ns=last.requested_ns + 50_000_000)
    found = costs_of([made(Setting("pipe", 1, 1)), replace(crowd, round=replace(crowd.round, workers=(*first, late)))])
    assert found.request_ns == pytest.approx(SPENT.request_ns, rel=0.02)


def test_the_recorders_spin_is_no_cost_of_an_item() -> None:
    """What an item costs beside itself is the gap to the next one without the spin that the recorder ran in it."""
    setting = Setting("map", 1, 100)
    found = replay(demands([100] * ITEMS, spin_ns=[700] * ITEMS), setting, 16, SPENT)
    one = replace(made(setting), items=found.items)
    assert costs_of([one]).item_ns == pytest.approx(SPENT.item_ns, rel=0.02)


def test_the_fork_servers_start_is_told_from_the_workers() -> None:
    """What only the first worker waited for is the server's."""
    found = costs_of(rounds("pipe", replace(SPENT, server_ns=20_000_000), "forkserver"))
    assert found.server_ns == pytest.approx(20_000_000, rel=0.02)
    assert found.request_ns == pytest.approx(SPENT.request_ns, rel=0.02)
    assert found.boot_ns == pytest.approx(SPENT.boot_ns, rel=0.02)


def test_a_fixed_hand_out_has_no_chunks_to_pay_for() -> None:
    """A strategy without chunks costs nothing a chunk, but start-up, rows and teardown."""
    spent = replace(SPENT, send_ns=0.0, receive_ns=0.0, take_ns=0.0)
    found = costs_of([made(Setting("static", workers), spent) for workers in (1, 2, 4)])
    assert (found.send_ns, found.receive_ns, found.take_ns, found.wake_ns) == (0, 0, 0, 0)
    assert found.item_ns == pytest.approx(SPENT.item_ns, rel=0.02)
    assert found.boot_ns == pytest.approx(SPENT.boot_ns, rel=0.02)


def test_one_disturbed_round_in_three_does_not_count() -> None:
    """Costs are medians: a round whose caller was held up leaves them as they are."""
    disturbed = [
        replace(one, round=replace(one.round, usage=replace(one.round.usage, caller_cpu_ns=10**9, cpu_ns=2 * 10**9)))
        for one in rounds("pipe")[:1]
    ]
    found = costs_of([*rounds("pipe"), *rounds("pipe"), *disturbed])
    assert found.send_ns == pytest.approx(SPENT.send_ns, rel=0.02)


def test_every_strategy_and_start_method_has_its_own() -> None:
    """Rounds of several kinds, in any order, are calibrated apart; one that was not is an error that says so."""
    twice = replace(SPENT, send_ns=20_000.0, receive_ns=20_000.0)
    mixed = [*rounds("pipe"), *rounds("queue", twice)]
    found = calibrate(mixed[::-1], MACHINE)
    assert found.of(Setting("pipe", 3)).send_ns == pytest.approx(10_000, rel=0.02)
    assert found.of(Setting("queue", 3)).send_ns == pytest.approx(20_000, rel=0.02)
    with pytest.raises(UsageError, match="map by spawn was not calibrated, only pipe by fork, queue by fork"):
        found.of(Setting("map", 2, start_method="spawn"))


def test_rounds_without_cpu_time_can_not_be_calibrated_from() -> None:
    """A machine that does not tell CPU times is named by its first such round; no rounds at all are an error too."""
    silent = [replace(one, round=replace(one.round, usage=None)) for one in rounds("pipe")]
    with pytest.raises(ValueError, match=r"CPU time of the round of pipe-w\d"):
        costs_of(silent)
    with pytest.raises(ValueError, match="nothing to calibrate from"):
        costs_of([])


def test_takes_only_rounds_that_say_something() -> None:
    """Of a study: rounds with a time and a ledger, in given order, and of the serial twins one."""
    one = made(Setting("pipe", 1))
    kept = replace(one.round, ledger="kept")
    cells = [
        Cell("a", one.setting, 1, (kept, replace(kept, ledger="lost"), replace(kept, outcome=Outcome.HUNG))),
        Cell("b", replace(one.setting, order="shuffled"), 1, (kept,)),
        Cell(SERIAL_AGAIN, Setting("serial"), None, (kept,)),
    ]
    study = Study("no-op", "no-op", {}, ("x",) * ITEMS, 1, "", finished=True, cells=tuple(cells))
    assert [found.round for found in no_ops(study, {"kept": one.items})] == [kept]


def test_comes_back_from_json_unchanged() -> None:
    """What is cached is what was found."""
    found = calibrate([*rounds("pipe"), *rounds("queue")], MACHINE)
    assert decode(json.loads(json.dumps(encode(found)))) == found


def test_costs_that_meant_something_else_are_refused() -> None:
    """A calibration of another version, or of none, is not taken for one of this."""
    kept = encode(calibrate(rounds("pipe"), MACHINE))
    with pytest.raises(ValueError, match="version 1 holds other costs"):
        decode({**kept, "version": 1})
    with pytest.raises(KeyError):
        decode({name: value for name, value in kept.items() if name != "version"})


def test_another_machine_has_another_file() -> None:
    """A new Python or kernel, more CPUs: another file; what changes from minute to minute does not count."""
    folder = Path("cache")
    busy = {**MACHINE, "load_average_1min": 3.0}
    assert saved_in(folder, busy) == saved_in(folder, MACHINE)
    for change in ({"python": "3.13.1"}, {"usable_cpus": 4.0}, {"kernel": "Linux 7"}, {"processor": "slide rule"}):
        assert saved_in(folder, {**MACHINE, **change}) != saved_in(folder, MACHINE)
    assert Calibration(fingerprint(busy), {}) == Calibration(fingerprint(MACHINE), {})


def test_a_strategy_that_was_not_measured_costs_as_much_as_the_one_it_names() -> None:
    """An executor that is handed places costs what the executor does, until its own costs are there."""
    executor, inherited = ("process_executor", "fork"), ("inherited", "fork")
    alone = Calibration({}, {executor: NO_COSTS})
    assert alone.of(Setting("inherited", 2)) == NO_COSTS
    assert alone.stands_for(inherited) == executor
    measured = replace(NO_COSTS, send_ns=5.0)
    both = Calibration({}, {executor: NO_COSTS, inherited: measured})
    assert both.of(Setting("inherited", 2)) == measured
    assert alone.stands_for(("map", "fork")) == ("map", "fork")
    with pytest.raises(UsageError, match="map by fork was not calibrated"):
        alone.of(Setting("map", 2))
