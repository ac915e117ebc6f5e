"""Where a command that prints a table puts it: --json FILE and --md FILE, of which one may be standard output."""

import argparse
from pathlib import Path

from lightwork.errors import UsageError

STDOUT = "-"


def check(options: argparse.Namespace) -> None:
    """Raise UsageError where both go to standard output."""
    if options.json == options.md == STDOUT:
        raise UsageError("--json and --md can't both go to standard output: name a file for one of them")


def check_writable(options: argparse.Namespace) -> None:
    """Raise UsageError where a file can't be made, before anything is measured for it."""
    from lightwork.storage import paths

    for path in (options.json, options.md):
        if path and path != STDOUT:
            paths.check_writable(Path(path).parent)


def deliver(options: argparse.Namespace, json_text: str, markdown: str) -> bool:
    """Write and print what is asked for; whether standard output is still free for the table."""
    from lightwork.storage.atomic import write_text

    asked = ((options.json, json_text), (options.md, markdown))
    for path, content in asked:
        if path and path != STDOUT:
            write_text(Path(path), content)
    for path, content in asked:
        if path == STDOUT:
            print(content, end="")
    return STDOUT not in (options.json, options.md)
