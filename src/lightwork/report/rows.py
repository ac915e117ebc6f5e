"""The name of a row that stands for one cell; pure."""

from collections.abc import Mapping

from lightwork.core.study import Cell
from lightwork.render.filters import Facets
from lightwork.render.table import Entry
from lightwork.text.variants import cell_name


def row_name(cell: Cell, parts: Mapping[str, str] | None = None) -> Entry:
    """The cell in words, and below them its part: by cell id, what a cell is called that stands out."""
    part = (parts or {}).get(cell.cell_id)
    return Entry(cell_name(cell), details=(part,) if part else (), facets=Facets.of(cell))
