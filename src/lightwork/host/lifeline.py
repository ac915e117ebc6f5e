"""The lifeline: ends a host and all its workers when the measuring process is gone, however that ended.

The measuring process holds the only write end of a pipe and writes nothing. A host asks the kernel to kill its process
group as soon as something happens at the read end, which then can only be that its writer has gone. No thread waits
where the kernel can do this, and workers inherit nothing that costs them time.
"""

import os
import signal
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager

from lightwork.machine import kernel

NAME = "LIGHTWORK_TETHER"  # of the variable that tells a host the read end's number
THREAD = "lightwork-lifeline"


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

    Does nothing where it names none. Where the kernel can't do it, a thread waits.
    """
    number = environment.pop(NAME, None)
    if number is None:
        return
    reader = int(number)
    if not kernel.signal_when_ready(reader, signal.SIGKILL):
        threading.Thread(target=_die_with, args=(reader,), name=THREAD, daemon=True).start()
        return
    try:
        gone = os.read(reader, 1) == b""  # it went before we asked
    except BlockingIOError:
        return
    if gone:
        os.killpg(0, signal.SIGKILL)


def _die_with(reader: int) -> None:
    os.read(reader, 1)
    os.killpg(0, signal.SIGKILL)
