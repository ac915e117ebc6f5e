"""A module of the user's own, imported by its file's path or by its name, or one line that says why it can't be.

While it is imported, sys.argv is the module's own, as if it were run without arguments, and what it prints goes to
standard error: it is no answer of ours.
"""

import builtins
import importlib
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from time import monotonic
from typing import Any

from lightwork.errors import UsageError

NOTEBOOKS = (".ipynb",)
GUARD = 'if __name__ == "__main__":'
took_s: dict[str, float] = {}  # by name: what the module's own statements took, other modules that it imports apart
asks_for_arguments: set[str] = set()  # names of modules that look for arguments when they are imported


def import_user_module(place: str) -> Any:
    """The module in `file.py`, imported under its own name from its own folder, or `package.module`.

    The working directory is looked through first, as by `python -m`. Raises UsageError where the module is not there,
    or raises when it is imported.
    """
    if place == "__main__" or place.endswith(NOTEBOOKS):
        what = "a notebook" if place.endswith(NOTEBOOKS) else "__main__"
        raise UsageError(f"workers can't import from {what}: save the function in a file, and name file.py:function")
    if place.endswith(".py"):
        return _import_file(Path(place))
    _look_in(str(Path.cwd()))
    return _import_module(place)


def name_of(reference: str) -> str:
    """The name by which the module of `file.py:function` or `package.module:function` is imported."""
    place = reference.rpartition(":")[0]
    return Path(place).stem if place.endswith(".py") else place


def _look_in(folder: str) -> None:
    if folder not in sys.path:
        sys.path.insert(0, folder)


def _import_file(path: Path) -> Any:
    if not path.is_file():
        raise UsageError(f"{path} does not exist: name the file that holds the function")
    _look_in(str(path.absolute().parent))
    module = _import_module(path.stem)
    if Path(getattr(module, "__file__", None) or "").resolve() != path.resolve():
        raise UsageError(f"{path} has the same name as module {path.stem}: rename the file")
    return module


def _import_module(name: str) -> Any:
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{name!r} can't be imported: module names contain only letters, digits and _")
    if name in sys.modules:
        return sys.modules[name]
    try:
        with own_command_line(name), _timed(name):
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise _broken(name, error) from None
        raise UsageError(f"no module {name}: name one that this Python can import") from None
    except ImportError as error:
        if "relative import" not in str(error):
            raise _broken(name, error) from None
        raise UsageError(f"{name} imports from its own package: name it as package.{name}:function") from None
    except SystemExit as error:
        raise UsageError(
            f"{name} can't be imported: SystemExit: {error.code} ({_place(error)}): put what reads the command line or "
            f"runs the job behind {GUARD}"
        ) from None
    except Exception as error:  # noqa: BLE001  whatever the user's module raises is told with its place
        raise _broken(name, error) from None


@contextmanager
def own_command_line(name: str) -> Iterator[None]:
    """Give this module its own sys.argv, and let what it prints go to standard error."""
    argv, modules = sys.argv, _CommandLine([f"{name.rpartition('.')[2]}.py"])
    sys.argv = modules
    try:
        with redirect_stdout(sys.stderr):
            yield
        if modules.is_read:
            asks_for_arguments.add(name)
    finally:
        sys.argv = argv


class _CommandLine(list[str]):
    """A command line without arguments that knows whether somebody looked for some."""

    is_read = False

    def __getitem__(self, place: Any) -> Any:
        self.is_read = self.is_read or place != 0
        return super().__getitem__(place)

    def __len__(self) -> int:
        self.is_read = True
        return super().__len__()

    def __iter__(self) -> Iterator[str]:
        self.is_read = True
        return super().__iter__()


@contextmanager
def _timed(name: str) -> Iterator[None]:
    """Note in took_s how long the module's own statements take."""
    clock, usual_import = _Clock(builtins.__import__), builtins.__import__
    builtins.__import__ = clock.timed_import
    began_s = monotonic()
    try:
        yield
        took_s[name] = monotonic() - began_s - clock.imports_s
    finally:
        builtins.__import__ = usual_import


class _Clock:
    """Adds up what the import statements of a module take."""

    def __init__(self, usual_import: Any) -> None:
        self.usual_import, self.thread = usual_import, threading.get_ident()
        self.imports_s, self.is_within = 0.0, False

    def timed_import(self, *arguments: Any, **keywords: Any) -> Any:
        """The usual import; one within another, and one of another thread, is not counted."""
        if self.is_within or threading.get_ident() != self.thread:
            return self.usual_import(*arguments, **keywords)
        self.is_within, began_s = True, monotonic()
        try:
            return self.usual_import(*arguments, **keywords)
        finally:
            self.imports_s += monotonic() - began_s
            self.is_within = False


def _broken(name: str, error: Exception) -> UsageError:
    """The error for a user's module that raises when it is imported, with the line that raised."""
    message, place = (error.msg, f"{error.filename}, line {error.lineno}") if isinstance(error, SyntaxError) else (
        error, _place(error),
    )  # fmt: skip
    reason = " ".join(f"{type(error).__name__}: {message}".split())
    return UsageError(f"{name} can't be imported: {reason} ({place}): fix it, then try again")


def _place(error: BaseException) -> str:
    """The last line of the user's own that was on the way to what was raised, as "load.py, line 7"."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "importlib" not in frame.filename and frame.filename != __file__
    ]
    theirs = [frame for frame in frames if not frame.filename.startswith(os.path.dirname(os.__file__))] or frames  # noqa: PTH120
    return f"{theirs[-1].filename}, line {theirs[-1].lineno}" if theirs else "no line of it"
