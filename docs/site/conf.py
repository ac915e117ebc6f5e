"""The documentation as a site: `make docs` builds it from docs/ into build/docs, to be read offline.

README.md is its first page, CONTRIBUTING.md and CHANGELOG.md are pages of it: the same text stands in one place.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

REPOSITORY = Path(__file__).parent.parent.parent
FROM_THE_TOP = {"index": "README.md", "contributing": "CONTRIBUTING.md", "changelog": "CHANGELOG.md"}

project = "lightwork"
author = "The lightwork developers"
extensions = ["myst_parser"]
exclude_patterns = ["generating", "site", "**/__pycache__"]
html_theme = "furo"
html_title = "lightwork"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
myst_heading_anchors = 4  # as GitHub has them
myst_enable_extensions = ["fieldlist"]
nitpicky = True


def setup(app: Sphinx) -> None:
    """Let pages of the repository's top folder be pages of the site."""
    app.connect("source-read", _with_pages_from_the_top)


def _with_pages_from_the_top(app: Sphinx, name: str, content: list[str]) -> None:
    """Put the page of the top folder in front of its place holder; point links to such pages at the site's own."""
    text = content[0]
    if name in FROM_THE_TOP:
        top = (REPOSITORY / FROM_THE_TOP[name]).read_text(encoding="utf-8")
        text = f"{_seen_from_docs(top)}\n{text}"
    for page, file in FROM_THE_TOP.items():
        text = text.replace(f"](../{file}", f"]({page}.md")
    content[0] = text


def _seen_from_docs(text: str) -> str:
    """The page with its links as from within docs/, and without badges, which are loaded from elsewhere."""
    text = re.sub(r"^\[!\[.*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"\]\((?![a-z]+:|#)(docs/)?", lambda link: "](" if link[1] else "](../", text)
