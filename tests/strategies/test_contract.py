"""The contract of every strategy, under every start method it claims, and of executors that users bring."""

import subprocess
import sys
from functools import cache

import pytest
from benches import bench
from registered import EXECUTORS, FORKED_KINDS, all_but, each_once, unless_absent
from rounds import nothing_left_behind, run_round

from lightwork import strategies
from lightwork.cli import main
from lightwork.core.round import Outcome
from lightwork.core.setting import Setting
from lightwork.errors import UsageError

SERIAL = Setting("serial")
needs_none = pytest.mark.skipif(not strategies.absent("interpreters"), reason="this Python has interpreters")
NAMES = [*strategies.names(), *EXECUTORS]
EVERY = [unless_absent(name, method) for name in NAMES for method in strategies.find(name).start_methods]
CLAIMS = each_once(EVERY)
SIZES = [(1, 5), (5, 3), (3, 1)]  # workers, items
CHUNKED = [name for name in NAMES if strategies.find(name).default_chunksize is not None]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """A round of each cell, run when it is first asked for, to be read by all that is claimed of it."""

    @cache
    def round_of(name, method):
        with nothing_left_behind():
            return run_round(tmp_path_factory.mktemp(name), Setting(name, 3, start_method=method)).round

    return round_of


@pytest.mark.parametrize(("name", "method"), CLAIMS)
def test_does_every_item_once_with_serials_results(name, method, done):
    """Every item is done exactly once, the results are serial's, and nobody is left behind."""
    found = done(name, method)
    assert (found.outcome, found.reason) == (Outcome.OK, "")
    assert (found.items_done, found.items_again) == (12, 0)
    assert found.result_digest == done("serial", "fork").result_digest != ""


@pytest.mark.parametrize(("name", "method"), CLAIMS)
def test_notes_every_workers_life(name, method, done):
    """The ledger knows every worker from its request over its readiness to its first item."""
    found, kind = done(name, method), strategies.find(name)
    # An executor starts a thread only for an item that finds none idle: quick items may never need a second one.
    fewest, most = 1 if kind.in_caller else 3, 3 if kind.parallel else 1
    assert fewest <= len(found.workers) <= most
    assert all(found.t0_ns <= worker.requested_ns <= found.t1_ns for worker in found.workers)
    # A spawned worker may come too late for twelve quick items, and then never gets ready.
    ready = [worker for worker in found.workers if worker.ready_ns is not None]
    assert ready
    assert all(worker.requested_ns <= worker.ready_ns <= found.t1_ns for worker in ready)


@pytest.mark.parametrize(("name", "method"), all_but(FORKED_KINDS, EVERY))
def test_hands_an_items_exception_to_the_caller(name, method, tmp_path):
    """An item's exception is raised in the caller, naming its item and showing its traceback; nobody is left."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting(name, 2, start_method=method), fault="raise").round
    assert found.outcome is Outcome.RAISED
    assert "ValueError: this number can't be squared" in found.reason
    assert "in item 5" in found.reason
    assert "in square" in found.detail


@pytest.mark.parametrize(
    ("name", "workers", "items"),
    all_but(
        [("pipe", 1, 5), ("pipe", 5, 3), ("pipe", 3, 1)],
        [unless_absent(name, *size) for name in NAMES for size in SIZES],
    ),
)
def test_copes_with_any_number_of_workers_and_items(name, workers, items, tmp_path):
    """One worker, more workers than items, a single item: all are done."""
    found = run_round(tmp_path, Setting(name, workers), items=items).round
    assert (found.outcome, found.items_done) == (Outcome.OK, items)


@pytest.mark.parametrize(
    ("name", "chunksize"),
    all_but(
        [("map", 5), ("imap_unordered", 1), ("queue", 100)],
        [unless_absent(name, size) for name in CHUNKED for size in (1, 5, 100)],
    ),
)
def test_takes_any_chunksize(name, chunksize, tmp_path):
    """Chunks that divide the list, that do not, and that are longer than it: all items are done."""
    found = run_round(tmp_path, Setting(name, 2, chunksize)).round
    assert (found.outcome, found.items_done) == (Outcome.OK, 12)


@pytest.mark.parametrize("name", all_but([("queue",), ("pipe",)], map(unless_absent, NAMES)))
def test_does_not_choke_on_results_larger_than_a_pipe(name, tmp_path):
    """Results of 200 kB each, more than any pipe holds, all arrive."""
    found = run_round(tmp_path, Setting(name, 2), result_bytes=200_000).round
    assert (found.outcome, found.items_done) == (Outcome.OK, 12)


def test_no_forked_child_goes_on_with_the_callers_code():
    """A result that can't be sent back ends the child, which leaves the rest of the script to its parent."""
    script = """
from lightwork.strategies.fork import run
try:
    run(lambda item: lambda: item, [1, 2, 3], 2, None, None)
except Exception as error:
    print(error)
print("the rest")
"""
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=200)
    assert found.stdout.count("the rest") == 1
    assert "lambda" in found.stdout  # in the words of every version: can't pickle, or get, what it made


@pytest.mark.parametrize(
    "name",
    all_but(
        [("fork",)], map(unless_absent, ["serial", "threads", "asyncio", "process_executor", "fork", "single_writer"])
    ),
)
def test_an_item_that_calls_sys_exit_fails_the_round(name, tmp_path):
    """sys.exit(2) in an item is the item's failure, not the host's end and no word of how lightwork was called."""
    with nothing_left_behind():
        found = run_round(tmp_path, Setting(name, 1 if name == "serial" else 2), fault="sys-exit").round
    assert found.outcome is Outcome.RAISED, found.reason


@pytest.mark.parametrize("name", ["serial", "threads"])
def test_what_an_item_forks_is_no_worker(name, tmp_path):
    """Where items run in the caller, a child that one of them makes and waits for stands among nobody's workers."""
    found = run_round(tmp_path, Setting(name, 1 if name == "serial" else 2), fault="fork", at=0).round
    assert found.ok, found.reason
    assert len(found.workers) <= (1 if name == "serial" else 2)


@pytest.mark.parametrize("order", ["shuffled", "largest-first", "largest-last"])
def test_hands_items_out_in_the_order_asked_for(order, tmp_path):
    """The order in which items start is the one asked for, and the results are the same in every order."""
    found = run_round(tmp_path, Setting("serial", order=order))
    from lightwork.storage.ledgers import table

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
    with pytest.raises(UsageError, match="fork can't start with spawn"):
        strategies.chunksize_in_force(Setting("fork", 2, start_method="spawn"), 10)


def test_knows_the_standard_librarys_default_chunksizes():
    """The chunksize in force equals what Pool.map itself would choose."""
    assert strategies.chunksize_in_force(Setting("map", 4), 185) == 12
    assert strategies.chunksize_in_force(Setting("imap_unordered", 4), 185) == 1


# --- strategies that need what is not there ---------------------------------------------------------------------------


@pytest.fixture
def register():
    """Register a strategy of this name that needs something, until the test is over."""
    names = []

    def made(name, **needs):
        def run(function, items, workers, chunksize, context):
            """Never run."""

        run.__module__ = f"lightwork.strategies.{name}"
        strategies.strategy(**needs)(run)
        names.append(name)

    yield made
    for name in names:
        del strategies._registry[name]


def test_a_missing_module_is_named_with_the_command_that_installs_it(register):
    """What is needed is looked for, not imported; the line says how to install it."""
    register("elsewhere", needs="no_such_module", extra="dask")
    register("here", needs="wave")
    assert strategies.absent("elsewhere") == (
        "needs no_such_module, which is not installed: python -m pip install 'distributed>=2024.8'"
    )
    assert (strategies.absent("here"), "wave" in sys.modules) == ("", False)
    with pytest.raises(
        UsageError, match=r"^strategy elsewhere needs no_such_module, which is not installed: python -m pip"
    ):
        strategies.require("elsewhere")
    assert strategies.require("here").name == "here"


def test_a_module_that_no_extra_lists_is_named_alone(register):
    """No command is made up where nothing says which distribution holds the module."""
    register("elsewhere", needs="no_such_module")
    assert strategies.absent("elsewhere") == "needs no_such_module, which is not installed"


def test_a_reason_of_its_own_is_told_as_it_is(register):
    """A strategy may say itself what it needs."""
    register("picky", needs=lambda: "needs a full moon")
    with pytest.raises(UsageError, match=r"^strategy picky needs a full moon$"):
        strategies.require("picky")


def test_all_strategies_are_those_usable_here():
    """Every strategy is known by name; those that need what is absent are not among the usable ones."""
    assert set(strategies.USUAL) <= set(strategies.usable()) <= set(strategies.names())
    assert all(bool(strategies.absent(name)) != (name in strategies.usable()) for name in strategies.names())


@needs_none
@pytest.mark.parametrize(
    "words",
    [
        ("plan", "sleep_io", "--strategies", "interpreters"),
        ("plan", "sleep_io", "--strategies", "map,interpreters", "--dry-run"),
        ("validate", "--strategies", "interpreters", "--dry-run"),
    ],
)
def test_a_command_that_asks_for_it_says_so_in_one_line(words, capsys, tmp_path, monkeypatch):
    """Exit status 2 and the reason, before anything is measured."""
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path))
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.err == f"lightwork: strategy interpreters {strategies.absent('interpreters')}\n"
    assert told.out == ""


def test_serial_alone_is_nothing_to_validate(capsys, tmp_path, monkeypatch):
    """The reference needs something to be compared with."""
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path))
    assert main(["validate", "--strategies", "serial", "--dry-run"]) == 2
    assert "name a strategy that has workers" in capsys.readouterr().err


@pytest.mark.matrix
@needs_none
def test_a_bench_that_asks_for_it_says_so_in_one_line(tmp_path):
    """The suite ends with status 2 and the reason, before anything is measured."""
    found = bench(tmp_path, "--strategies", "map,interpreters")
    assert found.returncode == 2
    assert f"strategy interpreters {strategies.absent('interpreters')}" in found.stdout
    assert "Traceback" not in found.stdout


@needs_none
def test_a_round_of_it_is_refused(tmp_path):
    """Who goes around the command line is told the same by the round itself."""
    with pytest.raises(UsageError, match="strategy interpreters needs Python"):
        run_round(tmp_path, Setting("interpreters", 2))


@needs_none
def test_the_list_shows_what_is_absent_and_why(capsys):
    """Every strategy is listed, the absent ones with the reason."""
    assert main(["list"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if line.split()[:1] == ["interpreters"]]
    assert strategies.absent("interpreters") in line


def test_only_what_runs_in_the_caller_shares_its_clock():
    """The serial loop, threads, interpreters and tasks; everything else has processes."""
    own = {name for name in strategies.names() if strategies.find(name).in_caller}
    assert own == {"serial", "threads", "interpreters", "asyncio"}
