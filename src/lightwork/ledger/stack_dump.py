"""Stack dump: has a process write its threads' stacks when asked, so that a hanging round can be explained."""

import faulthandler
import signal
import sys
from contextlib import suppress

SIGNAL = signal.SIGUSR2


def show_on_signal() -> None:
    """Have this process, and those that it forks, write all its threads' stacks to standard error on the signal."""
    with suppress(OSError, ValueError, AttributeError):  # standard error is closed, or is no file
        faulthandler.register(SIGNAL, file=sys.stderr, all_threads=True, chain=False)
