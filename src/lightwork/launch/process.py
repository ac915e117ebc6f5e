"""Hosting: a host is started in a session of its own, tied to this process, and ended with all its workers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import psutil

from lightwork.host import lifeline
from lightwork.launch import shm_cleanup
from lightwork.launch.capture import Output
from lightwork.launch.watchdog import Watch

GRACE_S = 1.0  # for the fork server and the resource tracker to follow their host
CLEAN_UP_S = 30.0
NO_MORE: Mapping[str, str] = MappingProxyType({})


@contextmanager
def hosted(
    arguments: Sequence[str], temporary: Path, output: Output, cwd: str = "", environment: Mapping[str, str] = NO_MORE,
    *, module: str = "lightwork.host",
) -> Iterator["subprocess.Popen[bytes]"]:  # fmt: skip
    """A running host; ended on leaving with all in its group, and only then, as it may make more, its segments go.

    cwd: the folder in which it runs; "" for this process's. environment: variables beside this process's. module: what
    it runs.
    """
    # Equal results must have equal `repr` in every host, sets of strings included; sockets need short paths.
    environment = {**os.environ, **environment, "PYTHONHASHSEED": "0", "TMPDIR": str(temporary)}
    since_s = time.time() - 1.0  # clocks of file systems are coarse
    with lifeline.held() as reader:
        host = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL, stdout=output.writer, stderr=output.writer,
            env={**environment, lifeline.NAME: str(reader)}, pass_fds=(reader,), start_new_session=True,
            cwd=cwd or None,
        )  # fmt: skip
        try:
            yield host
        finally:
            _end_group(host)
            shm_cleanup.remove(host.pid, since_s)


def clean_up(job_path: Path, temporary: Path, output: Output, cwd: str = "") -> int | None:
    """Let the workload clean up after a host that was ended before it could: what a round made on a server stays.

    Returns the exit code; None where it took too long and was ended.
    """
    with hosted([str(job_path)], temporary, output, cwd) as cleaner:
        end = Watch(cleaner, output).until(CLEAN_UP_S)
    if end.exit_code is None:
        output.add(f"its cleanup took longer than {CLEAN_UP_S:g} s and was stopped\n".encode())
    return end.exit_code


def members_of(group: int) -> list[int]:
    """The pids of the group's processes that are more than an entry which their new parent has yet to reap."""
    pids = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                pids.append(process.pid)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue  # it ended while we looked
    return pids


def left_of(group: int) -> list[int]:
    """The pids of those that still run after a moment's grace."""
    give_up = time.monotonic() + GRACE_S
    while _exists(group) and (left := members_of(group)):
        if time.monotonic() > give_up:
            return left
        time.sleep(0.002)
    return []


def _exists(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _end_group(host: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(host.pid, signal.SIGKILL)
    host.wait()
