"""A user's function by its reference, `file.py:function`, `package.module:function` or `file.py:OBJECT.method`."""

import difflib
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from lightwork.errors import UsageError
from lightwork.workload.user_module import import_user_module

SEPARATOR = ":"
NAMES_SHOWN = 8


def is_reference(name: str) -> bool:
    """Whether this names a function of the user's own rather than a built-in workload."""
    return SEPARATOR in name


def absolute(reference: str) -> str:
    """The reference with its file's whole path, so that it holds in another working directory."""
    place, separator, name = reference.rpartition(SEPARATOR)
    return f"{Path(place).absolute()}{separator}{name}" if place.endswith(".py") else reference


def resolve(reference: str) -> Callable[..., Any]:
    """What `file.py:function`, `package.module:function` or `file.py:OBJECT.method` names.

    Raises UsageError where there is no such function, or none that can be called with items.
    """
    owner, function = _look_up(reference)
    name = reference.rpartition(SEPARATOR)[2]
    if not callable(function):
        raise UsageError(f"{reference} is not a function (its type is {type(function).__name__}): name the function")
    if isinstance(function, type):
        raise UsageError(f"{reference} is a class: name a function that creates an instance for each item")
    if isinstance(owner, type) and inspect.isfunction(inspect.getattr_static(owner, name.rpartition(".")[2])):
        raise UsageError(
            f"{reference} is a method and needs an object: create one in the module, OBJECT = {owner.__name__}(...), "
            "and name OBJECT.method"
        )
    return function  # type: ignore[no-any-return]


def maker_of(reference: str) -> Any:
    """What makes the items: a function without arguments, or a list or another iterable of the module's own."""
    thing = referred(reference)
    if not callable(thing) and isinstance(thing, Iterable) and not isinstance(thing, str | bytes):
        return thing
    return resolve(reference)


def referred(reference: str) -> Any:
    """What a reference stands for, whatever that is. Raises UsageError where it stands for nothing."""
    return _look_up(reference)[1]


def _look_up(reference: str) -> tuple[Any, Any]:
    """What a reference stands for, and the module, class or object that holds it."""
    place, _, name = reference.rpartition(SEPARATOR)
    if not place or not name:
        raise UsageError(f"{reference!r} is not a function: write file.py:function or package.module:function")
    owner = thing = module = import_user_module(place)
    for part in name.split("."):
        owner, thing = thing, getattr(thing, part, None)
        if thing is None:
            raise _no_such(owner, place, part)
        place = f"{place}{'.' if owner is not module else SEPARATOR}{part}"
    return owner, thing


def _no_such(owner: Any, place: str, name: str) -> UsageError:
    """The error for a name that a module, class or object lacks, with those that come nearest to it."""
    held = {key: inspect.getattr_static(owner, key, None) for key in dir(owner) if not key.startswith("_")}
    functions = [key for key, value in held.items() if callable(value) or isinstance(value, classmethod)]
    near = difflib.get_close_matches(name, functions, n=3, cutoff=0.6)
    if near:
        return UsageError(f"{place} has no {name!r}: did you mean {' or '.join(near)}?")
    more = ", ..." if len(functions) > NAMES_SHOWN else ""
    return UsageError(f"{place} has no {name!r}: it has {', '.join(functions[:NAMES_SHOWN]) or 'no functions'}{more}")
