"""All probes are measured in interleaved blocks, each with as many items as its strategy's speed asks for."""

from dataclasses import replace

import pytest
from price_samples import COSTS, Planted, recorded
from rounds import PATIENCE_S, job, nothing_left_behind

from lightwork import strategies
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.costs.probes import (
    CHUNKSIZES,
    FEWEST,
    FEWEST_RESULTS,
    GROWTH,
    MOST,
    MOST_RESULT_BYTES,
    PAYLOADS_BYTES,
    TARGET_NS,
    CostProbe,
    is_measurable,
    probes_of,
)
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir

NAMES = [name for name in strategies.names() if is_measurable(name)]


@pytest.mark.parametrize("name", NAMES)
def test_every_strategy_has_its_probes(name):
    """A start, an item at every chunksize where there are any, and a result of every size; each name once."""
    found, probes = strategies.find(name), probes_of([name], 3)
    chunksizes = CHUNKSIZES if found.default_chunksize else (None,)
    starts, items = [one for one in probes if one.start_up], [one for one in probes if not one.start_up]
    assert [one.items for one in starts] == [3 if found.parallel else 1]
    assert [one.setting.chunksize for one in items if not one.payload_bytes] == list(chunksizes)
    assert [one.payload_bytes for one in items if one.payload_bytes] == list(PAYLOADS_BYTES)
    assert len({one.name for one in probes}) == len(probes)
    for one in probes:
        assert strategies.chunksize_in_force(one.setting, one.items) in (one.setting.chunksize, None)
        assert one.items % (one.setting.chunksize or 1) == 0
        assert one.start_up or one.items >= 2 * (one.setting.chunksize or 1) * one.setting.workers


def test_halves_are_not_measured_by_no_ops():
    """A strategy that hands out two halves of an item's work has no no-op."""
    assert not is_measurable("single_writer")
    assert "serial" in NAMES


@pytest.mark.parametrize(
    ("item_ns", "payload_bytes", "chunksize", "expected"),
    [
        (20_000, 0, 1, TARGET_NS // 20_000),
        (2_000_000, 0, 1, FEWEST),
        (1, 0, None, GROWTH * 1_000),
        (-3, 0, None, GROWTH * 1_000),
        (60_000, 0, 1_000, 4_000),
        (30_000, 0, 1, TARGET_NS // 30_000),
        (30_000_000, 10_000_000, 1, FEWEST_RESULTS),
        (400_000, 100_000, 1, 250),
        (8_000, 100_000, 1, MOST_RESULT_BYTES // 100_000),
    ],
)
def test_as_many_items_as_take_the_target(item_ns, payload_bytes, chunksize, expected):
    """Items are added until they take TARGET_NS, within what memory holds and one look tells, in whole chunks."""
    probe = CostProbe(Setting("map", 2, chunksize), 1_000, payload_bytes)
    sized = probe.resized(5e6, 5e6 + 1_000 * item_ns)
    assert sized == replace(probe, items=expected)


def test_a_start_is_never_resized():
    """A start-up probe keeps its one no-op a worker."""
    probe = CostProbe(Setting("map", 2), 2, start_up=True)
    assert probe.resized(0.0, 1.0) == probe
    assert not probe.is_too_short(0.0, 1.0)


def test_a_slow_start_asks_for_more_items():
    """Where the start itself takes longer than TARGET_NS, the items are to take as long as it."""
    sized = CostProbe(Setting("map", 2, 1), 1_000).resized(5.0 * TARGET_NS, 5.0 * TARGET_NS + 1_000 * 200_000)
    assert sized.items == 5 * TARGET_NS // 200_000


def test_blocks_hold_every_probe_once_in_an_order_of_their_own():
    """After the first looks each block runs each probe once, no ledger is asked for, and the order differs."""
    planted, probes = Planted(), probes_of(["serial", "map", "fork"], 2)
    samples, finished = recorded(probes, planted, 20.0)
    blocks = {number: [one for one in planted.jobs if one.block == number] for number in (-1, 0, 1)}
    assert finished
    assert [sample.probe.name for sample in samples] == [probe.name for probe in probes]
    assert all(len(blocks[number]) == len(probes) for number in (0, 1))
    assert len(blocks[-1]) > len(probes)
    shown = [[(one.cell_id, one.parameters["payload_bytes"]) for one in blocks[number]] for number in (0, 1)]
    assert sorted(shown[0]) == sorted(shown[1])
    assert shown[0] != shown[1]
    assert not any(one.record for one in planted.jobs)
    assert all(sample.walls_ns.keys() == samples[0].walls_ns.keys() for sample in samples)


def test_the_budget_ends_it_between_blocks():
    """No block begins that would not fit; the first one is measured in any case."""
    planted, probes = Planted(), probes_of(["map"], 2)
    samples, _ = recorded(probes, planted, 8.0)
    assert len(samples[0].walls_ns) > 1
    assert planted.now_s <= 8.0
    samples, finished = recorded(probes, Planted(), 0.001)
    assert finished
    assert all(len(sample.walls_ns) == 1 for sample in samples)


def test_what_keeps_failing_is_not_tried_again():
    """Two failures, a first look's among them, are enough; each is kept in words, and the others go on."""
    planted = Planted({"fork": Outcome.HUNG})
    samples, _ = recorded(probes_of(["map", "fork"], 2), planted, 20.0)
    failed = [sample for sample in samples if sample.probe.setting.strategy == "fork"]
    assert all(sample.failures == ["hung: as planted"] * 2 and not sample.walls_ns for sample in failed)
    assert all(len(sample.walls_ns) > 2 for sample in samples if sample not in failed)


@pytest.mark.parametrize("in_block", [False, True])
def test_a_ctrl_c_keeps_what_was_measured(in_block):
    """Interrupted in a first look or in a block: what there is is returned, and said to be unfinished."""
    probes, whole = probes_of(["map"], 2), Planted()
    recorded(probes, whole)
    looks = sum(one.block == -1 for one in whole.jobs)
    samples, finished = recorded(probes, Planted(stop=looks + 2 if in_block else 3))
    assert not finished
    assert len(samples) == len(probes) if in_block else 1 <= len(samples) < len(probes)
    assert sum(len(sample.walls_ns) for sample in samples) == (2 if in_block else 0)


def test_looks_go_on_until_the_items_outlast_what_two_starts_differ_by():
    """A start that jitters by 5 ms makes no round of very short items long, and none of long items short."""
    jitter = iter(range(10**6))

    class Jittery(Planted):
        def __call__(self, job, deadline_s):
            found = super().__call__(job, deadline_s)
            wall_ns = found.round.wall_ns + 5_000_000 * (next(jitter) % 2)
            return replace(found, round=replace(found.round, t1_ns=found.round.t0_ns + wall_ns))

    samples, _ = recorded(probes_of(["map"], 2), Jittery(), 5.0)
    _, item_ns = COSTS["map"]
    for one in samples:
        if not one.probe.start_up and one.probe.items not in (
            MOST,
            MOST_RESULT_BYTES // max(one.probe.payload_bytes, 64),
        ):
            each_ns = item_ns / one.probe.setting.chunksize + one.probe.payload_bytes
            chunk_ns = 2 * one.probe.setting.workers * one.probe.setting.chunksize * each_ns
            assert TARGET_NS / 2 < one.probe.items * each_ns < max(2 * TARGET_NS, 1.2 * chunk_ns), one.probe.name


@pytest.mark.parametrize("name", ["serial", "fork", "map", "pipe"])
def test_an_unrecorded_round_is_checked_and_leaves_no_ledger(name, tmp_path):
    """A real round without a ledger has its wall time, its workload's check, and nothing of its items."""
    with nothing_left_behind(), open_workdir(tmp_path) as workdir:
        wanted = job(workdir, Setting(name, 2 if name != "serial" else 1), "no_op", items=50, payload_bytes=100)
        found = launch(workdir, replace(wanted, record=False), PATIENCE_S).round
    assert (found.outcome, found.reason) == (Outcome.OK, "")
    assert found.evidence == {"results": 50}
    assert (found.items_expected, found.items_done) == (0, 0)
    assert found.wall_ns > 0


def test_an_unrecorded_round_that_raises_has_no_time(tmp_path):
    """An item's exception still ends the round."""
    with open_workdir(tmp_path) as workdir:
        wanted = job(workdir, Setting("map", 2), fault="raise")
        found = launch(workdir, replace(wanted, record=False), PATIENCE_S).round
    assert found.outcome is Outcome.RAISED
    assert "can't be squared" in found.reason


def test_the_planted_costs_are_what_the_samples_show():
    """The made-up rounds are sound: a start takes what was planted."""
    samples, _ = recorded(probes_of(["map"], 2), Planted(), 5.0)
    start_ns, item_ns = COSTS["map"]
    assert set(samples[0].walls_ns.values()) == {start_ns + 2 * item_ns}
