"""Progress: one line on the terminal, or one every ten seconds elsewhere; between rounds and never during one."""

import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from lightwork.study.run import StudyProgress as Report

EVERY_S = 10.0  # a line where there is no terminal to draw on


class Teller:
    """Shows how far a study is: a bar on a terminal, a line now and then elsewhere.

    No thread draws it: a refresh during a round would be measured with it. always: whether the end is told even
    where nothing was measured. others_s: what the studies that follow may take.
    """

    def __init__(
        self, label: str, *, always: bool = True, others_s: float = 0.0, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._always, self._others_s, self._clock_s = always, others_s, clock_s
        self._printed_s = clock_s()
        self._console = Console(file=sys.stderr)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[words]}", markup=False),
            console=self._console, auto_refresh=False, transient=True, disable=not self._console.is_terminal,
        )  # fmt: skip
        self._task = self._bar.add_task(label, words="warm-up")
        self._label, self._last = label, ""

    def __enter__(self) -> Self:
        self._bar.start()
        self._bar.refresh()
        return self

    def tell(self, report: Report) -> None:
        """Draw the line anew."""
        self._last = f"{report.rounds_done} rounds in {report.elapsed_s:.0f} s"
        if not report.rounds_done:
            self._last = f"{report.probed} settings probed in {report.elapsed_s:.0f} s"
        words = f"{self._last}, about {report.left_s:.0f} s left"
        if self._others_s:
            words += f", {report.left_s + self._others_s:.0f} s for all workloads"
        in_all_s = report.elapsed_s + report.left_s
        self._bar.update(self._task, completed=report.elapsed_s, total=in_all_s, words=words)
        self._bar.refresh()
        if not self._console.is_terminal and self._clock_s() - self._printed_s >= EVERY_S:
            self._printed_s = self._clock_s()
            self._print(f"{self._label}: {words}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        if not self._last and not self._always:
            return
        self._print(f"measured {self._label}: {self._last or 'nothing'}")
