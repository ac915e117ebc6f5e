"""Delivery: where a command's result goes, `--json [FILE]`, `--md [FILE]` and whatever other forms it has.

A form without FILE, or with "-", is printed in place of the command's own words.
"""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from lightwork.errors import UsageError

STDOUT = "-"
LOOKED_AT_BYTES = 4096


def add_options(command: argparse.ArgumentParser, forms: Mapping[str, str]) -> None:
    """Add `--NAME [FILE]` for each form. forms: what a form holds, by its name."""
    group = command.add_argument_group("output (printed without FILE)")
    for name, words in forms.items():
        group.add_argument(f"--{name}", nargs="?", const=STDOUT, metavar="FILE", help=words)


def places(options: argparse.Namespace, marks: Mapping[str, bytes]) -> dict[str, str]:
    """Where each form goes that the options ask for: a file's path, or "-".

    marks: for every form of the command, bytes near the beginning of each file that it wrote; b"" for any file. Raises
    UsageError, before anything runs, for two forms on standard output, for a folder that can't be written to, and for
    an existing file without its mark: `--csv data/*.csv` takes the first item for the file's name.
    """
    asked = {name: place for name in marks if (place := getattr(options, name))}
    printed = [f"--{name}" for name, place in asked.items() if place == STDOUT]
    if len(printed) > 1:
        raise UsageError(f"{' and '.join(printed)} can't both go to standard output: name a file, as {printed[0]}=FILE")
    for name, place in asked.items():
        if place != STDOUT:
            check(name, Path(place), marks[name])
    return asked


def check(name: str, path: Path, mark: bytes = b"") -> None:
    """Raise UsageError where this form can't be written to the path, or would replace a file without the mark."""
    from lightwork.storage.paths import check_writable

    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file for --{name}")
    if not path.exists():
        check_writable(path.absolute().parent)
    elif path.is_file():  # a device or a pipe is written to as it stands
        check_writable(path.resolve().parent)
        _refuse_anothers(name, path, mark)


def _refuse_anothers(name: str, path: Path, mark: bytes) -> None:
    try:
        with path.open("rb") as file:
            beginning = file.read(LOOKED_AT_BYTES)
    except OSError as error:
        raise UsageError(f"{path} can't be read ({error.strerror}): name another file for --{name}") from None
    if beginning and mark not in beginning:
        raise UsageError(
            f"{path} exists and lightwork did not write it, so it is not replaced: name another file as --{name}=FILE, "
            f"or put --{name} behind the items"
        )


def deliver(asked: Mapping[str, str], renders: Mapping[str, Callable[[], str]], show: Callable[[], None]) -> None:
    """Print the form that goes to standard output, or else `show` the command's own words; then write the files.

    Raises UsageError for a file that can't be written; what is printed has been printed by then.
    """
    from lightwork.storage.atomic import write_text

    printed = next((name for name, place in asked.items() if place == STDOUT), None)
    if printed is None:
        show()
    else:
        print(renders[printed](), end="")
    for name, place in asked.items():
        if place != STDOUT:
            write_text(Path(place), renders[name]())
