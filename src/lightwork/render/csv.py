"""CSV of a data frame, whose text no spreadsheet takes for a formula."""

from typing import TYPE_CHECKING

from lightwork.text.quantities import plain

if TYPE_CHECKING:
    import pandas as pd

STARTS_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def csv_text(frame: "pd.DataFrame") -> str:
    """The frame below its column names; an unknown value is empty, and text that a spreadsheet would run is quoted."""
    import pandas as pd

    values = frame.astype(object).where(frame.notna(), None)
    columns = {name: pd.Series(map(safe, column), dtype=object) for name, column in values.items()}
    return pd.DataFrame(columns).to_csv(index=False, lineterminator="\n")


def safe(value: object) -> object:
    """The value as a spreadsheet may see it: numbers as they are, text on one line and never a formula."""
    if value is None or isinstance(value, int | float):
        return value
    text = plain(value)
    return f"'{text}" if text.lstrip().startswith(STARTS_FORMULA) else text
