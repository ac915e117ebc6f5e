"""A worker is killed while it waits."""

import os
import signal
import time
from collections.abc import Sequence

import psutil

from lightwork.faults.fault import Fault
from lightwork.ledger.table import Ledger, LedgerRow, State

SETTLES_S = 0.1  # between the end of the last but one item and the kill: a worker has to get idle first


def strike(host_pid: int, ledger: Ledger) -> bool:
    """Kill a worker that waits, once nothing is left but the last item, and that has begun."""
    rows = ledger.rows()
    states = [row.state for row in rows]
    if not rows or states.count(State.DONE) < len(rows) - 1 or states.count(State.RUNNING) != 1:
        return False
    time.sleep(SETTLES_S)
    idle = idle_workers(host_pid, ledger, ledger.rows())
    for pid in idle[:1]:
        os.kill(pid, signal.SIGKILL)
    return bool(idle)


def idle_workers(host_pid: int, ledger: Ledger, rows: Sequence[LedgerRow]) -> list[int]:
    """The pids of workers that live, in a process of their own, and run no item."""
    lives = ledger.lives()
    busy = {lives[row.worker].pid for row in rows if row.state is State.RUNNING and row.worker < len(lives)}
    return [life.pid for life in lives if life.pid not in busy and not life.exit_ns and _is_process(life.pid, host_pid)]


def _is_process(pid: int, host_pid: int) -> bool:
    """Whether this is a process that runs, of the host's session, and no thread."""
    try:
        runs = psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        return pid != host_pid and runs and os.getsid(pid) == host_pid
    except (OSError, psutil.Error):
        return False


FAULT = Fault(
    "kill-idle",
    "killed idle",
    "a worker is killed while it waits and another runs the last item",
    rank=40,
    strike=strike,
    last_alone=True,
)
