"""The contract of every registered strategy, under every start method it claims: registering is being tested."""

import pytest
from rounds import nothing_left_behind, run_round

from manyhands import strategies
from manyhands.errors import UsageError
from manyhands.round import Outcome
from manyhands.setting import Setting

SERIAL = Setting("serial")
CLAIMS = [
    pytest.param(name, method, id=f"{name}-{method}")
    for name in strategies.names()
    for method in strategies.find(name).start_methods
]
CHUNKED = [name for name in strategies.names() if strategies.find(name).default_chunksize is not None]


@pytest.mark.parametrize(("name", "method"), CLAIMS)
def test_does_every_item_once_with_serials_results(name, method, tmp_path):
    """Every item is done exactly once, the results are serial's, and nobody is left behind."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting(name, 3, start_method=method)).round
    serial = run_round(tmp_path, SERIAL).round
    assert (found.outcome, found.reason) == (Outcome.OK, "")
    assert (found.items_done, found.items_again) == (12, 0)
    assert found.result_digest == serial.result_digest != ""


@pytest.mark.parametrize(("name", "method"), CLAIMS)
def test_hands_an_items_exception_to_the_caller(name, method, tmp_path):
    """An item's exception is raised in the caller, naming its item and showing its traceback; nobody is left."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting(name, 2, start_method=method), fault="raise").round
    assert found.outcome is Outcome.RAISED
    assert "ValueError: this number can't be squared" in found.reason
    assert "in item 5" in found.reason
    assert "in square" in found.detail


@pytest.mark.parametrize(("name", "method"), CLAIMS)
def test_notes_every_workers_life(name, method, tmp_path):
    """The ledger knows every worker from its request over its readiness to its first item."""
    found = run_round(tmp_path, Setting(name, 2, start_method=method)).round
    assert len(found.workers) == (2 if strategies.find(name).parallel else 1)
    assert all(found.t0_ns <= worker.requested_ns <= found.t1_ns for worker in found.workers)
    # A spawned worker may come too late for twelve quick items, and then never gets ready.
    ready = [worker for worker in found.workers if worker.ready_ns is not None]
    assert ready
    assert all(worker.requested_ns <= worker.ready_ns <= found.t1_ns for worker in ready)


@pytest.mark.parametrize("name", strategies.names())
@pytest.mark.parametrize(("workers", "items"), [(1, 5), (5, 3), (3, 1)])
def test_copes_with_any_number_of_workers_and_items(name, workers, items, tmp_path):
    """One worker, more workers than items, a single item: all are done."""
    found = run_round(tmp_path, Setting(name, workers), items=items).round
    assert (found.outcome, found.items_done) == (Outcome.OK, items)


@pytest.mark.parametrize("name", CHUNKED)
@pytest.mark.parametrize("chunksize", [1, 5, 100])
def test_takes_any_chunksize(name, chunksize, tmp_path):
    """Chunks that divide the list, that do not, and that are longer than it: all items are done."""
    found = run_round(tmp_path, Setting(name, 2, chunksize)).round
    assert (found.outcome, found.items_done) == (Outcome.OK, 12)


@pytest.mark.parametrize("name", strategies.names())
def test_does_not_choke_on_results_larger_than_a_pipe(name, tmp_path):
    """Results of 200 kB each, more than any pipe holds, all arrive."""
    found = run_round(tmp_path, Setting(name, 2), result_bytes=200_000).round
    assert (found.outcome, found.items_done) == (Outcome.OK, 12)


@pytest.mark.parametrize("order", ["shuffled", "largest-first", "largest-last"])
def test_hands_items_out_in_the_order_asked_for(order, tmp_path):
    """The order in which items start is the one asked for, and the results are the same in every order."""
    found = run_round(tmp_path, Setting("serial", order=order))
    from manyhands.ledgers import table

    started = [int(index) for index in table(found.ledger)["start_ns"].argsort()]
    assert started != list(range(12)) or order == "largest-last"
    if order != "shuffled":
        assert started == sorted(range(12), reverse=order == "largest-first")
    assert found.round.result_digest == run_round(tmp_path, SERIAL).round.result_digest


def test_names_the_strategies_there_are():
    """An unknown strategy is refused with the names of the known ones."""
    with pytest.raises(UsageError, match=r"unknown strategy 'pool'.*imap_unordered.*serial"):
        strategies.find("pool")


def test_refuses_a_chunksize_where_there_is_none():
    """A chunksize for a strategy that has none is refused rather than ignored."""
    with pytest.raises(UsageError, match="static has no chunksize"):
        strategies.chunksize_in_force(Setting("static", 2, 5), 10)


def test_refuses_a_start_method_that_a_strategy_does_not_claim():
    """os.fork can't spawn: said before anything runs."""
    with pytest.raises(UsageError, match="fork can't start by spawn"):
        strategies.chunksize_in_force(Setting("fork", 2, start_method="spawn"), 10)


def test_knows_the_standard_librarys_default_chunksizes():
    """The chunksize in force equals what Pool.map itself would choose."""
    assert strategies.chunksize_in_force(Setting("map", 4), 185) == 12
    assert strategies.chunksize_in_force(Setting("imap_unordered", 4), 185) == 1
