"""Accidents strike a round while it runs, and nothing else."""

import signal
import subprocess

import pytest

from lightwork.faults.kinds.interrupt import strike as interrupt_half_way
from lightwork.ledger.recorder import _recorder
from lightwork.ledger.table import Ledger

ITEMS = 4


@pytest.fixture
def host():
    """A process that leads a session of its own, as a round's host does."""
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize(("done", "strikes"), [(0, False), (1, False), (2, True), (3, True), (4, False)])
def test_an_interrupt_comes_while_items_are_left(done, strikes, host, tmp_path):
    """Not before half of them are done, and no more once all are: then it would meet a host that only tidies up."""
    Ledger.create(tmp_path / "ledger", ITEMS, 1)
    run = _recorder(abs, str(tmp_path / "ledger"), False, False)
    for index in range(done):
        run((index, -1))
    assert interrupt_half_way(host.pid, Ledger(str(tmp_path / "ledger"))) is strikes
    assert (host.wait(200) if strikes else host.poll()) == (-signal.SIGINT if strikes else None)
