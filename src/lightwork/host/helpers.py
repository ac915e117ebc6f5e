"""Helpers: processes that a job's own code starts by multiprocessing beside the items, such as a Manager's server.

A job may leave them running on purpose. They are no fault of the round as long as they end with its process.
"""

import multiprocessing
from contextlib import suppress
from typing import Any


def pids() -> set[int]:
    """Of all children of this process that multiprocessing started and will end."""
    return {child.pid for child in multiprocessing.active_children() if child.pid is not None}


def end() -> None:
    """End them as at the interpreter's exit, but wait for none that would not end: they are terminated."""
    from multiprocessing import util  # few rounds need it

    finalize: Any = vars(util)["_run_finalizers"]
    with suppress(Exception):  # a finalizer of the user's may raise anything
        finalize(0)  # among them that of each Manager
    for child in multiprocessing.active_children():
        child.terminate()
