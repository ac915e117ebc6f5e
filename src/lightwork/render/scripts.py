"""The scripts of a page: joined into one element, which alone the page's policy lets run; nothing is ever loaded."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

FOLDER = Path(__file__).parent / "scripts"


@dataclass(frozen=True)
class Script:
    """text: of the one script element. policy: the Content-Security-Policy under which it, and no other, runs."""

    text: Markup
    policy: str


def script(names: Sequence[str]) -> Script:
    """The scripts of these names, one after the other."""
    text = "\n".join((FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in names)
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return Script(Markup(text), policy)  # noqa: S704  our own files
