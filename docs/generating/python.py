"""docs/python.md: every public name of the package, with its signature and its docstring."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import lightwork
from generating.blocks import filled, told

GROUPS = (
    ("calls", ("plan", "run", "measure", "compare", "load", "doctor")),
    ("objects", ("Plan", "ComparedRuns", "Diagnosis", "ItemError")),
    ("errors", ("LightworkError", "UsageError", "WorkError")),
)


def page(text: str) -> str:
    """The page with the generated sections in their places. Raises ValueError for a public name without a group."""
    grouped = {name for _, names in GROUPS for name in names}
    if missing := set(lightwork.__all__) ^ grouped:
        raise ValueError(f"docs/generating/python.py and lightwork.__all__ differ in {', '.join(sorted(missing))}")
    return filled(text, {title: "\n\n".join(map(_section, names)) for title, names in GROUPS})


def _section(name: str) -> str:
    thing = getattr(lightwork, name)
    parts = [f"### lightwork.{name}"]
    if not isinstance(thing, type):
        parts.append(_signature(name, thing))
    parts.append(_prose(thing))
    if isinstance(thing, type):
        parts += _members(thing)
    return "\n\n".join(filter(None, parts))


def _members(kind: type) -> Iterator[str]:
    """The public methods and properties of a class, in the order of its source."""
    for name, member in vars(kind).items():
        if name.startswith("_") or not (inspect.isfunction(member) or isinstance(member, property)):
            continue
        if isinstance(member, property):
            yield f"#### .{name}\n\n{_prose(member)}"
        else:
            yield f"#### .{name}()\n\n{_signature(f'.{name}', member)}\n\n{_prose(member)}"


def _signature(name: str, function: Any) -> str:
    """As Python code, a parameter a line where there are many; annotations apart, which the prose puts into words."""
    signature = inspect.signature(function)
    named = [each for each in signature.parameters.values() if each.name != "self"]
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in named]
    words = f"{name}{signature.replace(parameters=bare, return_annotation=inspect.Signature.empty)}"
    if len(words) > 100:  # noqa: PLR2004  a line of code
        words = re.sub(r", ", ",\n    ", words).replace("(", "(\n    ", 1).removesuffix(")") + ",\n)"
    return f"```python\n{words}\n```"


def _prose(documented: Any) -> str:
    """The docstring: its paragraphs, names of parameters set apart."""
    return re.sub(r"(?m)(^|[.;] |\n)([a-z_]+(?:, [a-z_]+)*): ", r"\1**\2**: ", told(documented))
