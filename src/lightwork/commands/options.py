"""Options that several commands and the pytest plugin share: one name and one explanation for each.

An option that takes several values is called by their plural, and its singular is accepted too.
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lightwork.errors import UsageError


@dataclass(frozen=True)
class Option:
    """metavar: the word for its value. help: without the default, which differs from command to command."""

    metavar: str
    help: str
    singular: str = ""


SHARED: Mapping[str, Option] = {
    "--workloads": Option("NAMES", "comma-separated or all", "--workload"),
    "--strategies": Option("NAMES", "names, module:factory, usual or all", "--strategy"),
    "--workers": Option("COUNTS", "1,2,4 or 1-8", "--worker"),
    "--chunksizes": Option("SIZES", "1,8,64 or default, the strategy's", "--chunksize"),
    "--orders": Option("NAMES", "given,shuffled,largest-first, ...", "--order"),
    "--start-methods": Option("NAMES", "fork,spawn,forkserver", "--start-method"),
    "--faults": Option("NAMES", "comma-separated or all", "--fault"),
    "--blocks": Option("N", "measure each setting N times"),
    "--budget": Option("TIME", "total time: 90, 60s or 2m"),
    "--timeout": Option("TIME", "limit for each round"),
    "--on-crash": Option("WHAT", "report, or retry to run unfinished items again"),
    "--seed": Option("N", "seed of all random choices"),
    "--dry-run": Option("", "show what would be measured, then exit"),
}


def command(commands: Any, name: str, run: Callable[..., int], words: str) -> argparse.ArgumentParser:
    """The parser of a new command. words: what it does in a sentence; then, below a blank line, examples."""
    summary, _, epilog = words.partition("\n\n")
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=f"{summary[:1].lower()}{summary[1:].rstrip('.')}", description=summary, epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.set_defaults(run=run)
    return parser


def single_count(what: str, word: str) -> int:
    """The number of workers and the like, where several make no sense. Raises UsageError for more than one."""
    from lightwork.study import option_values

    counts = option_values.counts(what, word)
    if len(counts) > 1:
        raise UsageError(f"{what} can't be {word!r}: give a single number")
    return counts[0]


def add(
    add_argument: Callable[..., Any], name: str, *, default: str | None = None, default_words: str = "", more: str = ""
) -> None:
    """Add a shared option, and its singular without a line in the help.

    add_argument: of a parser, or addoption of pytest's. default_words: where the default itself says too little.
    more: what else to say in this command.
    """
    option = SHARED[name]
    words = default_words or default
    help_words = f"{option.help}{more}" + f" (default: {words})" * bool(words)
    if option.metavar:
        add_argument(name, default=default, metavar=option.metavar, help=help_words)
    else:
        add_argument(name, action="store_true", help=help_words)
    if option.singular:
        add_alias(add_argument, option.singular, name)


def add_alias(add_argument: Callable[..., Any], alias: str, name: str) -> None:
    """Accept another name for an option, without a line in the help."""
    dest = name.lstrip("-").replace("-", "_")
    add_argument(alias, dest=dest, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
