"""A target: a function of the user's own, `load.py:load_file` or `package.module:function`, as a workload.

    load.py:load_file + a file that lists the items  ->  Workload

Nothing is asked of the function but that it takes one item. It is imported under its own module's name, from its own
folder, as a script beside it would import it, so that workers of every start method find it too. Standard library
only: the host imports this module.
"""

import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manyhands.errors import CheckFailed, UsageError
from manyhands.workload import Facts, Place, Workload

SEPARATOR = ":"
CALL = "call" + SEPARATOR
LIST = "list" + SEPARATOR


@dataclass(frozen=True)
class Parameters:
    """Where a target's items come from, and what stands around its rounds.

    source: `list:FILE`, a JSON list of items, or `call:REFERENCE`, a function that returns them. sample: a JSON list of
    the places of those to run, in a file; "" for all. setup, cleanup and check: references of functions, "" for none.
    """

    source: str = ""
    sample: str = ""
    setup: str = ""
    cleanup: str = ""
    check: str = ""


def is_reference(name: str) -> bool:
    """Whether this names a function of the user's own rather than a built-in workload."""
    return SEPARATOR in name


def absolute(reference: str) -> str:
    """The reference with its file's whole path, so that it holds in another working directory."""
    place, separator, name = reference.rpartition(SEPARATOR)
    return f"{Path(place).absolute()}{separator}{name}" if place.endswith(".py") else reference


def workload_of(reference: str) -> Workload:
    """The target as a workload. Raises UsageError where there is no such function, in words that say which part."""
    return Workload(
        name=reference,
        function=resolve(reference),
        parameters=Parameters,
        items=items_of,
        tiny=Parameters(),
        setup=_setup,
        check=_check,
        cleanup=_cleanup,
        name_of=name_of,
        weight_of=weight_of,
    )


def resolve(reference: str) -> Callable[..., Any]:
    """The function that `file.py:function` or `package.module:function` names. Raises UsageError when there is none."""
    place, _, name = reference.rpartition(SEPARATOR)
    if not place or not name:
        raise UsageError(f"{reference!r} names no function: write file.py:function or package.module:function")
    module = _import_file(Path(place)) if place.endswith(".py") else _import_module(place)
    found = getattr(module, name, None)
    if found is None:
        functions = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
        raise UsageError(f"{place} has no {name!r}: it has {', '.join(sorted(functions)) or 'no functions'}")
    if not callable(found):
        raise UsageError(f"{reference} is no function but a {type(found).__name__}: name the function")
    if "." in getattr(found, "__qualname__", "") or getattr(found, "__name__", "") == "<lambda>":
        raise UsageError(f"{reference} can't be sent to a worker: define it with def at the module's top level")
    return found  # type: ignore[no-any-return]


def items_of(parameters: Parameters, place: Place | None = None) -> list[Any]:
    """All items of the source, or those of the sample. Raises UsageError where they can't be had."""
    if parameters.source.startswith(CALL):
        found = list(resolve(parameters.source.removeprefix(CALL))())
    else:
        found = json.loads(Path(parameters.source.removeprefix(LIST)).read_text(encoding="utf-8"))
    if not parameters.sample:
        return found
    return [found[index] for index in json.loads(Path(parameters.sample).read_text(encoding="utf-8"))]


def name_of(item: Any) -> str:
    """A file by its own name, anything else by its text."""
    return Path(item).name if is_file(item) else str(item)[:200]


def weight_of(item: Any) -> float:
    """A file by its size in bytes; all else is equally heavy, as far as one can tell."""
    return float(Path(item).stat().st_size) if is_file(item) else 1.0


def is_file(item: Any) -> bool:
    """Whether the item is the path of a file that is there."""
    return isinstance(item, str | os.PathLike) and os.path.isfile(item)  # noqa: PTH113  any name may come here


def _import_file(path: Path) -> Any:
    if not path.is_file():
        raise UsageError(f"{path} is not there: name the file that holds the function")
    folder = str(path.absolute().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module = _import_module(path.stem)
    if Path(getattr(module, "__file__", None) or "").resolve() != path.resolve():
        raise UsageError(f"{path} has the name of another module, {path.stem}: give the file another name")
    return module


def _import_module(name: str) -> Any:
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{name!r} can't be imported: a module's name consists of letters, digits and _")
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(f"{error.name}.")):
            raise
        raise UsageError(f"there is no module {name}: name one that this Python can import") from None


def _setup(parameters: Parameters, place: Place) -> Facts:
    _call(parameters.setup)
    return {}


def _cleanup(parameters: Parameters, place: Place) -> None:
    _call(parameters.cleanup)


def _check(parameters: Parameters, place: Place, results: Sequence[Any]) -> Facts:
    """Call the user's check with all results: false, or an exception of AssertionError's kind, means not done."""
    if not parameters.check:
        return {}
    try:
        verdict = resolve(parameters.check)(list(results))
    except AssertionError as error:
        raise CheckFailed(f"{parameters.check}: {error or 'the assertion did not hold'}") from None
    if verdict is False:
        raise CheckFailed(f"{parameters.check} says that the work was not done")
    return {}


def _call(reference: str) -> None:
    if reference:
        resolve(reference)()
