"""Children: the processes that this one has started, those apart that stay for as long as it lives."""

import sys

from lightwork.machine import proc


def left() -> list[int]:
    """Children of this process that are still there, multiprocessing's helpers and a library's like them excepted."""
    lasting = {fork_server(), *trackers()}  # they stay for the life of the process
    pids = proc.children()
    if pids is None:
        import psutil  # after t1, and only where there is no cheaper way

        pids = [child.pid for child in psutil.Process().children()]
    return [pid for pid in pids if pid not in lasting]


def fork_server() -> int | None:
    """The pid of multiprocessing's fork server; None where none was started."""
    return _pid_in("multiprocessing.forkserver", "_forkserver", "_forkserver_pid")


def trackers() -> list[int]:
    """The pids of the resource trackers that this process has started: multiprocessing's, a library's copy of it."""
    modules = [name for name in sys.modules if name.endswith(".resource_tracker")]
    return [pid for name in modules if (pid := _pid_in(name, "_resource_tracker", "_pid")) is not None]


def _pid_in(module: str, owner: str, field: str) -> int | None:
    pid: int | None = getattr(getattr(sys.modules.get(module), owner, None), field, None)
    return pid
