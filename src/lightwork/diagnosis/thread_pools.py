"""Thread pools: the threads that BLAS and OpenMP libraries bring into every worker.

The question is put to a fresh interpreter, as a spawned worker would be: these libraries choose their number of
threads when they are loaded. That interpreter runs this module,
`python -m lightwork.diagnosis.thread_pools [WORKLOAD]`.
"""

import importlib
import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Any

from lightwork.errors import LightworkError, UsageError

DEFAULT = "numpy"
DEADLINE_S = 60.0
KEPT_CHARACTERS = 300


@dataclass(frozen=True)
class ThreadPool:
    """One library's threads: library "openblas", kind "blas" or "openmp", None for what it does not tell."""

    library: str
    kind: str
    threads: int | None
    version: str | None


@dataclass(frozen=True)
class ThreadPools:
    """What a worker has loaded once it has imported `imported`; pools None where that could not be found out.

    A library that the item function imports at its first call is not seen.
    """

    imported: str
    pools: tuple[ThreadPool, ...] | None


def read_thread_pools(workload: str | None = None) -> ThreadPools:
    """The thread pools of a worker that has imported the workload's module, or numpy.

    Raises UsageError where the workload is unknown or its module can't be imported.
    """
    asked = [workload] if workload else []
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "lightwork.diagnosis.thread_pools", *asked],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=DEADLINE_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        ended = None
    if ended is not None and ended.returncode == 0:
        pools = tuple(ThreadPool(**fields) for fields in json.loads(ended.stdout))
        return ThreadPools(workload or DEFAULT, pools)
    if workload:
        raise UsageError(_refusal(workload, ended))
    return ThreadPools(DEFAULT, None)


def _refusal(workload: str, ended: subprocess.CompletedProcess[str] | None) -> str:
    from lightwork.text.quantities import plain

    if ended is None:
        return f"importing {plain(workload)} took more than {DEADLINE_S:g} s: choose another with --workload"
    last = plain(ended.stderr.strip().rpartition("\n")[2])[-KEPT_CHARACTERS:]
    if ended.returncode == UsageError.exit_status:
        return last
    return f"{plain(workload)} can't be imported ({last or f'exit status {ended.returncode}'}): fix it, then ask again"


def _loaded() -> list[dict[str, Any]]:
    import threadpoolctl

    return [
        asdict(ThreadPool(fields["internal_api"], fields["user_api"], fields["num_threads"], fields["version"]))
        for fields in threadpoolctl.threadpool_info()
    ]


def _answer(workload: str | None) -> int:
    # What the import prints must not stand in the answer, be it printed from C.
    with os.fdopen(os.dup(1), "w") as answer:
        os.dup2(2, 1)
        try:
            if workload:
                from lightwork.workload.registry import find

                find(workload)
            else:
                importlib.import_module(DEFAULT)
        except LightworkError as error:
            print(error, file=sys.stderr)
            return error.exit_status
        json.dump(_loaded(), answer)
    return 0


if __name__ == "__main__":
    sys.exit(_answer(next(iter(sys.argv[1:]), None)))
