"""Where: from which places of a running program nothing can be measured, each refused in one sentence."""

import asyncio
import multiprocessing
import os
import sys
import threading

from lightwork.errors import UsageError

HOSTS = "lightwork.host."
GUARD = 'if __name__ == "__main__":'


def refuse_where_nothing_can_be_measured(call: str) -> None:
    """Raise UsageError in a worker, in a thread, in a running event loop, and beside other tests.

    call: what was called, as `lightwork.plan()`.
    """
    if multiprocessing.parent_process() is not None or _is_host():
        raise UsageError(f"{call} ran in a worker, which imports your program: put the call under {GUARD}")
    if "PYTEST_XDIST_WORKER" in os.environ:
        raise UsageError(f"{call} needs the machine to itself, and other tests run beside it: run pytest with -n 0")
    if threading.current_thread() is not threading.main_thread():
        raise UsageError(f"{call} runs in the main thread only, where Ctrl-C can end it: call it from there")
    if is_in_loop() and not is_notebook():
        raise UsageError(f"{call} would block the running event loop: call it before asyncio.run()")


def _is_host() -> bool:
    spec = getattr(sys.modules["__main__"], "__spec__", None)
    return spec is not None and spec.name.startswith(HOSTS)


def is_in_loop() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def is_notebook() -> bool:
    """Whether this is IPython, whose kernel runs every cell in a loop of its own."""
    shell = sys.modules.get("IPython")
    return shell is not None and shell.get_ipython() is not None
