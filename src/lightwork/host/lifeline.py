"""The lifeline: ends a host and all its workers when the measuring process is gone, however that ended.

The measuring process holds the only write end of a pipe and writes nothing. A host asks the kernel to kill its process
group as soon as something happens at the read end, which then can only be that its writer has gone. No thread waits,
and workers inherit nothing that costs them time.
"""

import fcntl
import os
import signal
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

NAME = "LIGHTWORK_TETHER"  # of the variable that tells a host the read end's number


@contextmanager
def held() -> Iterator[int]:
    """The read end to hand to a host; while this lasts, its host may live."""
    reader, writer = os.pipe()
    try:
        yield reader
    finally:
        os.close(reader)
        os.close(writer)


def tie(environment: MutableMapping[str, str]) -> None:
    """Have this process group killed when the writer of the pipe that the environment names has gone.

    Does nothing where it names none, or where the kernel can't do it.
    """
    number = environment.pop(NAME, None)
    if number is None or not hasattr(fcntl, "F_SETSIG"):
        return
    reader = int(number)
    try:
        fcntl.fcntl(reader, fcntl.F_SETOWN, -os.getpgrp())
        fcntl.fcntl(reader, fcntl.F_SETSIG, signal.SIGKILL)
        fcntl.fcntl(reader, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    except OSError:  # an emulated kernel: then a deadline is all that ends this host
        return
    try:
        gone = os.read(reader, 1) == b""  # it went before we asked
    except BlockingIOError:
        return
    if gone:
        os.killpg(0, signal.SIGKILL)
