"""Where prepared data lies: outside of any repository, shared by all runs."""

import os
import tempfile
from pathlib import Path

from lightwork.errors import UsageError


def data_dir() -> Path:
    """`$LIGHTWORK_DATA`, or `lightwork` in the user's cache directory (XDG base directory specification)."""
    named = os.environ.get("LIGHTWORK_DATA")
    if named:
        return Path(named).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "lightwork"


def ready_data_dir() -> Path:
    """The same, made where it is not there yet. Raises UsageError where nothing can be written to it."""
    folder = data_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(_unwritable(folder, error)) from None
    check_writable(folder)
    return folder


def check_writable(folder: Path) -> None:
    """Raise UsageError where no file can be made in this folder."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UsageError(_unwritable(folder, error)) from None


def _unwritable(folder: Path, error: OSError) -> str:
    named = "choose another with LIGHTWORK_DATA" if folder == data_dir() else "name another"
    return f"{folder} can't be written to ({error.strerror}): {named}"
