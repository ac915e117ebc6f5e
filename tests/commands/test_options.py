"""Shared options: one name in all commands; the singular is taken too."""

import argparse

import pytest

from lightwork import cli
from lightwork.commands.options import SHARED

COMMANDS = (["plan", "sleep_io"], ["faults"], ["costs"], ["validate"])


def taken(words):
    """Each option's value, as the command line understands these words."""
    return vars(cli.parser().parse_args(words))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda words: words[0])
def test_the_singular_is_taken_and_not_shown(command):
    """`--strategy` means `--strategies` wherever there is one, and no help mentions it."""
    (commands,) = (one for one in cli.parser()._actions if isinstance(one, argparse._SubParsersAction))
    parser = commands.choices[command[0]]
    names = [name for name, option in SHARED.items() if option.singular and name in parser._option_string_actions]
    assert "--strategies" in names
    for name in names:
        assert taken([*command, SHARED[name].singular, "x"]) == taken([*command, name, "x"])
        assert f"{SHARED[name].singular} " not in parser.format_help()


def test_plan_still_takes_rounds():
    """`plan --rounds` is what `--blocks` was called."""
    assert taken(["plan", "sleep_io", "--rounds", "3"])["blocks"] == "3"


@pytest.mark.parametrize("command", [*COMMANDS, ["compare", "a", "b"]], ids=lambda words: words[0])
def test_forms_take_a_file_or_none(command):
    """`--json` and `--md` alone print; with FILE they write, in every command alike."""
    for form in ("json", "md"):
        assert taken([*command, f"--{form}"])[form] == "-"
        assert taken([*command, f"--{form}=x"])[form] == "x"
