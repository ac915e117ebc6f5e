"""Shared part: an argument that all items have in common, taken out of them so that each worker is given it once.

    (row, matrix), ...  ->  row, ...      and matrix, held in this process, where threads and forked workers find it;
                                          every other worker is sent it with what it is started by, or loads a file
    row  ->  (row, matrix)                in the worker, right before the function is called

Standard library only: the host imports this module. numpy is loaded by workers that open an array's file.
"""

import importlib
import inspect
import json
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any, NamedTuple

from lightwork.errors import UsageError
from lightwork.workload import item_text
from lightwork.workload.arguments import KEYWORDS, TUPLE, WHOLE
from lightwork.workload.coroutine import is_coroutine_function

PAIR = 2
ARRAY = ".npy"  # ends the name of a file that is mapped into memory
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_held: dict[str, Any] = {}  # by the file that it is in, or would be


class CommonPart(NamedTuple):
    """Where in an item the argument is.

    name: of the function's parameter. place: among the values of a tuple; None where items are dicts. is_of_pair:
    whether one other value is left, which then is the item.
    """

    name: str
    place: int | None
    is_of_pair: bool = False

    @property
    def words(self) -> str:
        """As JSON."""
        return json.dumps(self)

    def of(self, item: Any) -> Any:
        """The argument in this item."""
        return item[self.name if self.place is None else self.place]

    def without(self, item: Any) -> Any:
        """The item without the argument."""
        if self.place is None:
            return {name: value for name, value in item.items() if name != self.name}
        rest = (*item[: self.place], *item[self.place + 1 :])
        return rest[0] if self.is_of_pair else rest

    def put_back(self, rest: Any, value: Any) -> Any:
        """The item with the argument: a dict, or a tuple."""
        if self.place is None:
            return {**rest, self.name: value}
        values = (rest,) if self.is_of_pair else rest
        return (*values[: self.place], value, *values[self.place :])


class WithPart:
    """A function of a whole item, as one of an item without its shared part."""

    __slots__ = ("file", "function", "part")

    def __init__(self, function: Callable[[Any], Any], part: CommonPart, file: str) -> None:
        self.function, self.part, self.file = function, part, file

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as plain arguments: this travels with every task of a pool."""
        return type(self), (self.function, self.part, self.file)

    def __call__(self, item: Any) -> Any:
        """The function's result, or its coroutine."""
        return self.function(self.part.put_back(item, load(self.file)))


class CoroutineWithPart(WithPart):
    """The same of a coroutine function, as one."""

    __slots__ = ()

    async def __call__(self, item: Any) -> Any:
        """The function's result."""
        return await self.function(self.part.put_back(item, load(self.file)))


def part_of(words: str) -> CommonPart:
    """The part that these words, its own, stand for."""
    return CommonPart(*json.loads(words))


class HeldPart:
    """What pickles as the part that this process holds, and is held where it is unpickled: as a pool's initargs are."""

    def __init__(self, file: str) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        """The part itself travels."""
        return _hold, (self.file, _held[self.file])


def carried() -> HeldPart | None:
    """What is to travel with each new process so that it has the part; None where this one holds none."""
    return next(map(HeldPart, _held), None)


def _hold(file: str, value: Any) -> HeldPart:
    _held[file] = value
    return HeldPart(file)


def with_part(function: Callable[[Any], Any], part: CommonPart, file: str) -> Callable[[Any], Any]:
    """The function of an item without the part; a coroutine function stays one. file: by which the part is held."""
    return (CoroutineWithPart if is_coroutine_function(function) else WithPart)(function, part, file)


def taken_out(items: Sequence[Any], part: CommonPart, file: str) -> list[Any]:
    """The items without the part, which this process holds from now on, but for an array that is to be mapped."""
    if not file.endswith(ARRAY):
        _hold(file, part.of(items[0]))
    return [part.without(item) for item in items]


def load(file: str) -> Any:
    """The part: as this process holds it, else loaded from its file, once."""
    if file not in _held:
        _held[file] = _opened(file)
    return _held[file]


def forget(file: str) -> None:
    """Hold it no more."""
    _held.pop(file, None)


def write(value: Any, file: Path) -> None:
    """Put the part into its file. Raises whatever its own pickling raises."""
    with file.open("wb") as opened:
        if file.suffix == ARRAY:
            importlib.import_module("numpy").save(opened, value)
        else:
            ForkingPickler(opened, pickle.HIGHEST_PROTOCOL).dump(value)


def _opened(file: str) -> Any:
    if file.endswith(ARRAY):
        return importlib.import_module("numpy").load(file, mmap_mode="r")
    with Path(file).open("rb") as opened:
        return pickle.load(opened)


def can_be_mapped(value: Any) -> bool:
    """Whether it is exactly a numpy array, of plain numbers."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and type(value) is numpy.ndarray and not value.dtype.hasobject and value.nbytes > 0


def part_in(
    name: str, target: str, function: Callable[..., Any], way: str, items: Sequence[Any], keywords: Mapping[str, Any]
) -> CommonPart:
    """The part by its name in these items, which is one for all.

    target: what the user calls the function. way, keywords: how items reach it (lightwork.workload.arguments).
    Raises UsageError where the function has no such parameter, items don't hold it, or it is not the same in all.
    """
    parameters = _parameters(function)
    _refuse_name(name, target, parameters, way, keywords)
    if way == WHOLE:
        is_several = all(isinstance(item, tuple | list | dict) for item in items)
        advice = "spread them by --starmap" if is_several else "make items tuples or dicts of all its arguments"
        raise UsageError(f"--shared {name}: {target} gets each item whole, as one argument: {advice}")
    if way == TUPLE and name not in _positional(parameters):
        raise UsageError(f"--shared {name}: {target} takes {name} by keyword only: make items dicts of its arguments")
    place = _positional(parameters).index(name) if way == TUPLE else None
    part = CommonPart(name, place, way == TUPLE and all(len(item) == PAIR for item in items))
    refuse_unfit(part, items)
    return part


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    """By name; none of some functions that are written in C."""
    try:
        return inspect.signature(function).parameters
    except (ValueError, TypeError):
        return {}


def _positional(parameters: Mapping[str, inspect.Parameter]) -> list[str]:
    return [each.name for each in parameters.values() if each.kind in _POSITIONAL]


def _refuse_name(
    name: str, target: str, parameters: Mapping[str, inspect.Parameter], way: str, keywords: Mapping[str, Any]
) -> None:
    """Raise UsageError for what is no parameter of the function, or is given to it already."""
    named = [each.name for each in parameters.values() if each.kind in (*_POSITIONAL, each.KEYWORD_ONLY)]
    takes_any = way == KEYWORDS and any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    if name not in named and not takes_any:
        raise UsageError(f"--shared {name}: {target} has no such argument: it has {', '.join(named) or 'none'}")
    if name in keywords:
        raise UsageError(f"--shared {name}: --arguments gives {name} already: put it into the items, or omit --shared")


def refuse_unfit(part: CommonPart, items: Sequence[Any]) -> None:
    """Raise UsageError, naming the first item that lacks the part or holds another one: equal ones may be several."""
    for number, item in enumerate(items, 1):
        if not (part.name in item if part.place is None else part.place < len(item)):
            raise UsageError(
                f"--shared {part.name}: item {number:,} of {len(items):,} has no {part.name}: put it into all items"
            )
        if part.is_of_pair and len(item) != PAIR:
            raise UsageError(
                f"--shared {part.name}: item {number:,} of {len(items):,} has {len(item)} values, where those "
                f"of the plan had {PAIR}: plan again"
            )
    first = part.of(items[0])
    digest, alike = b"", {id(first)}
    for number, item in enumerate(items, 1):
        value = part.of(item)
        if id(value) in alike:
            continue
        digest = digest or _digest(first)
        if type(value) is not type(first) or (_digest(value) != digest and not _is_equal(value, first)):
            raise UsageError(
                f"--shared {part.name}: item {number:,} of {len(items):,} has another {part.name} "
                f"({item_text.short(value)}) than item 1: share what all items have in common"
            )
        alike.add(id(value))


def _digest(value: Any) -> bytes:
    """Of its pickle; of what has none, one that only its own object has."""
    import hashlib  # no worker needs it

    try:
        return hashlib.blake2b(ForkingPickler.dumps(value), digest_size=16).digest()
    except Exception:  # noqa: BLE001  an object's own pickling may raise anything
        return str(id(value)).encode()


def _is_equal(value: Any, other: Any) -> bool:
    """Whether it says so itself: two equal dicts may pickle differently."""
    try:
        return (value == other) is True
    except Exception:  # noqa: BLE001  so may its comparison
        return False


def held_in_all(function: Callable[..., Any], way: str, items: Sequence[Any]) -> Iterator[CommonPart]:
    """Each argument of which all items hold the same object."""
    if way == KEYWORDS:
        parts = [CommonPart(name, None) for name in items[0] if all(name in item for item in items)]
    else:
        shortest = min(map(len, items)) if way == TUPLE else 0
        parts = [CommonPart(name, place) for place, name in enumerate(_positional(_parameters(function))[:shortest])]
    for part in parts:
        first = part.of(items[0])
        if all(part.of(item) is first for item in items):
            yield part
