"""The pages' templates: one environment, so that every page has the same head, colours, stylesheet and pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from lightwork.render.palette import CAUSES, cause_class, css_variables
from lightwork.render.scripts import script

HERE = Path(__file__).parent


def rendered(name: str, *folders: Path, scripts: Sequence[str] = (), **parts: Any) -> str:
    """The template of this name as text, from one of these folders or from this one; `parts` is what it fills in.

    scripts: those of the page, which alone its policy lets run. Whatever `parts` fill in is escaped. Raises
    jinja2.UndefinedError for a part that is missing.
    """
    page_script = script(scripts)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader([HERE, *folders]), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    return environment.get_template(name).render(
        css=Markup((HERE / "page.css").read_text(encoding="utf-8")),  # noqa: S704  our own file
        variables=css_variables(),
        causes=[cause_class(cause) for cause in CAUSES],
        script=page_script.text,
        policy=page_script.policy,
        **parts,
    )
