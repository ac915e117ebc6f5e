"""CSV whose text no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lightwork.text.quantities import plain

if TYPE_CHECKING:
    import pandas as pd

STARTS_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_of_rows(names: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """Rows below their column names; what is None is empty, and text that a spreadsheet would run is quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(map(safe, row) for row in rows)
    return text.getvalue()


def csv_text(frame: "pd.DataFrame") -> str:
    """The same of a frame, whose unknown values are empty."""
    values = frame.astype(object).where(frame.notna(), None)
    return csv_of_rows(list(frame.columns), values.itertuples(index=False))


def safe(value: object) -> object:
    """The value as a spreadsheet may see it: numbers as they are, text on one line and never a formula."""
    if value is None or isinstance(value, int | float):
        return value
    text = plain(value)
    return f"'{text}" if text.lstrip().startswith(STARTS_FORMULA) else text
