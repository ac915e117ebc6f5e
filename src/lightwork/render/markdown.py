"""Markdown: text made inert, so that no name can become markup, and the lines of a table; pure."""

import re
from collections.abc import Iterable

from lightwork.text.quantities import short

ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


def inert(text: object, length: int = 160) -> str:
    """Text that Markdown shows as it stands: no markup, link, mention or table cell can begin in it."""
    escaped = re.sub(r"([\\`*\[\]<>#|~$&]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", short(text, length))
    return re.sub(r"(#|@|:(?=//)|www(?=\.))", rf"\1{ZERO_WIDTH}", escaped)


def grid(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of entries that are Markdown already, without a bar that is not escaped."""
    names = list(heads)
    return "\n".join(f"| {' | '.join(line)} |" for line in (names, ["---"] * len(names), *rows))
