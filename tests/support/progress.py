"""A line of progress now and then, where pytest's dots go to no terminal: how many tests are done, what is running."""

import os
import sys
import threading
import time
from collections.abc import Sequence

import pytest

EVERY_S = 15.0
NAMED = 3  # of the tests that are running, those that have run longest


class Progress:
    """Counts tests as they begin and end, here or in pytest-xdist's workers, and prints from a thread of its own.

    output: a file descriptor; pytest's own output is caught while a test runs in this process.
    """

    def __init__(self, output: int) -> None:
        self._output = output
        self._began_s = time.monotonic()
        self._total = self._done = 0
        self._running: dict[str, None] = {}
        self._over = threading.Event()
        self._printer = threading.Thread(target=self._print, daemon=True)

    def pytest_sessionstart(self) -> None:
        """Print from here on: collecting takes a while, too."""
        self._printer.start()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tests that run in this process."""
        self._total = self._total or len(session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: Sequence[str]) -> None:
        """Tests that run in workers, each of which has collected all of them."""
        self._total = len(ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """One more is running."""
        self._running[nodeid] = None

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """One more is done."""
        self._running.pop(nodeid, None)
        self._done += 1

    def pytest_unconfigure(self) -> None:
        """Stop printing."""
        self._over.set()

    def _print(self) -> None:
        while not self._over.wait(EVERY_S):
            os.write(self._output, f"\n{self.line()}\n".encode())

    def line(self) -> str:
        """What stands in the log now."""
        after = f"after {time.monotonic() - self._began_s:.0f} s"
        if not self._total:
            return f"{after}: collecting tests"
        running = list(self._running)[:NAMED]
        return f"{after}: {self._done} of {self._total} tests done; running {', '.join(running) or 'none'}"


@pytest.hookimpl(trylast=True)  # after pytest has made its terminal reporter
def pytest_configure(config: pytest.Config) -> None:
    """Where nobody watches, and in pytest-xdist's controller rather than in its workers."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal and not hasattr(config, "workerinput") and not terminal.isatty:
        config.pluginmanager.register(Progress(os.dup(sys.stdout.fileno())), "progress-lines")
