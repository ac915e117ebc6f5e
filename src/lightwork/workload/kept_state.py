"""Kept state: what items change in the process that runs them and a caller would look for: globals, attributes, arrays.

    results.append(row), COUNT += 1, table[place] = value  ->  StateChange

Workers in other processes do that to copies of their own, so the caller never sees it. What only the first item makes,
a model that is loaded lazily, is no such change. Standard library only: the host imports this module.
"""

import hashlib
import inspect
import io
import os
import pickle
import sys
import types
import zlib
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sized
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import Any

from lightwork.core.footprint import StateChange

ITEM = "their item"
PLAIN = (str, bytes, int, float, complex, bool, type(None))  # what nobody can change in place
CONTAINERS = (list, dict, set, deque, bytearray)
NUMBERS = (int, float, complex)
MODULES, PLACES = 50, 2_000  # that are looked at, at most
ITEM_ENTRIES, ENTRIES, ARRAY_BYTES = 50_000, 200_000, 64 << 20  # of which the contents are compared, at most
PICTURE_BYTES = 1 << 20  # of a pickled item: more would take as long as many an item's work
Read = Callable[[], Any]


class StateWatch:
    """What a user's function can reach and change: looked at before the first item, after it, and after the last."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.reads = dict(islice(_places(function), PLACES))
        self.before = {name: _state(read()) for name, read in self.reads.items()}
        self.counted = [name for name, state in self.before.items() if state and isinstance(state[1], NUMBERS)]
        self.warm: dict[str, Any] = {}

    def first_is_done(self) -> None:
        """Look at what is counted: what changes from now on is no item's that loads something for all others."""
        for name in self.counted:
            value = self.reads[name]()
            self.warm[name] = len(value) if isinstance(value, CONTAINERS) else value

    def changes(self) -> Iterator[StateChange]:
        """Everything that changed after the first item, under the first of its names."""
        seen: set[int] = set()
        for name, before in self.before.items():
            value = self.reads[name]()
            after = _state(value)
            if before is None or after is None or before[0] != after[0] or before == after or id(value) in seen:
                continue
            if name in self.warm and self.warm[name] == after[1] != before[1]:
                continue  # by the first item only
            seen.add(id(value))
            if isinstance(value, io.IOBase):  # written out by now, so that its file tells
                continue
            has_grown = isinstance(value, CONTAINERS) and before[1] != after[1]
            yield StateChange(name, before[0], *(before[1], after[1]) if has_grown else (None, None))


def picture(item: Any) -> bytes | None:
    """What tells whether an item was changed in place; None of one that can't be, is large, or can't be pickled."""
    with suppress(Exception):  # whatever an object raises when it is looked at or pickled
        entries = getattr(item, "size", None) or (len(item) if isinstance(item, Sized) else 0)
        if is_a(item, *PLAIN) or not isinstance(entries, int) or entries > ITEM_ENTRIES:
            return None
        digest = _ShortDigest()
        pickle.Pickler(digest, pickle.HIGHEST_PROTOCOL).dump(item)
        return digest.digest()
    return None


class _ShortDigest:
    """A file for a pickler that keeps nothing but a digest. Raises ValueError beyond PICTURE_BYTES."""

    def __init__(self) -> None:
        self.hash, self.left_bytes = hashlib.blake2b(), PICTURE_BYTES
        self.digest = self.hash.digest

    def write(self, part: Any) -> None:
        self.left_bytes -= memoryview(part).nbytes
        if self.left_bytes < 0:
            raise ValueError("too large for a picture")
        self.hash.update(part)


def user_modules(function: Callable[..., Any]) -> list[types.ModuleType]:
    """The module of a user's function, and others below its folder, libraries apart."""
    main = sys.modules.get(getattr(_unwrapped(function), "__module__", None) or "")
    file = getattr(main, "__file__", None)
    if main is None or not file:
        return []
    folder = os.path.join(os.path.dirname(os.path.abspath(file)), "")  # noqa: PTH100, PTH118, PTH120  once a module
    others = [
        module
        for name, module in list(sys.modules.items())
        if module is not main and _is_below(module, folder) and not name.startswith("lightwork")
    ]
    return [main, *others[:MODULES]]


def _is_below(module: Any, folder: str) -> bool:
    file = getattr(module, "__file__", None)
    return isinstance(file, str) and file.startswith(folder) and "site-packages" not in file


def _unwrapped(function: Any) -> Any:
    """The function itself below partial, methods and decorators."""
    while isinstance(function, partial | types.MethodType):
        function = function.func if isinstance(function, partial) else function.__func__
    return inspect.unwrap(function) if callable(function) else function


def _places(function: Callable[..., Any]) -> Iterator[tuple[str, Read]]:
    """Names and how to read what they stand for: globals, attributes of objects and classes, closures, defaults."""
    modules = user_modules(function)
    names = {module.__name__ for module in modules}
    for number, module in enumerate(modules):
        prefix = f"{module.__name__}." if number else ""
        for name, value in list(vars(module).items()):
            if not name.startswith("__") and not is_a(value, types.ModuleType):
                yield f"{prefix}{name}", partial(vars(module).get, name)
                yield from _attributes(f"{prefix}{name}", value, names)
    plain = _unwrapped(function)
    code = getattr(plain, "__code__", None)
    if code:
        for name, cell in zip(code.co_freevars, plain.__closure__ or (), strict=False):
            yield name, partial(_content, cell)
        defaults = plain.__defaults__ or ()
        for name, value in zip(code.co_varnames[code.co_argcount - len(defaults) : code.co_argcount], defaults):  # noqa: B905
            yield name, partial(_itself, value)


def _attributes(name: str, value: Any, modules: set[str]) -> Iterator[tuple[str, Read]]:
    """Of an object whose class is the user's, of such a class, and of a function."""
    is_theirs = value if is_a(value, type, types.FunctionType) else type(value)
    if getattr(is_theirs, "__module__", None) not in modules:
        return
    held: Mapping[str, Any] = getattr(value, "__dict__", {})
    for key in list(held):
        if not key.startswith("__"):
            yield f"{name}.{key}", partial(held.get, key)


def is_a(value: Any, *kinds: type) -> bool:
    """Whether its type is one of these, without asking the object, which may be a proxy of what is not there yet."""
    return issubclass(type(value), kinds)


def _content(cell: types.CellType) -> Any:
    with suppress(ValueError):  # nothing is in it yet
        return cell.cell_contents
    return None


def _itself(value: Any) -> Any:
    return value


def _state(value: Any) -> tuple[str, Any, Any] | None:
    """The kind of a value, what is counted of it, and a sum over the rest; None for what nobody adds to."""
    kind = type(value).__name__
    if is_a(value, bool, type(None)):
        return None
    if is_a(value, *NUMBERS):
        return kind, value, None
    if is_a(value, *CONTAINERS):
        return kind, len(value), _contents(value)
    with suppress(Exception):  # whatever a user's or a library's object raises when it is looked at
        inner = _inner_state(value)
        return None if inner is None else (kind, None, inner)
    return None


def _inner_state(value: Any) -> Any:
    """Of a file, an array and a data frame; None of anything else."""
    if isinstance(value, io.IOBase):
        return value.tell() if not value.closed and value.writable() and value.seekable() else None
    if hasattr(value, "__array_interface__"):
        return zlib.crc32(memoryview(value).cast("B")) if value.nbytes <= ARRAY_BYTES else None
    return value.shape if hasattr(value, "iloc") else None


def _contents(value: Any) -> int:
    """A sum over which objects a container holds: one that is replaced by another changes it."""
    if len(value) > ENTRIES:
        return 0
    if isinstance(value, bytearray):
        return zlib.crc32(value)
    entries = value.values() if isinstance(value, dict) else value
    return 0 if isinstance(value, set) else zlib.crc32(array("Q", map(id, entries)).tobytes())
