"""The start method: how multiprocessing starts processes here. Standard library only."""

import multiprocessing


def usable() -> tuple[str, ...]:
    """The methods that this system has, this Python's default first."""
    return tuple(multiprocessing.get_all_start_methods())


def default() -> str:
    """The one in force where a program does not choose: fork, from Python 3.14 on forkserver, on macOS spawn."""
    return usable()[0]


def is_safe(method: str) -> bool:
    """Whether it may be chosen: not fork where Python does not have it, nor on macOS, where system libraries may crash.

    There spawn is the default.
    """
    return method != "fork" or (method in usable() and default() != "spawn")
