"""The global interpreter lock (GIL): whether this Python has it, and whether one thread at a time runs Python code.

A free-threaded build starts without the lock, and takes it for the rest of the process as soon as an extension module
is imported that does not say that it can do without. Standard library only: the host imports this module.
"""

import sys


def is_enabled() -> bool:
    """Whether one thread at a time runs Python code, in this process, now."""
    return bool(getattr(sys, "_is_gil_enabled", lambda: True)())


def is_free_threaded() -> bool:
    """Whether this Python was built to do without the lock."""
    import sysconfig  # reads the build's configuration: nothing that every worker should pay for

    return bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
