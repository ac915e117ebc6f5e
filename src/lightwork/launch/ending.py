"""Signals that end a program, taken as a Ctrl-C is: rounds are ended, and what they made is cleared away."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGTERM, signal.SIGHUP)  # what docker, Kubernetes and CI send, and a terminal that is closed


@contextmanager
def ended_as_by_ctrl_c() -> Iterator[list[int]]:
    """Let the first signal that ends a program raise KeyboardInterrupt in the main thread.

    Gives the list of those that came. What is ignored, as under nohup, stays ignored, and so does what somebody else
    handles. Outside of the main thread, which alone may set handlers, nothing is changed.
    """
    came: list[int] = []

    def end(number: int, _: object) -> None:
        came.append(number)
        if len(came) == 1:
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield came
        return
    before = {number: signal.signal(number, end) for number in ENDING if signal.getsignal(number) == signal.SIG_DFL}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
