"""A lock: each item spends most of its time while it alone may hold a file."""

import fcntl
import tempfile
import time
from pathlib import Path

LEDGER = Path(tempfile.gettempdir()) / "gallery-ledger"


def book(payment):
    time.sleep(0.004)  # ask for the account
    with LEDGER.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        time.sleep(0.016)  # check the balance, and book
        return payment


PAYMENTS = list(range(100))
