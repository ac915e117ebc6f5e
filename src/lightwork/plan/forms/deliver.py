"""A delivery: a plan printed, and written to the files that were asked for."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from lightwork.errors import UsageError
from lightwork.plan.conclude.result import PlanResult
from lightwork.plan.forms.registry import FORMS
from lightwork.plan.forms.text import lines_of
from lightwork.storage.atomic import write_text
from lightwork.storage.paths import check_writable

STDOUT = "-"
LOOKED_AT_BYTES = 4096
MARKS = {  # what a file begins with, or holds near its beginning, that a plan wrote
    "html": b"lightwork",
    "json": b'{\n  "schema": ',
    "md": b"# lightwork plan: ",
    "csv": b"target,strategy,workers,",
}


def wanted(options: Namespace) -> dict[str, str]:
    """Where each form goes that these options ask for: a file's path, or "-".

    Raises UsageError, before anything runs, for two forms on standard output, for a folder that can't be written to,
    and for a file that is there and that no plan wrote: `--csv data/*.csv` takes the first item for the file's name.
    """
    found = {name: place for name in FORMS if (place := getattr(options, name, None))}
    printed = [f"--{name}" for name, place in found.items() if place == STDOUT]
    if len(printed) > 1:
        raise UsageError(f"{' and '.join(printed)} can't both go to standard output: name a file, as {printed[0]}=FILE")
    for name, place in found.items():
        if place != STDOUT:
            _check(name, Path(place))
    return found


def _check(name: str, path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file for --{name}")
    if not path.exists():
        check_writable(path.absolute().parent)
    elif path.is_file():  # a device or a pipe is written to as it stands
        check_writable(path.resolve().parent)
        _refuse_anothers(name, path)


def _refuse_anothers(name: str, path: Path) -> None:
    try:
        with path.open("rb") as file:
            beginning = file.read(LOOKED_AT_BYTES)
    except OSError as error:
        raise UsageError(f"{path} can't be read ({error.strerror}): name another file for --{name}") from None
    if beginning and MARKS[name] not in beginning:
        raise UsageError(
            f"{path} is there, and no plan wrote it, so it is not replaced: name another file as --{name}=FILE, "
            f"or put --{name} behind the items"
        )


def deliver(result: PlanResult, places: Mapping[str, str]) -> None:
    """Print the words and the code, or the form that is to stand in their place, and write the other forms.

    Raises UsageError for a file that can't be written; what is printed has been printed by then.
    """
    printed = next((FORMS[name](result) for name, place in places.items() if place == STDOUT), None)
    print(_words(result) if printed is None else printed, end="")
    for name, place in places.items():
        if place != STDOUT:
            write_text(Path(place), FORMS[name](result))


def _words(result: PlanResult) -> str:
    code = result.recommendation.code if result.recommendation else ""
    return "".join(f"{line}\n" for line in lines_of(result)) + (f"\n{code}" if code else "")
