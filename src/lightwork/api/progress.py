"""Progress: a bar for results as they come, in a terminal by rich, in a notebook by the browser's own element."""

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lightwork.api.where import is_notebook

Watch = Callable[[Iterator[Any]], Iterator[Any]]
STEPS = 200  # of a bar, at most


@contextmanager
def progress_bar(total: int, wanted: bool | None) -> Iterator[Watch]:
    """What lets results pass and shows how many of `total` did. No thread draws it: a fork might inherit its locks.

    wanted: None for a bar where standard error is a terminal, and in a notebook.
    """
    if not ((sys.stderr.isatty() or is_notebook()) if wanted is None else wanted):
        yield iter
        return
    with (_in_notebook if is_notebook() else _in_terminal)(total) as draw:
        often = max(1, total // STEPS)

        def watched(answers: Iterator[Any]) -> Iterator[Any]:
            for done, answer in enumerate(answers, 1):
                yield answer
                if done % often == 0 or done == total:
                    draw(done)

        yield watched


@contextmanager
def _in_terminal(total: int) -> Iterator[Callable[[int], None]]:
    """A line that is gone at the end."""
    from rich.console import Console  # some hundredths of a second, for those alone that look at it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(file=sys.stderr)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=console.is_terminal, auto_refresh=False, redirect_stdout=False,
        redirect_stderr=False,
    ) as bar:  # fmt: skip
        task = bar.add_task("", total=total)
        yield lambda done: bar.update(task, completed=done, refresh=True)


@contextmanager
def _in_notebook(total: int) -> Iterator[Callable[[int], None]]:
    """An element of the cell's output that stays; it needs no widgets, which not every notebook has."""
    from IPython.display import display  # there: this is IPython

    shown_as = uuid.uuid4().hex

    def draw(done: int, *, update: bool = True) -> None:
        words = f"{done:,} of {total:,}"
        bar = f'<progress value="{done}" max="{total}" aria-label="items done"></progress> {words}'
        drawing = {"text/html": bar, "text/plain": words}
        display(drawing, raw=True, display_id=shown_as, update=update)  # type: ignore[no-untyped-call]

    draw(0, update=False)
    yield draw
