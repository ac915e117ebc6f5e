"""A table with notes, as a command prints it: on the terminal, or as Markdown."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from lightwork.render.markdown import inert
from lightwork.text.quantities import plain

WIDE = 240  # characters, where nobody looks through a window: a line may be as long as the table
LONGEST_NOTE = 400


@dataclass(frozen=True)
class Table:
    """rows: as long as heads. notes: sentences on how to read it and what it rests on."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]


def markdown(made: Table) -> str:
    """The table and its notes as Markdown; the first column is code."""
    lines = [_line(made.heads), _line(["---"] * len(made.heads))]
    lines += [_line([_code(name), *map(inert, figures)]) for name, *figures in made.rows]
    return "\n".join([*lines, "", *(f"- {inert(note, LONGEST_NOTE)}" for note in made.notes)]) + "\n"


def draw(made: Table, *, numeric: bool = True) -> None:
    """The table and its notes on standard output. numeric: whether all columns but the first hold figures."""
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=None, pad_edge=False)
    for place, head in enumerate(made.heads):
        drawn.add_column(Text(head), justify="right" if place and numeric else "left", no_wrap=not place)
    for row in made.rows:
        drawn.add_row(*(Text(plain(entry)) for entry in row))
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDE)
    console.print(drawn)
    for note in made.notes:
        console.print(Text(plain(note)))


def _code(name: str) -> str:
    """A strategy's name as code; a name that can be none, as any other text."""
    return f"`{name}`" if name.isidentifier() else inert(name)


def _line(entries: Sequence[str]) -> str:
    return f"| {' | '.join(entries)} |"
