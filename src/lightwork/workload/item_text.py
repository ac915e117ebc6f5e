"""An item's text, short enough for a line of a message: a 4,000-character text or an array says nothing as a name."""

import re
import reprlib
from typing import Any

LENGTH, WITH_TYPE = 40, 46  # characters
CONTAINERS, LARGE = (list, tuple, dict, set, frozenset, bytes, bytearray), 20  # whose whole text would be long to make
ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # of an object, another one in every process
CUT = "\N{HORIZONTAL ELLIPSIS}"


def short(item: Any) -> str:
    """The item's text on one line; of a long one its type and its first LENGTH characters."""
    text = _text(item)
    if len(text) <= LENGTH:
        return text
    kind = type(item).__name__
    if text.startswith(kind):
        return f"{text[:LENGTH]}{CUT}"
    return f"{kind} {text[: min(LENGTH, WITH_TYPE - len(kind))]}{CUT}"


def _text(item: Any) -> str:
    """On one line, and not much more of it than is shown."""
    try:
        is_large = isinstance(item, CONTAINERS) and len(item) > LARGE
        text = reprlib.repr(item) if is_large else str(item)
    except Exception as error:  # noqa: BLE001  an object's own code may raise anything
        return f"{type(item).__name__} whose text raised {type(error).__name__}"
    return " ".join(ADDRESS.sub("", text[: 4 * LENGTH]).split())
