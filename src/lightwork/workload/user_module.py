"""A module of the user's own, imported by its file's path or by its name, or one line that says why it can't be."""

import importlib
import sys
import traceback
from pathlib import Path
from typing import Any

from lightwork.errors import UsageError

NOTEBOOKS = (".ipynb",)


def import_user_module(place: str) -> Any:
    """The module in `file.py`, imported under its own name from its own folder, or `package.module`.

    Raises UsageError where it is not there, or raises when it is imported.
    """
    if place == "__main__" or place.endswith(NOTEBOOKS):
        what = "a notebook" if place.endswith(NOTEBOOKS) else "__main__"
        raise UsageError(f"workers can't import from {what}: save the function in a file, and name file.py:function")
    return _import_file(Path(place)) if place.endswith(".py") else _import_module(place)


def _import_file(path: Path) -> Any:
    if not path.is_file():
        raise UsageError(f"{path} does not exist: name the file that holds the function")
    folder = str(path.absolute().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module = _import_module(path.stem)
    if Path(getattr(module, "__file__", None) or "").resolve() != path.resolve():
        raise UsageError(f"{path} has the same name as module {path.stem}: rename the file")
    return module


def _import_module(name: str) -> Any:
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{name!r} can't be imported: module names contain only letters, digits and _")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise _broken(name, error) from None
        raise UsageError(f"no module {name}: name one that this Python can import") from None
    except ImportError as error:
        if "relative import" not in str(error):
            raise _broken(name, error) from None
        raise UsageError(f"{name} imports from its own package: name it as package.{name}:function") from None
    except Exception as error:  # noqa: BLE001  whatever the user's module raises is told with its place
        raise _broken(name, error) from None


def _broken(name: str, error: Exception) -> UsageError:
    """The error for a user's module that raises when it is imported, with the line that raised."""
    message: object = error
    if isinstance(error, SyntaxError):
        place, line, message = error.filename, error.lineno, error.msg
    else:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "importlib" not in frame.filename]
        place, line = frames[-1].filename, frames[-1].lineno
    reason = " ".join(f"{type(error).__name__}: {message}".split())
    return UsageError(f"{name} can't be imported: {reason} ({place}, line {line}): fix it, then try again")
