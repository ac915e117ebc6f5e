"""Stacks: where the processes of a round stand when its deadline has come.

The host asks for this before the round (`show_on_signal`), and forked workers inherit it; those that begin in a fresh
interpreter ask for themselves. The launcher then asks each process that would answer, one after the other.
"""

import faulthandler
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lightwork.output import Output

SIGNAL = signal.SIGUSR2
MOST_PROCESSES = 12
ANSWER_S = 0.5  # a process that has not answered by then stands in the kernel
LOOK_AGAIN_S = 0.01


def show_on_signal() -> None:
    """Have this process, and those that it forks, write all its threads' stacks to standard error on the signal."""
    with suppress(OSError, ValueError, AttributeError):  # standard error is closed, or is no file
        faulthandler.register(SIGNAL, file=sys.stderr, all_threads=True, chain=False)


def collect(pids: Iterable[int], output: Output) -> None:
    """Add the stacks of these processes to the output, each under a line that names it."""
    asked = [pid for pid in pids if _answers(pid)]
    for pid in asked[:MOST_PROCESSES]:
        output.add(f"\n--- process {pid} at the deadline\n".encode())
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, SIGNAL)
            _wait_for_answer(output)
    if len(asked) > MOST_PROCESSES:
        output.add(f"\n--- and {len(asked) - MOST_PROCESSES} processes more\n".encode())


def _wait_for_answer(output: Output) -> None:
    """Take what comes until nothing more does."""
    give_up, came = time.monotonic() + ANSWER_S, False
    while time.monotonic() < give_up:
        if output.take():
            came = True
        elif came:
            return
        else:
            time.sleep(LOOK_AGAIN_S)


def _answers(pid: int) -> bool:
    """Whether the process has a handler for the signal: it would end one that has none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it has ended
        return False
    caught = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:")), 0)
    return bool(caught >> (SIGNAL - 1) & 1)
