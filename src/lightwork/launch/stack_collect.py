"""Collects where the processes of a round stand when its deadline has come.

Each process that has asked for it (lightwork.ledger.stack_dump) is sent the signal, one after the other.
"""

import os
import re
import sysconfig
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lightwork.launch.capture import Output
from lightwork.ledger.stack_dump import SIGNAL
from lightwork.machine import proc

MOST_PROCESSES = 12
ANSWER_S = 0.5  # a process that has not answered by then stands in the kernel
LOOK_AGAIN_S = 0.01
HEAD = "\n--- process "
FRAME = re.compile(r'^  File "(.+)", line (\d+) in (\S+)$', re.MULTILINE)
NOT_THE_USERS = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sysconfig.get_path("purelib"), "<",
                 str(Path(__file__).parents[1]))  # fmt: skip


def collect(pids: Iterable[int], output: Output) -> None:
    """Add the stacks of these processes to the output, each under a line that names it."""
    asked = [pid for pid in pids if _answers(pid)]
    for pid in asked[:MOST_PROCESSES]:
        output.add(f"{HEAD}{pid} at the deadline\n".encode())
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, SIGNAL)
            _wait_for_answer(output)
    if len(asked) > MOST_PROCESSES:
        output.add(f"\n--- and {len(asked) - MOST_PROCESSES} more processes\n".encode())


def place_in(stacks: str) -> str:
    """Where most processes stand in the user's own code, as "case.py:25 in step"; "" where none does."""
    innermost = [_users_frame(section) for section in stacks.split(HEAD)[1:]]
    common = Counter(frame for frame in innermost if frame).most_common(1)
    return common[0][0] if common else ""


def _users_frame(stack: str) -> str:
    """The innermost frame of the main thread, the last one listed, that is no library's."""
    main = stack.rpartition("most recent call first")[2]
    frames = [frame for frame in FRAME.findall(main) if not frame[0].startswith(NOT_THE_USERS)]
    return "{}:{} in {}".format(Path(frames[0][0]).name, *frames[0][1:]) if frames else ""


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
    caught = (proc.status(pid) or {}).get(proc.SIGNALS_CAUGHT, "0")
    return bool(int(caught, 16) >> (SIGNAL - 1) & 1)
