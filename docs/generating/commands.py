"""docs/commands.md: every command with its arguments and options, from the parsers that read them.

The tables are made from what the parsers hold, not from the text that argparse makes of it, which differs from one
Python to the next and with the width of the terminal.
"""

import argparse
from collections.abc import Iterator
from typing import Any

from generating.blocks import MADE, table
from lightwork import cli, pytest_plugin

HEADS = ("argument or option", "what it is")
OPENING = """
# The commands

All commands with their arguments and options, as in `--help`. The [reference](reference.md) explains them.
Options that take several values accept the singular too, such as `--strategy map`, also in `pytest bench/`.
"""
SUITE = """## pytest bench/

`python -m pytest bench/ --benchmark-save` measures the suite. Beside pytest's and pytest-benchmark's own options, these
choose what to measure and for how long.
"""


def page(_: str) -> str:
    """All of docs/commands.md."""
    commands = dict(parsers())
    contents = [f"- [lightwork {name}](#lightwork-{name}): {words}" for name, (words, _) in commands.items()]
    contents += ["- [pytest bench/](#pytest-bench): measure the suite"]
    sections = [section(parser) for _, parser in commands.values()]
    head = f"{MADE.format(source='the parser of the command')}\n{OPENING}"
    return "\n".join([head, *contents, "", *sections, SUITE, table(HEADS, list(suite_rows()))]) + "\n"


def parsers() -> Iterator[tuple[str, tuple[str, argparse.ArgumentParser]]]:
    """Every registered command's name, its line in `lightwork --help`, and its parser."""
    (commands,) = (action for action in actions(cli.parser()) if isinstance(action, argparse._SubParsersAction))  # noqa: SLF001  no public name
    lines = {line.dest: line.help or "" for line in commands._choices_actions}  # noqa: SLF001  nor for these
    for name, parser in commands.choices.items():
        yield name, (lines.get(name, ""), parser)


def actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """What the parser takes, in the order in which it was told; --help is understood."""
    return [action for action in parser._actions if action.dest != "help"]  # noqa: SLF001  argparse has no other way


def section(parser: argparse.ArgumentParser) -> str:
    """One command: what it does, how it is called, its arguments and options, and its examples."""
    rows = [row(action, parser) for action in actions(parser) if action.help != argparse.SUPPRESS]
    parts = [f"## {parser.prog}", parser.description or "", f"```text\n{usage(parser)}\n```"]
    parts += [table(HEADS, rows)] if rows else []
    parts += [f"```text\n{parser.epilog.strip()}\n```"] if parser.epilog else []
    return "\n\n".join(part for part in parts if part) + "\n"


def usage(parser: argparse.ArgumentParser) -> str:
    """As "lightwork plan TARGET [ITEM ...] [options]"."""
    words = [positional(action) for action in actions(parser) if not action.option_strings]
    has_options = any(action.option_strings for action in actions(parser))
    return " ".join([parser.prog, *words, *["[options]"] * has_options])


def positional(action: argparse.Action) -> str:
    """An argument as a usage line has it."""
    word = metavar(action)
    forms = {None: word, "?": f"[{word}]", "*": f"[{word} ...]", "+": f"{word} [{word} ...]"}
    return forms.get(action.nargs, word)


def row(action: argparse.Action, parser: argparse.ArgumentParser) -> tuple[str, str]:
    """An argument or option, and what `--help` says of it; its default too, where the words leave that out."""
    words = (action.help or "") % {**vars(action), "prog": parser.prog}
    names = ", ".join(f"`{spelt(action, name)}`" for name in action.option_strings)
    told = [words] if words else []
    if has_default(action.default) and "default" not in words:
        told.append(f"(default: {action.default})")
    return names or f"`{metavar(action)}`", " ".join(told)


def spelt(action: argparse.Action, name: str) -> str:
    """An option with what it takes, as "--json [FILE]"."""
    if action.nargs == 0:
        return name
    word = metavar(action)
    return f"{name} [{word}]" if action.nargs == "?" else f"{name} {word}"


def metavar(action: argparse.Action) -> str:
    """The word that stands for what is given."""
    word = action.metavar or (action.dest.upper() if action.option_strings else action.dest)
    return word if isinstance(word, str) else " ".join(word)


def has_default(value: Any) -> bool:
    """Whether there is a value that stands where none is given; a flag has none."""
    return not (value is None or value is False or value in ([], (), argparse.SUPPRESS))


def suite_rows() -> Iterator[tuple[str, str]]:
    """The options of the pytest plugin."""
    for option, (word, words) in pytest_plugin.OPTIONS.items():
        yield f"`{option} {word}`", words
    option, word, words = pytest_plugin.RESUME
    yield f"`{option} [{word}]`", words
