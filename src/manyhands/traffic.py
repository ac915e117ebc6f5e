"""Traffic: counts what the caller and its workers pickle to hand items and results over; in a probing round only.

multiprocessing pickles through two functions, hand-written strategies through pickle's own: each is wrapped, and
adds the length of what it made to the ledger. Standard library only: the host and its workers import this module.
"""

import io
import os
import pickle
from collections.abc import Callable
from multiprocessing import reduction
from typing import Any

from manyhands import recorder
from manyhands.ledger import Ledger


def count(ledger: Ledger, caller: int | None) -> None:
    """Count every message that this process and those forked from it pickle from now on.

    caller: the pid of the process whose messages are sent; any other process's are returned.
    """

    def add(size_bytes: int) -> None:
        if os.getpid() == caller:
            ledger.count_sent(size_bytes)
        else:
            ledger.count_returned(recorder.slot(), size_bytes)

    wrapped: Any = reduction
    wrapped.ForkingPickler.dumps = staticmethod(_counting_dumps(reduction.ForkingPickler.dumps, add))
    wrapped.dump = _counting_dump(reduction.dump, add)
    pickle.dumps = _counting_dumps(pickle.dumps, add)
    pickle.dump = _counting_dump(pickle.dump, add)


def _counting_dumps(dumps: Callable[..., Any], add: Callable[[int], None]) -> Callable[..., Any]:
    def counting(*arguments: Any, **options: Any) -> Any:
        pickled = dumps(*arguments, **options)
        add(len(pickled))
        return pickled

    return counting


def _counting_dump(dump: Callable[..., None], add: Callable[[int], None]) -> Callable[..., None]:
    def counting(value: Any, file: Any, *arguments: Any, **options: Any) -> None:
        pickled = io.BytesIO()
        dump(value, pickled, *arguments, **options)
        add(len(pickled.getbuffer()))
        file.write(pickled.getbuffer())

    return counting
