"""The interpreter: which Python this is and how it was built, as far as that decides how fast it runs."""

import os
import platform
import sys
import sysconfig
from dataclasses import dataclass

from lightwork.machine import gil, start_method


@dataclass(frozen=True)
class Interpreter:
    """This process's Python.

    optimised: built with profile-guided optimisation; None where the build does not tell its options.
    gil_enabled: whether one thread at a time runs Python code, in this process, now.
    keeps_compiled: whether modules are compiled once, and read from __pycache__ from then on.
    start_methods: of multiprocessing, its default first.
    default_pool_workers: how many workers `Pool()` without a number starts.
    """

    version: str
    implementation: str
    compiler: str
    debug_build: bool
    optimised: bool | None
    free_threaded: bool
    gil_enabled: bool
    keeps_compiled: bool
    start_methods: tuple[str, ...]
    cpu_count: int | None
    default_pool_workers: int


def read_interpreter() -> Interpreter:
    """The interpreter that runs this."""
    return Interpreter(
        version=platform.python_version(),
        implementation=platform.python_implementation(),
        compiler=platform.python_compiler(),
        debug_build=hasattr(sys, "gettotalrefcount"),
        optimised=_optimised(),
        free_threaded=gil.is_free_threaded(),
        gil_enabled=gil.is_enabled(),
        keeps_compiled=not sys.dont_write_bytecode,
        start_methods=start_method.usable(),
        cpu_count=os.cpu_count(),
        default_pool_workers=_default_pool_workers(),
    )


def _optimised() -> bool | None:
    options = sysconfig.get_config_var("CONFIG_ARGS")
    return "--enable-optimizations" in options if options else None


def _default_pool_workers() -> int:
    """As multiprocessing.pool counts: from Python 3.13 on by the affinity mask, never by a quota."""
    count = getattr(os, "process_cpu_count", os.cpu_count)
    return count() or 1
