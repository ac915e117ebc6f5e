"""Inner work: what goes on beside the items in the process that runs them: threads, and processes that items start.

It decides how workers may be started, and by which pools.
"""

import re
import threading
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from typing import Any

from lightwork.host import children, lifeline
from lightwork.machine import proc

THREADS, NATIVE_THREADS, PROCESSES = "threads", "native_threads", "item_processes"  # facts of a round
THREAD_POOLS, FORK_SERVER = "thread_pools", "fork_server"  # others
POOLS = {  # by how their files' names go on
    "openblas": "OpenBLAS", "mkl_": "MKL", "blis": "BLIS", "gomp": "OpenMP", "iomp": "OpenMP", "omp": "OpenMP",
}  # fmt: skip
POOL_FILE = re.compile(rf"/lib(?:\w*_)?({'|'.join(POOLS)})[^/]*\.so")
NAMED = 3


def threads_beside() -> Mapping[str, Any]:
    """The names of the Python threads beside the main one, else the number of a library's own; {} without any."""
    main = threading.main_thread()
    others = [thread.name for thread in threading.enumerate() if thread is not main]
    names = [name for name in others if name != lifeline.THREAD]
    if names:
        return {THREADS: ", ".join(names[:NAMED]) + ", ..." * (len(names) > NAMED)}
    native = len(proc.thread_ids() or [main]) - 1
    return {NATIVE_THREADS: native} if native > 0 else {}


def thread_pools() -> Mapping[str, Any]:
    """The BLAS and OpenMP libraries that are loaded, where threads run of which Python knows nothing; else {}."""
    if len(proc.thread_ids() or ()) <= threading.active_count():
        return {}
    names = {POOLS[part] for part in POOL_FILE.findall(proc.mapped_files())}
    return {THREAD_POOLS: " and ".join(sorted(names))} if names else {}


class ProcessStarts:
    """Counts the processes that this one starts through multiprocessing from now on."""

    def __init__(self) -> None:
        self.count = 0
        process: Any = BaseProcess
        start = process.start

        def counted(new: Any) -> None:
            self.count += 1
            start(new)

        process.start = counted

    def facts(self) -> Mapping[str, Any]:
        """How many there were, and whether a fork server was started for them; {} for none."""
        server = {FORK_SERVER: True} if children.fork_server() is not None else {}
        return {PROCESSES: self.count, **server} if self.count else {}
