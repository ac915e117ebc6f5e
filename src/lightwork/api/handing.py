"""Handing: a function and items of a running program, put where the hosts of a plan's rounds can get them.

    function, items, setup, ... -> one pickle, by value what no module holds -> a module of a few lines that loads it

The module is what hosts and workers import. It looks for the program's own modules where the program does, so that a
function of such a module is found by its name; functions and classes of a script or a notebook's cell are rebuilt from
the pickle. All travel together: a class that function and items share stays one.
"""

import itertools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightwork.errors import UsageError
from lightwork.workload.given import MAIN, cached

ITEMS = "ITEMS"
_numbers = itertools.count(1)

MODULE = '''\
"""What lightwork was given by a running program."""

import sys

from lightwork.workload.given import given

program_path = {path!r}
sys.path[:] = [*program_path, *(folder for folder in sys.path if folder not in program_path)]
globals().update(given(__name__, {pickled!r}, {pid}))
'''


@dataclass(frozen=True)
class Handed:
    """The references by which a plan finds what it was handed.

    module: the file in which all are. target: of the function. items: of the list. around: by option, of what stands
    around rounds, as `setup`.
    """

    module: str
    target: str
    items: str
    around: Mapping[str, str]


@contextmanager
def handed(
    function: Callable[..., Any], items: list[Any], around: Mapping[str, Callable[..., Any]], folder: Path
) -> Iterator[Handed]:
    """Everything, in files of this folder, as long as this lasts.

    Raises UsageError for what can't be pickled, in words that say what.
    """
    name = f"lightwork_job_{os.getpid()}_{next(_numbers)}"
    names = {"function": name_of(function), **{option: name_of(callee) for option, callee in around.items()}}
    names = {option: each if list(names.values()).count(each) == 1 else option for option, each in names.items()}
    given = {names["function"]: function, ITEMS: items, **{names[option]: callee for option, callee in around.items()}}
    pickled, module = folder / f"{name}.pickle", folder / f"{name}.py"
    pickled.write_bytes(_pickled(given, function))
    path = [os.path.abspath(entry) for entry in sys.path]  # noqa: PTH100  "" is the working directory
    module.write_text(MODULE.format(path=path, pickled=str(pickled), pid=os.getpid()), encoding="utf-8")
    before = list(sys.path)
    try:
        references = {option: f"{module}:{each}" for option, each in names.items()}
        yield Handed(str(module), references.pop("function"), f"{module}:{ITEMS}", references)
    finally:
        sys.modules.pop(name, None)
        sys.path[:] = before


def name_of(function: Callable[..., Any]) -> str:
    """The function's own name, where it is one; `function` for a lambda, an object or a partial."""
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() and name != ITEMS else "function"


def checked(function: object, option: str = "") -> Callable[..., Any]:
    """The same, which can be called. Raises UsageError for what can't. option: whose value it is."""
    what = f"{option}=" if option else ""
    if not callable(function):
        kind = type(function).__name__
        raise UsageError(f"{what}{function!r:.40} is not a function (its type is {kind}): pass the function itself")
    if isinstance(function, type):
        raise UsageError(f"{what}{function.__name__} is a class: pass a function that creates an instance of it")
    return function


def listed(items: object) -> list[Any]:
    """The items of a plan as a list; of a data frame its rows.

    Raises UsageError for what is no collection, and for one that does not end.
    """
    from lightwork.workload import making

    return making.listed("items", _collection(items))


def all_of(items: object) -> list[Any]:
    """The items of a job as a list, however long they take to come. Raises UsageError for what is no collection."""
    from lightwork.workload import making

    collection = _collection(items)
    everything = list(collection) if isinstance(collection, Iterator) else making.listed("items", collection)
    if not everything and isinstance(collection, Iterator):
        raise UsageError("items yield nothing: an iterator yields its items only once, so make another one")
    return everything


def _collection(items: object) -> Iterable[Any]:
    if not isinstance(items, Iterable) or isinstance(items, str | bytes):
        kind = type(items).__name__
        raise UsageError(f"items can't be {items!r:.40} (its type is {kind}): pass a list, or anything to iterate over")
    return items


def _pickled(given: Mapping[str, Any], function: Callable[..., Any]) -> bytes:
    try:
        return by_value(given)
    except Exception as error:  # noqa: BLE001  whatever an object's own code raises
        culprit = next((name for name, callee in given.items() if name != ITEMS and not _can_pickle(callee)), "an item")
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise UsageError(
            f"{culprit} can't be sent to a worker ({reason}): create files, connections and locks inside the function"
        ) from None


def by_value(thing: Any) -> bytes:
    """The pickle of a thing, with what no module holds inside of it. Raises whatever an object's own code raises."""
    import io
    from functools import lru_cache

    import cloudpickle  # takes 20 ms, and no command needs it

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # the library has no types
        def reducer_override(self, thing: Any) -> Any:
            """A cached function of `__main__` as one that is cached anew: it has a name there, and only there."""
            if isinstance(thing, type(lru_cache(abs))) and thing.__module__ == MAIN:
                return cached, (thing.__wrapped__, thing.cache_parameters())
            return super().reducer_override(thing)

    file = io.BytesIO()
    Pickler(file).dump(thing)
    return file.getvalue()


def _can_pickle(thing: Any) -> bool:
    try:
        by_value(thing)
    except Exception:  # noqa: BLE001  as above
        return False
    return True
