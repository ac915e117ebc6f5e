"""A sheet: a table with a row per setting and a column per quantity, and a line on how to read each; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from manyhands.report.facets import Facets

UNKNOWN = "n/a"


@dataclass(frozen=True)
class Column:
    """A quantity: its name and how to read it."""

    name: str
    meaning: str


@dataclass(frozen=True)
class Sheet:
    """rows: (setting, its part if it stands out, a figure per column); UNKNOWN where there is none.

    facets: of each row, by which it can be filtered; empty where none can.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, str, tuple[str, ...]], ...]
    facets: tuple[Facets, ...] = ()


def without_empty(
    columns: Sequence[Column], rows: Sequence[tuple[str, str, Sequence[str]]], facets: Sequence[Facets] = ()
) -> Sheet | None:
    """The sheet without the columns of which no row knows anything; None where nothing is left."""
    kept = [place for place in range(len(columns)) if any(figures[place] != UNKNOWN for _, _, figures in rows)]
    if not kept:
        return None
    told = tuple((name, part, tuple(figures[place] for place in kept)) for name, part, figures in rows)
    return Sheet(tuple(columns[place] for place in kept), told, tuple(facets))
