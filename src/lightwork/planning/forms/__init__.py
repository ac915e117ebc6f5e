"""A plan as text, Markdown, HTML, CSV and JSON.

Each is one file. To add one, write a file here with one function under `@form(...)`: the registry finds it by listing
this folder, and `lightwork plan` has its option. The files are loaded for `lightwork plan --help`, so import what takes
long (jinja2, matplotlib, numpy) inside the function, not at the top.

    render(result) -> the text of the whole file
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightwork.planning.conclude.result import PlanResult


@dataclass(frozen=True)
class Form:
    """A registered form.

    name: of its option, `--NAME [FILE]`. help: what the option writes. mark: bytes near the beginning of every file of
    this form; a file without them was written by something else and is never replaced.
    """

    name: str
    help: str
    mark: bytes
    render: Callable[["PlanResult"], str]


Render = Callable[["PlanResult"], str]
_registry: dict[str, Form] = {}


def form(name: str, *, help: str, mark: bytes) -> Callable[[Render], Render]:  # noqa: A002  argparse's word for it
    """Register the decorated function, unchanged, as the form of this name; see Form."""

    def register(render: Render) -> Render:
        _registry[name] = Form(name, help, mark, render)
        return render

    return register


def forms() -> Mapping[str, Form]:
    """Every form by its name, sorted."""
    for module in pkgutil.iter_modules(__path__):
        if not module.ispkg:
            importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(_registry.items()))
