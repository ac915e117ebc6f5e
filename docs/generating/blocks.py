"""What generated pages have in common: blocks between marks, tables, docstrings as Markdown."""

import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

MADE = "<!-- Written by docs/generate.py: change {source}, and run it again. -->"


def filled(text: str, blocks: Mapping[str, str]) -> str:
    """The text with the blocks of these names in the place of what stands there.

    Raises ValueError for a block that has no place: a page that lost its marks would count as fresh.
    """
    for name, block in blocks.items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(<!-- end -->)"
        text, found = re.subn(
            pattern, lambda match, block=block: f"{match[1]}{block}\n{match[2]}", text, flags=re.DOTALL
        )
        if not found:
            raise ValueError(f"no block {name} on the page: put <!-- generated: {name} --> and <!-- end --> into it")
    return text


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of Markdown; its entries are Markdown of our own."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(entry.replace('|', chr(92) + '|') for entry in line)} |" for line in lines)


def told(documented: Any) -> str:
    """The docstring, its indentation apart."""
    return inspect.cleandoc(documented.__doc__ or "")


def untitled(docstring: str, name: str) -> str:
    """A module's docstring without the name that it opens with, as a sentence."""
    text = docstring.removeprefix(f"{name}: ")
    return text[:1].upper() + text[1:]
