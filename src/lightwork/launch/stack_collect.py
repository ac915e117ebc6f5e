"""Collects where the processes of a round stand when its deadline has come.

Each process that has asked for it (lightwork.ledger.stack_dump) is sent the signal, one after the other.
"""

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lightwork.launch.capture import Output
from lightwork.ledger.stack_dump import SIGNAL

MOST_PROCESSES = 12
ANSWER_S = 0.5  # a process that has not answered by then stands in the kernel
LOOK_AGAIN_S = 0.01


def collect(pids: Iterable[int], output: Output) -> None:
    """Add the stacks of these processes to the output, each under a line that names it."""
    asked = [pid for pid in pids if _answers(pid)]
    for pid in asked[:MOST_PROCESSES]:
        output.add(f"\n--- process {pid} at the deadline\n".encode())
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, SIGNAL)
            _wait_for_answer(output)
    if len(asked) > MOST_PROCESSES:
        output.add(f"\n--- and {len(asked) - MOST_PROCESSES} more processes\n".encode())


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
