"""Several saved runs over commits: what changed, and when.

files -> runs (what is kept of each, oldest first) -> lines (a study over all runs) -> changes -> page
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightwork.history.run import HistoryRun


def read(paths: Sequence[Path], *, any_machine: bool = False) -> tuple["HistoryRun", ...]:
    """The saved runs in these files, oldest first, each once.

    Raises UsageError for a file that is no saved run, and, unless any_machine, for runs of different kinds of machines.
    """
    from lightwork.history.runs import read as read_runs

    return read_runs(paths, any_machine=any_machine)


def terminal_lines(runs: Sequence["HistoryRun"]) -> list[str]:
    """Lines for a terminal: each study's label, and in one sentence what changed first and when."""
    from lightwork.history.changes import gaps, sentence
    from lightwork.history.line import lines_of
    from lightwork.text.quantities import plain

    return [f"{plain(line.label)}: {sentence(line)} {gaps(line)}".rstrip() for line in lines_of(runs)]


def render(runs: Sequence["HistoryRun"], out: Path) -> Path:
    """Write history.html, history.md, history.csv and a figure per study into the folder `out`; returns the page.

    The folder is made where it is absent. A report of one run in the same folder stays what it is.
    """
    from lightwork.history.page import write_history

    return write_history(runs, out)
