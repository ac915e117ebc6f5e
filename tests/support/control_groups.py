"""Real control groups with a CPU quota, for tests, where the machine lets one be made."""

import os
import signal
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

MOUNTS = Path("/sys/fs/cgroup")
PERIOD_US = 100_000
GRACE_S = 60.0


@contextmanager
def control_group(quota_cpus: float) -> Iterator[Path]:
    """A control group of its own below this process's, with this quota; the test is skipped where none can be made.

    Commands are started in it by `inside`. At the end whatever still runs in it is ended, and it is removed.
    """
    folder = _own_group() / f"lightwork-test-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    try:
        folder.mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    try:
        try:
            limit(folder, quota_cpus)
        except OSError as error:
            pytest.skip(f"no quota can be set here: {error}")
        yield folder
    finally:
        _remove(folder)


def inside(folder: Path, *command: str) -> list[str]:
    """The words that start this command inside the group: it moves itself there before its first instruction."""
    return ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', str(folder), *command]


def _own_group() -> Path:
    """The folder of the group that counts this process's CPU time."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, path = line.split(":", 2)
        names = ("",) if number == "0" else (controllers, "cpu")
        if number != "0" and "cpu" not in controllers.split(","):
            continue
        for name in names:
            folder = MOUNTS / name / path.lstrip("/")
            if (folder / "cgroup.procs").exists():
                return folder
    pytest.skip("this process's own control group can't be seen here")


def limit(folder: Path, quota_cpus: float | None) -> None:
    """Give a group this quota, or lift the one it has. Raises OSError where the kernel takes none."""
    quota_us = None if quota_cpus is None else round(quota_cpus * PERIOD_US)
    if (folder / "cpu.cfs_quota_us").exists():
        (folder / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (folder / "cpu.cfs_quota_us").write_text(str(-1 if quota_us is None else quota_us))
    else:
        with (folder / "cpu.max").open("r+") as file:  # where no CPU controller is on, the file is absent
            file.write(f"{'max' if quota_us is None else quota_us} {PERIOD_US}")


def _remove(folder: Path) -> None:
    deadline = time.monotonic() + GRACE_S
    while True:
        for pid in (folder / "cgroup.procs").read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        try:
            folder.rmdir()
        except OSError:  # busy until the kernel has seen the last process off
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
