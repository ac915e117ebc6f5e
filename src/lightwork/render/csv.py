"""CSV: values that no spreadsheet takes for a formula; pure."""

from lightwork.text.quantities import plain

STARTS_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe(value: object) -> object:
    """The value as a spreadsheet may see it: numbers as they are, text on one line and never a formula."""
    if value is None or isinstance(value, int | float):
        return value
    text = plain(value)
    return f"'{text}" if text.lstrip().startswith(STARTS_FORMULA) else text
