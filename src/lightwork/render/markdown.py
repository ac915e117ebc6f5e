"""Markdown: text made inert, so that no name can become markup; pure."""

import re

from lightwork.text.quantities import short

ZERO_WIDTH = "\N{ZERO WIDTH SPACE}"


def inert(text: object, length: int = 160) -> str:
    """Text that Markdown shows as it stands: no markup, link, mention or table cell can begin in it."""
    escaped = re.sub(r"([\\`*\[\]<>#|~$&]|(?<![^\W_])_|_(?![^\W_]))", r"\\\1", short(text, length))
    return re.sub(r"(#|@|:(?=//)|www(?=\.))", rf"\1{ZERO_WIDTH}", escaped)
