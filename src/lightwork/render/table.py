"""A table, and how it looks on a terminal and in Markdown; table.html has the macro for pages."""

import io
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from lightwork.render.filters import UNFILTERED, Facets
from lightwork.render.markdown import grid, inert
from lightwork.text.quantities import counted, plain

WIDE = 240  # characters, where nobody looks through a window: a line may be as long as the table
LONGEST_ENTRY = 400  # characters in Markdown
BEST = "best"  # the kind of an entry that a reader should see first: bold in Markdown, never left out


@dataclass(frozen=True)
class Column:
    """A column's head.

    meaning: how to read it, in a list below the table of a page. detail: in small print below the name. is_numeric:
    flush right, and sorted by value. is_code: names that Markdown shows as code. facets: by which a page can hide it.
    """

    name: str
    meaning: str = ""
    detail: str = ""
    is_numeric: bool = False
    is_code: bool = False
    facets: Facets = UNFILTERED


def figures(name: str, meaning: str = "") -> Column:
    """The head of a column of figures."""
    return Column(name, meaning, is_numeric=True)


@dataclass(frozen=True)
class Entry:
    """What stands in one place of a table.

    value: to sort by; None goes last. interval: in brackets behind the words. details: small print below them. mark:
    one word more, set apart. hover: an explanation. kind: a CSS class, or BEST. facets: by which a page can hide it.
    The first entry of a row names it, and its kind and facets are the row's.
    """

    words: str = ""
    value: float | None = None
    interval: str = ""
    details: tuple[str, ...] = ()
    mark: str = ""
    hover: str = ""
    kind: str = ""
    facets: Facets = UNFILTERED

    @classmethod
    def of(cls, value: float | None, words: Callable[[float], str]) -> "Entry":
        """A number in these words; UNKNOWN for None."""
        return UNKNOWN if value is None else cls(words(value), value if isfinite(value) else None)

    @property
    def line(self) -> str:
        """All but mark and hover in one line."""
        return ", ".join([f"{self.words} ({self.interval})" if self.interval else self.words, *self.details])


UNKNOWN = Entry("n/a")


@dataclass(frozen=True)
class Table:
    """Rows, each with as many entries as there are columns.

    title, caption: what it shows, and how to read it. notes: sentences below it. group: a head above all columns but
    the first. foot: of a last row that is never sorted, its name and an entry that takes the place of all others.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Entry, ...], ...]
    title: str = ""
    caption: str = ""
    notes: tuple[str, ...] = ()
    group: str = ""
    foot: tuple[Entry, ...] = ()

    @classmethod
    def of_words(
        cls, columns: Iterable[Column | str], rows: Iterable[Sequence[Entry | str]], *, title: str = "",
        caption: str = "", notes: Iterable[str] = (),
    ) -> "Table":  # fmt: skip
        """A table in which plain words may stand for columns and entries."""
        heads = tuple(Column(head) if isinstance(head, str) else head for head in columns)
        entries = tuple(tuple(Entry(each) if isinstance(each, str) else each for each in row) for row in rows)
        return cls(heads, entries, title, caption, tuple(notes))

    @property
    def is_sortable(self) -> bool:
        """Whether any entry has a value to sort by."""
        return any(entry.value is not None for row in self.rows for entry in row)

    def without_unknown(self) -> "Table | None":
        """The table without columns in which all is UNKNOWN; None where no column but the first is left."""
        places = [place for place in range(1, len(self.columns)) if any(row[place] != UNKNOWN for row in self.rows)]
        rows = tuple((row[0], *(row[place] for place in places)) for row in self.rows)
        columns = (self.columns[0], *(self.columns[place] for place in places))
        return replace(self, columns=columns, rows=rows) if places else None

    def brief(self) -> "Table":
        """The table without the small print, but for that of the rows' names."""
        rows = tuple((name, *(replace(entry, details=()) for entry in entries)) for name, *entries in self.rows)
        return replace(self, rows=rows)

    def first(self, most: int, where: str = "") -> "Table":
        """The table with at most so many rows, those with BEST kept; a note counts what is left out, and says where."""
        rows = sorted(self.rows, key=lambda row: all(entry.kind != BEST for entry in row))[:most]
        more = len(self.rows) - len(rows)
        note = (f"and {counted(more, 'more row')}{where and f' in {where}'}.",) if more else ()
        return replace(self, rows=tuple(rows), notes=(*self.notes, *note))


def markdown(table: Table) -> str:
    """The table and its notes as Markdown, without title and caption."""
    rows = [map(_markdown_entry, table.columns, row) for row in table.rows]
    notes = "".join(f"- {inert(note, LONGEST_ENTRY)}\n" for note in table.notes)
    heads = [table.group or table.columns[0].name, *(column.name for column in table.columns[1:])]
    return f"{grid(map(inert, heads), rows)}\n" + (notes and f"\n{notes}")


def _markdown_entry(column: Column, entry: Entry) -> str:
    if column.is_code and entry.words.isidentifier():
        return f"`{entry.words}`"
    text = inert(entry.line, LONGEST_ENTRY)
    if entry.kind == BEST and text:
        return f"**{text}** {inert(entry.mark, LONGEST_ENTRY)}".rstrip()
    return text


def terminal(table: Table) -> str:
    """Title, caption, table and notes, folded to the width of the terminal where standard output is one."""
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    lines = Grid(box=None, pad_edge=False)
    for place, column in enumerate(table.columns):
        lines.add_column(Text(column.name), justify="right" if column.is_numeric else "left", no_wrap=not place)
    for row in table.rows:
        lines.add_row(*(Text(plain(entry.line)) for entry in row))
    stream = io.StringIO()
    console = Console(file=stream, width=Console(file=sys.stdout).width if sys.stdout.isatty() else WIDE)
    for part in (table.title, table.caption, lines, *table.notes):
        if part:
            console.print(Text(plain(part)) if isinstance(part, str) else part)
    return "".join(f"{line.rstrip()}\n" for line in stream.getvalue().splitlines())
