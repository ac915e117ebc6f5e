"""What the strategies do when something dies: real workers, really killed; facts about the interpreter in use."""

import signal
from functools import partial
from types import SimpleNamespace

import pytest
from registered import KINDS, all_but, unless_absent
from rounds import nothing_left_behind
from together import selected, together

from lightwork import strategies
from lightwork.faults import matrix
from lightwork.faults.fault import faults
from lightwork.faults.matrix import FaultRequest, LeftOut, Surroundings, case, deadline_s, record
from lightwork.faults.outcome import Ending
from lightwork.faults.planted import Parameters
from lightwork.launch.workdir import open_workdir

F = SimpleNamespace(**{name.replace("-", "_").upper(): fault for name, fault in faults().items()})
ITEMS, VICTIM = set(range(Parameters().items)), Parameters().at
HANGS_AFTER_S, GIVEN_UP_AFTER_S = 5.0, 60.0  # only what is known to hang has its deadline waited for

# Facts about multiprocessing and concurrent.futures, by strategy: which faults hang it, and which it does not notice.
POOL = {F.KILL, F.EXIT, F.KILL_IDLE, F.BAD_ERROR, F.HANG}
HANGS = {
    "map": POOL, "imap_unordered": POOL, "apply_async": POOL, "shared_memory": POOL,
    "queue": {F.KILL, F.EXIT, F.KILL_IDLE, F.BAD_RESULT, F.HANG},
}  # fmt: skip
# One Ctrl-C in a hundred meets a worker that holds the lock of the results' queue; then the pool's end waits for it.
SELDOM = {name for name, faults in HANGS.items() if faults == POOL}
IN_CALLER = ("serial", "threads", "asyncio")
COMPLETES = {**{name: {F.BAD_RESULT} for name in IN_CALLER}, "pipe": {F.KILL_IDLE}}
DIES = {name: {F.KILL, F.EXIT} for name in IN_CALLER}
NEVER_IDLE = {*IN_CALLER, "fork", "static", "static_striped", "single_writer"}
LIBRARIES = {"interpreters", *(name for name in strategies.names() if strategies.find(name).extra)}  # they change
STANDARD = [name for name in strategies.names() if name not in LIBRARIES]


def expected(name, fault):
    """How this strategy takes this fault."""
    if fault is F.KILL_IDLE and name in NEVER_IDLE:
        return Ending.NEVER
    for ending, known in ((Ending.HANGS, HANGS), (Ending.COMPLETES, COMPLETES), (Ending.DIES, DIES)):
        if fault in known.get(name, set()):
            return ending
    return Ending.HANGS if fault is F.HANG else Ending.RAISES


CELLS = [(name, fault) for name in STANDARD for fault in dict.fromkeys((F.KILL, *faults().values()))]
# Each fault once, and a killed worker under each kind of strategy, of which two hang.
SHOWN = [(name, fault) for name, fault in CELLS if name == "process_executor" or (name in KINDS and fault is F.KILL)]


def found(folder, name, fault, allowed_s=GIVEN_UP_AFTER_S):
    """The case of this strategy and this fault."""
    with open_workdir(folder) as workdir:
        return case(name, fault, FaultRequest([name], [fault]), workdir, allowed_s)


@pytest.fixture(scope="module")
def hanging(request, tmp_path_factory):
    """The cases of this run that are known to hang, all at once; nobody is left behind."""
    cells = [cell for cell in selected(request, test_a_fact_of_the_interpreter, "name", "fault") if hangs(*cell)]

    def hung(cell, folder):
        seen = found(folder, *cell, HANGS_AFTER_S + len(cells))  # so many begin at the same time
        return seen if seen.ending is Ending.HANGS else found(folder, *cell)  # it had not come to it: a busy machine

    with nothing_left_behind():
        return together({cell: partial(hung, cell, tmp_path_factory.mktemp("hangs")) for cell in cells})


def hangs(name, fault):
    """Whether this is known to hang."""
    return expected(name, fault) is Ending.HANGS


@pytest.mark.parametrize(("name", "fault"), all_but(SHOWN, [unless_absent(*cell) for cell in CELLS]))
def test_a_fact_of_the_interpreter(name, fault, hanging, tmp_path):
    """Every strategy of the standard library takes every fault as known; each item has one state in the ledger."""
    wanted = expected(name, fault)
    if wanted is Ending.HANGS:
        seen = hanging[name, fault]()
    else:
        with nothing_left_behind():
            seen = found(tmp_path, name, fault)
            if name in SELDOM and fault is F.INTERRUPT and seen.ending is Ending.HANGS:
                seen = found(tmp_path, name, fault)
    assert seen.ending is wanted, seen
    assert sorted(seen.done + seen.running + seen.never + seen.raised) == sorted(ITEMS)
    assert seen.redone == ()
    if fault in (F.KILL, F.EXIT, F.HANG):
        assert VICTIM in seen.running
    if fault in (F.RAISE, F.BAD_ERROR, F.MEMORY) or (fault is F.DISK_FULL and name != "single_writer"):  # it stores
        assert VICTIM in seen.raised
    if wanted in (Ending.RAISES, Ending.DIES):
        assert 0 <= seen.knew_s < GIVEN_UP_AFTER_S
    else:
        assert seen.knew_s is None or wanted is Ending.COMPLETES


@pytest.mark.parametrize(
    ("name", "fault"),
    all_but(
        [("joblib", F.KILL)], [unless_absent(name, fault) for name in sorted(LIBRARIES) for fault in (F.RAISE, F.KILL)]
    ),
)
def test_libraries_neither_hang_nor_lose_items_silently(name, fault, tmp_path):
    """joblib, mpire and dask tell of an exception, and of a killed worker unless they run its items again."""
    with nothing_left_behind():
        seen = found(tmp_path, name, fault)
    assert seen.ending is Ending.RAISES or set(seen.done) == ITEMS, seen
    assert seen.ending is not Ending.LOSES


def test_an_interrupt_reaches_workers_that_a_shell_has_deaf(tmp_path):
    """Where SIGINT is ignored here, as in a script's background jobs, a round's processes still hear it."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        seen = found(tmp_path, "static", F.INTERRUPT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen.ending is Ending.RAISES, seen


def test_the_error_is_told(tmp_path):
    """What was raised is kept in one line, with the item."""
    seen = found(tmp_path, "process_executor", F.KILL)
    assert seen.error.startswith("BrokenProcessPool: ")
    seen = found(tmp_path, "static", F.RAISE)
    assert seen.error == f"ValueError: planted in item {VICTIM}: number {VICTIM}"


def test_goes_on_with_what_broke_off(tmp_path):
    """With retry the case says which items were run again, and that all work is done."""
    with open_workdir(tmp_path) as workdir:
        seen = case("static", F.KILL, FaultRequest(["static"], [F.KILL], retry=True), workdir, GIVEN_UP_AFTER_S)
    assert (seen.ending, seen.recovered) == (Ending.RAISES, True)
    assert set(seen.run_again) == set(seen.running + seen.never)


def test_deadlines_come_from_each_strategys_own_time(tmp_path):
    """A strategy's deadline is 2 s and five times a round of its own without a fault."""
    with open_workdir(tmp_path) as workdir:
        told = []
        (seen,) = record(FaultRequest(["static"], [F.RAISE]), Surroundings(workdir, told.append))
    assert deadline_s(0.2) < seen.deadline_s < deadline_s(20)
    assert [(one.strategy, one.fault, one.done, one.in_all) for one in told] == [("static", "raise", 0, 1)]


def test_a_strategy_that_fails_by_itself_is_left_out(tmp_path, monkeypatch):
    """One that can't do its work without any fault is left out with the reason, and the others are recorded."""
    monkeypatch.setattr(matrix, "CALM_DEADLINE_S", 0.01)
    with open_workdir(tmp_path) as workdir:
        (left,) = record(FaultRequest(["static"], [F.RAISE]), Surroundings(workdir, lambda _: None))
    assert left == LeftOut("static", "it fails without any fault: hung: still running after 0.0 s: stopped")
