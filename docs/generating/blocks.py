"""What generated pages have in common: blocks between marks, tables, docstrings as Markdown."""

import inspect
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from lightwork.render.markdown import grid

WIDTH = 120
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
    return grid(heads, [[entry.replace("|", r"\|") for entry in row] for row in rows])


def wrapped(text: str) -> str:
    """The prose of a page in lines of WIDTH; code, tables, pictures and headings as they are."""
    parts = re.split(r"(```.*?```)", text, flags=re.DOTALL)
    return "".join(
        part if part.startswith("```") else re.sub(r"(?m)^[^\n|#!<].*(?:\n.+)*", _wrapped, part) for part in parts
    )


def _wrapped(paragraph: re.Match[str]) -> str:
    """One paragraph, or the entries of a list."""
    entries = re.split(r"\n(?=- )", paragraph[0])
    wrapper = textwrap.TextWrapper(WIDTH, break_long_words=False, break_on_hyphens=False)
    filled_entries = []
    for entry in entries:
        wrapper.subsequent_indent = "  " if entry.startswith("- ") else ""
        filled_entries.append(wrapper.fill(" ".join(entry.split())))
    return "\n".join(filled_entries)


def told(documented: Any) -> str:
    """The docstring, its indentation apart."""
    return inspect.cleandoc(documented.__doc__ or "")


def untitled(docstring: str, name: str) -> str:
    """A module's docstring without the name that it opens with, as a sentence."""
    text = docstring.removeprefix(f"{name}: ")
    return text[:1].upper() + text[1:]
