"""A call that notes that it was made, to be sent to workers of any executor."""

import os
import time

FIRST_S = 0.05  # the first call takes longer than the next ones: their results must not overtake its own


def noted(path: str, number: int) -> tuple[int, int]:
    """The number and this process's pid; the number is added to the file as a line of its own.

    A worker on another host, where there is no such folder, notes nothing.
    """
    if number == 0:
        time.sleep(FIRST_S)
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    except FileNotFoundError:
        return number, os.getpid()
    try:
        os.write(file, b"%d\n" % number)  # in one step: lines of several workers don't mix
    finally:
        os.close(file)
    return number, os.getpid()
