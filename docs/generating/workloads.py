"""docs/workloads.md: every workload from the header of its file, with its parameters."""

import importlib
import re
import types
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from generating.blocks import MADE, table, told, untitled
from lightwork.workload import api, registry

OPENING = """
# The workloads

What each workload models, and its parameters. Set a parameter with `--param WORKLOAD.NAME=VALUE` in `pytest bench/`, or
with `--param NAME=VALUE` in `lightwork plan`. `pytest bench/` also takes several values, separated by commas.
"""
FACT = re.compile(r"    (\S+(?: \S+)*) {2,}(\S.*)")


def page(_: str) -> str:
    """All of docs/workloads.md."""
    found = [registry.find(name) for name in registry.names()]
    contents = [f"- [{one.name}](#{one.name}): {title(one)}" for one in found]
    head = f"{MADE.format(source='the header of the file in workloads/')}\n{OPENING}"
    return "\n".join([head, *contents, "", *map(section, found)])


def header(one: api.Workload) -> str:
    """The docstring that the workload's file opens with."""
    return told(importlib.import_module(one.function.__module__))


def title(one: api.Workload) -> str:
    """Its first line, as "Many CSV files parsed, nothing stored."."""
    return untitled(header(one), one.name).partition("\n")[0]


def section(one: api.Workload) -> str:
    """One workload: its header, its parameters, and what can be done with it beside being run."""
    _, _, rest = header(one).partition("\n")
    facts, prose = split(rest)
    parts = [
        f"## {one.name}",
        title(one),
        table(("", ""), facts),
        prose,
        table(("parameter", "values", "default"), list(parameters(one))),
    ]
    return "\n\n".join(part for part in [*parts, told(one.parameters), " ".join(abilities(one))] if part) + "\n"


def split(rest: str) -> tuple[list[tuple[str, str]], str]:
    """The header's facts by name, and the prose below them."""
    facts: list[tuple[str, str]] = []
    prose: list[str] = []
    for line in rest.splitlines():
        fact = FACT.fullmatch(line)
        if fact and not prose:
            facts.append((fact[1], fact[2]))
        elif line.startswith("    ") and facts:
            name, words = facts[-1]
            facts[-1] = (name, f"{words} {line.strip()}")
        elif line or prose:
            prose.append(line)
    return facts, "\n".join(prose).strip()


def parameters(one: api.Workload) -> Iterator[tuple[str, str, str]]:
    """Each parameter, what it takes, and its default."""
    hints = get_type_hints(one.parameters)
    for field in fields(one.parameters):
        value = "" if field.default is MISSING else f"`{field.default}`".lower()
        yield f"`{field.name}`", values(hints[field.name]), value


def values(hint: Any) -> str:
    """A type in words: its choices, or what kind of thing it is."""
    if get_origin(hint) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(hint))
    if isinstance(hint, types.UnionType):
        return " or ".join("`none`" if part is types.NoneType else values(part) for part in get_args(hint))
    return {int: "a whole number", float: "a number", bool: "`true`, `false`", str: "text"}[hint]


def abilities(one: api.Workload) -> Iterator[str]:
    """What it can do that not every workload can."""
    if one.stages:
        yield "Parsing and storing are separate, so `single_writer` can run it."
    if one.keeps:
        yield "Stored rows survive a crash, so an interrupted round can be completed with `--on-crash retry`."
