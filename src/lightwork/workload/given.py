"""Given: what a running program handed over in a pickle, so that workers find its functions and classes by name.

Functions and classes of a script or of a notebook's cell are named `__main__.load`, which is another module here. They
get the name of the module that loads them, as though they had been written there.
"""

import os
import pickle
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any

MAIN = "__main__"


def given(module: str, pickled: str, pid: int) -> dict[str, Any]:
    """By name all that the module is to hold. pickled: its file. pid: of the program, whose own classes stay there."""
    things: dict[str, Any] = pickle.loads(Path(pickled).read_bytes())
    made = [*_functions_of(things), *(_classes() if os.getpid() != pid else ())]
    for thing in made:
        thing.__module__ = module
    return {**{thing.__qualname__: thing for thing in made}, **things}


def cached(function: Any, parameters: Mapping[str, Any]) -> Any:
    """The function with a cache of its own, as `functools.lru_cache` makes one."""
    return lru_cache(**parameters)(function)


def _functions_of(things: Mapping[str, Any]) -> Iterator[Any]:
    """The functions that no other module holds: these themselves, and those that they call."""
    waiting = [part for thing in things.values() for part in _parts(thing)]
    seen: set[int] = set()
    while waiting:
        thing = waiting.pop()
        function = getattr(thing, "__wrapped__", thing) if callable(thing) else thing
        if isinstance(function, FunctionType) and function.__module__ == MAIN and id(function) not in seen:
            seen.add(id(function))
            yield function
            if thing is not function and hasattr(thing, "cache_parameters"):  # stands under the same name in its place
                yield thing
            waiting += function.__globals__.values()


def _parts(thing: Any) -> list[Any]:
    """Itself, a partial's function, a method's."""
    return [] if isinstance(thing, list) else [thing, getattr(thing, "func", None), getattr(thing, "__func__", None)]


def _classes() -> list[type]:
    """Every class of the program's `__main__` that was rebuilt here, wherever in items and functions it was seen."""
    pickler = sys.modules.get("cloudpickle.cloudpickle")  # loaded by what it pickled by value, and by nothing else
    rebuilt = getattr(pickler, "_DYNAMIC_CLASS_TRACKER_BY_CLASS", ())
    return [kind for kind in list(rebuilt) if kind.__module__ == MAIN]
