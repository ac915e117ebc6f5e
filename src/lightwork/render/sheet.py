"""A sheet: a table with a row per setting and a column per quantity, and a line on how to read each; pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from lightwork.render.filters import Facets


@dataclass(frozen=True)
class Column:
    """A quantity: its name and how to read it."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Figure:
    """What a cell says, and the number by which it is sorted: the first one where it says two; None goes last."""

    words: str
    value: float | None = None

    @classmethod
    def of(cls, value: float | None, words: Callable[[float], str]) -> "Figure":
        """A number in these words; UNKNOWN for None."""
        return UNKNOWN if value is None else cls(words(value), value if isfinite(value) else None)


UNKNOWN = Figure("n/a")
Row = tuple[str, str, tuple[Figure, ...]]  # the setting, its part if it stands out, and a figure for each column


@dataclass(frozen=True)
class Sheet:
    """facets: of each row, by which it can be filtered; empty where none can."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    facets: tuple[Facets, ...] = ()


def without_empty(columns: Sequence[Column], rows: Sequence[Row], facets: Sequence[Facets] = ()) -> Sheet | None:
    """The sheet without the columns of which no row knows anything; None where nothing is left."""
    kept = [place for place in range(len(columns)) if any(figures[place] != UNKNOWN for _, _, figures in rows)]
    if not kept:
        return None
    told = tuple((name, part, tuple(figures[place] for place in kept)) for name, part, figures in rows)
    return Sheet(tuple(columns[place] for place in kept), told, tuple(facets))
