"""Connections: each thread of each process opens its own, inside the worker, and closes it with the round.

A connection must not cross a fork: two users of one socket, or of one file's locks, spoil it. So the round's
caller closes what it opened before the strategy starts, and what a fork carried over all the same is never used.
"""

import os
import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar


class Closable(Protocol):
    """Anything that can be closed."""

    def close(self) -> Any:
        """Close it."""


Connection = TypeVar("Connection", bound=Closable)

# By process, thread and address. Those that a fork carried over stay here, unused: closing one in the child
# would be a use of it.
_open: dict[tuple[int, int, str], Any] = {}


def thread_connection(address: str, connect: Callable[[], Connection]) -> Connection:
    """This thread's own connection to the address, made by `connect` at its first call in this process."""
    key = (os.getpid(), threading.get_ident(), address)
    if key not in _open:
        _open[key] = connect()
    connection: Connection = _open[key]
    return connection


def close_all() -> None:
    """Close this process's connections, its threads' included, and leave the parent's alone."""
    for key in [key for key in _open if key[0] == os.getpid()]:
        _open.pop(key).close()
