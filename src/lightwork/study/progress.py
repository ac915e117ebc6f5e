"""Progress: one line on the terminal, drawn between rounds and never during one."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from lightwork.study.run import StudyProgress as Report


class Teller:
    """Shows how far a study is: a bar on a terminal, one line per study elsewhere.

    No thread draws it: a refresh during a round would be measured with it. always: whether the end is told even
    where nothing was measured.
    """

    def __init__(self, label: str, *, always: bool = True) -> None:
        self._always = always
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
        in_all_s = report.elapsed_s + report.left_s
        self._bar.update(self._task, completed=report.elapsed_s, total=in_all_s, words=words)
        self._bar.refresh()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        if not self._last and not self._always:
            return
        self._console.print(f"measured {self._label}: {self._last or 'nothing'}", markup=False, highlight=False)
