"""Ctrl-C."""

import os
import signal

from lightwork.faults.fault import Fault
from lightwork.ledger.table import Ledger, State


def strike(host_pid: int, ledger: Ledger) -> bool:
    """Send SIGINT to the host's group, as a terminal does, once half of the items are done and before all are."""
    done = sum(row.state is State.DONE for row in ledger.rows())
    if not ledger.items or not ledger.items // 2 <= done < ledger.items:
        return False
    os.killpg(host_pid, signal.SIGINT)
    return True


FAULT = Fault(
    "interrupt", "Ctrl-C", "SIGINT for the caller and all its workers, half-way", rank=100, strike=strike, surely=True
)
