"""What single_writer promises beside every strategy's contract: one writer, bounded memory, sound rows, no hang."""

import pytest
from registered import EACH_METHOD, in_matrix
from rounds import PATIENCE_S, job, nothing_left_behind, run_round
from toys import stored

from lightwork.analysis.losses import losses_of, violations
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.launch.run import launch
from lightwork.launch.workdir import open_workdir
from lightwork.storage.ledgers import table
from lightwork.study import design

WORKERS = 3


def run(folder, workers=WORKERS, start_method="fork", **parameters):
    """A round of `toys.stored`, and what its log says."""
    with open_workdir(folder) as workdir, nothing_left_behind():
        setting = Setting("single_writer", workers, start_method=start_method)
        finished = launch(workdir, job(workdir, setting, "toys.stored", **parameters), PATIENCE_S)
    return finished, stored.read(folder)


def done(lines, what):
    """The numbers of these lines, line by line."""
    return [line["numbers"] for line in lines if line["what"] == what]


@pytest.mark.parametrize("method", EACH_METHOD)
def test_workers_parse_and_one_process_stores(method, tmp_path):
    """Items are parsed in the workers' processes alone, and stored in one that is none of theirs."""
    finished, lines = run(tmp_path, start_method=method)
    assert (finished.round.outcome, finished.round.reason) == (Outcome.OK, "")
    workers = {worker.pid for worker in finished.round.workers}
    assert {line["pid"] for line in lines if line["what"] == "parsed"} <= workers
    (writer,) = {line["pid"] for line in lines if line["what"] == "stored"}
    assert writer not in workers


def test_no_more_is_parsed_ahead_than_one_item_a_worker(tmp_path):
    """A slow writer holds the workers back: never are more items parsed and not stored than there are workers."""
    finished, lines = run(tmp_path, items=20, store_ms=15)
    ahead, most = 0, 0
    for line in lines:
        ahead += len(line["numbers"]) if line["what"] == "parsed" else -len(line["numbers"])
        most = max(most, ahead)
    assert finished.round.ok
    assert 1 < most <= WORKERS


def test_what_arrives_while_the_writer_stores_is_its_next_batch(tmp_path):
    """While a slow writer stores one item the other workers' arrive, and are stored in one go, each once."""
    _, lines = run(tmp_path, items=20, store_ms=15)
    batches = done(lines, "stored")
    assert max(map(len, batches)) > 1
    assert sorted(number for batch in batches for number in batch) == list(range(20))


def test_an_items_row_lasts_until_it_is_stored(tmp_path):
    """The row spans parsing and storing, rows of a worker follow each other, and the split of the round is exact."""
    finished, lines = run(tmp_path, items=9, store_ms=5)
    rows = table(finished.ledger)
    for line in lines:
        for number in line["numbers"]:
            assert rows["start_ns"][number] <= line["at_ns"] <= rows["end_ns"][number]
    found = finished.round
    assert violations(found, rows, WORKERS) == []
    losses = losses_of(found, rows, WORKERS)
    assert losses.speedup + sum(losses.lost_speedup().values()) == WORKERS
    assert len({int(worker) for worker in rows["worker"]}) <= WORKERS == len(found.workers)


def test_a_round_is_held_against_serial_as_any_other(tmp_path):
    """Results, digests, evidence and the split of the item time are those of the whole function run serially."""
    finished, _ = run(tmp_path / "a", items=6)
    with open_workdir(tmp_path / "b") as workdir:
        serial = launch(workdir, job(workdir, Setting("serial"), "toys.stored", items=6), PATIENCE_S)
    assert finished.round.result_digest == serial.round.result_digest != ""
    assert finished.round.evidence == serial.round.evidence
    losses = losses_of(finished.round, table(finished.ledger), WORKERS, table(serial.ledger))
    assert losses.useful_ns + losses.cpu_inflation_ns + losses.blocked_inflation_ns + (losses.core_wait_ns or 0) == (
        losses.item_ns
    )


def test_a_failing_writer_ends_the_round(tmp_path):
    """What the storing raises is raised in the caller, naming the items that were in that batch; nobody is left."""
    finished, lines = run(tmp_path, refused=4)
    found = finished.round
    assert found.outcome is Outcome.RAISED
    assert found.reason.startswith("ValueError: this number can't be stored in item ")
    assert "4" in found.reason
    assert "in store" in found.detail
    assert 4 not in {number for batch in done(lines, "stored") for number in batch}


@pytest.mark.parametrize(("fault", "code"), [("kill", -9), ("exit", 3)])
@pytest.mark.parametrize("workers", [3, *in_matrix((1,))])
def test_a_dying_worker_does_not_hang_the_writer(fault, code, workers, tmp_path):
    """The end of a worker's pipe is seen: the round fails with its exit code, and the other workers are ended."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting("single_writer", workers), fault=fault).round
    assert found.outcome is Outcome.RAISED
    assert f"ended with {code}" in found.reason


@pytest.mark.parametrize("ask", [design.limits, lambda *a: design.draw_up(*a, data_dir=None)])
def test_a_workload_in_one_piece_is_refused_before_anything_runs(ask):
    """One line says what is missing and what to do."""
    with pytest.raises(
        UsageError, match=r"single_writer needs separate parse and store functions: give @workload of sleep_io"
    ) as told:
        ask("sleep_io", {}, [Setting("map", 2), Setting("single_writer", 2)])
    assert "stages=Stages(parse, store)" in str(told.value)
    assert "\n" not in str(told.value)


def test_a_host_refuses_a_workload_in_one_piece(tmp_path):
    """Nor does a host that is asked all the same."""
    with open_workdir(tmp_path) as workdir:
        wanted = job(workdir, Setting("single_writer", 2), "sleep_io", items=2)
        with pytest.raises(UsageError, match="needs separate parse and store functions"):
            launch(workdir, wanted, PATIENCE_S)
