"""The start method: how multiprocessing starts processes here. Standard library only."""

import multiprocessing


def usable() -> tuple[str, ...]:
    """The methods that this system has, this Python's default first."""
    return tuple(multiprocessing.get_all_start_methods())


def default() -> str:
    """The one in force where a program does not choose: fork, from Python 3.14 on forkserver, on macOS spawn."""
    return usable()[0]


def can_fork() -> bool:
    """Whether forking is safe enough to be chosen: on macOS, where spawn is the default, system libraries may crash."""
    return "fork" in usable() and default() != "spawn"
