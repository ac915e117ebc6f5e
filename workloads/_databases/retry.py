"""Trying again: what the database refused for the moment is done again, and counted in the ledger."""

import time
from collections.abc import Callable
from typing import TypeVar

from lightwork.ledger.recorder import count_retry

RETRY_FOR_S = 30.0  # what is refused for so long is a fault
PAUSE_S = 0.001
Outcome = TypeVar("Outcome")


def insist(attempt: Callable[[], Outcome], passes: Callable[[Exception], bool]) -> Outcome:
    """What the attempt returns; tried again, and counted, while it raises errors that pass, for RETRY_FOR_S.

    Any other error, and the last one, is raised.
    """
    deadline_s = time.monotonic() + RETRY_FOR_S
    while True:
        try:
            return attempt()
        except Exception as error:
            if not passes(error) or time.monotonic() >= deadline_s:
                raise
        count_retry()
        time.sleep(PAUSE_S)
