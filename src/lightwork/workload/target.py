"""A target: a function of the user's own, `load.py:load_file` or `package.module:function`, as a workload.

    load.py:load_file + a file that lists the items  ->  Workload

Nothing is asked of the function but that it takes one item. It is imported under its own module's name, from its own
folder, as a script beside it would import it, so that workers of every start method find it too. Standard library
only: the host imports this module.
"""

import inspect
import json
import os
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from lightwork.errors import CheckFailed, UsageError, WorkError
from lightwork.workload import (
    arguments,
    footprint,
    guarded,
    initializer,
    item_text,
    making,
    memory_looks,
    random_state,
    shared_part,
    trial,
)
from lightwork.workload.api import Facts, Place, Workload
from lightwork.workload.coroutine import is_coroutine_function, plain
from lightwork.workload.trial import CoroutineTrial, ItemFailure, ItemLeft, Trial
from lightwork.workload.user_function import maker_of, resolve

CALL, LIST = "call:", "list:"


@dataclass(frozen=True)
class Parameters:
    """Where a target's items come from, and what stands around its rounds.

    source: `list:FILE`, a JSON list of items, or `call:REFERENCE`, a function that returns them. sample: a JSON list of
    the places of those to run, in a file; "" for all. setup, cleanup and check: references of functions, "" for none.
    initializer, initargs: what each worker calls before its first item, "" for nothing, with a JSON list of arguments.
    way, arguments: how an item is passed to the function (lightwork.workload.arguments), "" for as it is, and the JSON
    object of keyword arguments. converter: what a list's items are converted to, "" for text.
    scratch: whether each round runs in a copy of the working folder. cold: whether the items' files are put out of the
    page cache before each round. trial_s: how long items are run one after the other, one that raises being noted in
    place of ending the round (lightwork.workload.trial); inf for all, 0 for a round that is no trial. bundle: how many
    neighbouring items are run as one. watched: whether it is seen what items leave behind
    (lightwork.workload.footprint). item_timeout_s, retries: after so long an item is given up, 0 for never, and how
    often one that raised is tried again. turns, apart_s: the clock's file by which items start, and how far apart they
    do at least (lightwork.workload.turns); "" for as soon as they can. drops_results: whether no result is kept, and
    none checked. tolerates: how many items of a round may raise, as a script that collects errors goes on after them;
    0 for a round that the first one ends.
    """

    source: str = ""
    sample: str = ""
    setup: str = ""
    cleanup: str = ""
    check: str = ""
    initializer: str = ""
    initargs: str = ""
    way: str = ""
    arguments: str = ""
    converter: str = ""
    shared: str = ""
    shared_file: str = ""
    cold: bool = False
    scratch: bool = False
    trial_s: float = 0.0
    bundle: int = 1
    watched: bool = False
    item_timeout_s: float = 0.0
    retries: int = 0
    turns: str = ""
    apart_s: float = 0.0
    drops_results: bool = False
    tolerates: int = 0


class Bundled:
    """The function on several items, one after the other, where one alone is too short to be timed or handed over."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        """The results, in the items' order."""
        return [self.function(item) for item in items]


class CoroutineBundled(Bundled):
    """The same of a coroutine function, as one."""

    async def __call__(self, items: Sequence[Any]) -> list[Any]:  # type: ignore[override]
        """The results, in the items' order."""
        return [await self.function(item) for item in items]


def workload_of(reference: str) -> Workload:
    """The target as a workload. Raises UsageError where there is no such function, in words that say which part."""
    function = resolve(reference)
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise UsageError(f"{reference} is a generator function: name a function that returns an item's result")
    sent = _sent(function)
    return Workload(
        name=reference,
        function=plain(function),
        coroutine=function if is_coroutine_function(function) else None,
        unsendable=sent.trouble,
        function_bytes=sent.size_bytes,
        function_pickling_ns=sent.took_ns,
        parameters=Parameters,
        items=items_of,
        tiny=Parameters(),
        setup=_setup,
        check=_check,
        cleanup=_cleanup,
        name_of=name_of,
        weight_of=weight_of,
        function_for=_function_for,
    )


def _sent(function: Any) -> trial.Pickled:
    """Why a worker neither finds the function by its name nor can be sent it, "" where it can; what it is sent."""
    made_in, _, name = getattr(function, "__qualname__", "").rpartition(".<locals>.")
    if name == "<lambda>":
        return trial.Pickled(0, 0, "it is a lambda")
    if made_in:
        return trial.Pickled(0, 0, f"{made_in}() made it; if that is a decorator, let it use functools.wraps")
    return trial.pickled(function)


def items_of(parameters: Parameters, place: Place | None = None) -> list[Any]:
    """All items of the source, or those of the sample. Raises UsageError where they can't be had."""
    if parameters.source.startswith(CALL):
        reference = parameters.source.removeprefix(CALL)
        everything = making.made(reference, maker_of(reference))
    else:
        everything = json.loads(Path(parameters.source.removeprefix(LIST)).read_text(encoding="utf-8"))
        if parameters.converter:
            everything = [arguments.CONVERTERS[parameters.converter](item) for item in everything]
    if parameters.shared:
        everything = shared_part.taken_out(everything, shared_part.part_of(parameters.shared), parameters.shared_file)
    if parameters.bundle > 1:
        everything = bundled(everything, parameters.bundle)
    if not parameters.sample:
        return everything
    places = json.loads(Path(parameters.sample).read_text(encoding="utf-8"))
    if places and max(places) >= len(everything):
        maker = parameters.source.removeprefix(CALL)
        raise UsageError(
            f"{maker} returned {len(everything)} items, fewer than before: it must always return the same items"
        )
    return [everything[index] for index in places]


def bundled(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Neighbouring items together, so many each; the last bundle may be smaller."""
    return [items[first : first + size] for first in range(0, len(items), size)]


def name_of(item: Any) -> str:
    """A file by its own name, anything else by its text; of a long one its type and its first characters."""
    return Path(item).name if is_file(item) else item_text.short(item)


def weight_of(item: Any) -> float:
    """A file by its size in bytes; all else is equally heavy, as far as one can tell."""
    return float(os.path.getsize(item)) if is_file(item) else 1.0  # noqa: PTH202  a million of them may come here


def is_file(item: Any) -> bool:
    """Whether the item is the path of a file that is there."""
    return isinstance(item, str | os.PathLike) and os.path.isfile(item)  # noqa: PTH113  any name may come here


def _function_for(function: Callable[[Any], Any], parameters: Parameters) -> Callable[[Any], Any]:
    is_coroutine, users = is_coroutine_function(function), function
    function = guarded.guarded(function, parameters.item_timeout_s, parameters.retries, _pace(parameters))
    function = arguments.with_arguments(function, parameters.way, arguments.keywords_of(parameters.arguments))
    if parameters.shared:
        function = shared_part.with_part(function, shared_part.part_of(parameters.shared), parameters.shared_file)
    if parameters.bundle > 1:
        function = (CoroutineBundled if is_coroutine else Bundled)(function)
    if parameters.drops_results:
        function = memory_looks.WithoutResult(function)
    if parameters.watched and not is_coroutine:
        function = footprint.watched(function, users, parameters.turns)
    if parameters.trial_s:
        function = function if is_coroutine else random_state.watched(function, users)
        function = (CoroutineTrial if is_coroutine else Trial)(function, parameters.trial_s)
    elif parameters.tolerates:
        function = (CoroutineTrial if is_coroutine else Trial)(function)
    if calls := tuple(_first_calls(parameters)):
        return initializer.initialized(function, calls[0] if len(calls) == 1 else partial(_in_turn, calls))
    return function


def _first_calls(parameters: Parameters) -> Iterator[Callable[[], Any]]:
    """What a worker does before its first item: load what all items have in common, call the user's initializer."""
    if parameters.shared:
        yield partial(shared_part.load, parameters.shared_file)
    if parameters.initializer:
        values = tuple(initializer.arguments_of(parameters.initargs))
        yield partial(_call, "initializer", parameters.initializer, values)


def _in_turn(calls: Sequence[Callable[[], Any]]) -> None:
    for call in calls:
        call()


def _pace(parameters: Parameters) -> guarded.Pace | None:
    """What makes a function one that is called by turns; None where items start as soon as they can."""
    if not parameters.turns:
        return None
    from lightwork.workload import turns  # only those pay for it that need it

    return partial(turns.paced, path=parameters.turns, apart_s=parameters.apart_s)


def initializer_of(reference: str, words: str) -> Callable[[], Any]:
    """The call that an initializer and its arguments, a JSON list, make. Raises UsageError where they make none."""
    return initializer.checked(reference, resolve(reference), initializer.arguments_of(words))


def _setup(parameters: Parameters, place: Place) -> Facts:
    _call("setup", parameters.setup)
    facts = _chill(parameters) if parameters.cold else {}
    if parameters.turns:
        from lightwork.workload import turns  # only those pay for it that need it

        turns.wait(parameters.turns, parameters.apart_s)
    return facts


def _chill(parameters: Parameters) -> Facts:
    """Put the items' files out of the page cache; what the kernel then has in memory."""
    from lightwork.machine import page_cache  # ctypes: no other round needs it

    paths = [Path(item) for item in items_of(parameters) if is_file(item)]
    for path in paths:
        with suppress(OSError):  # whether it is out, only the kernel tells
            page_cache.evict([path])
    return page_cache.facts("cold", page_cache.resident_fraction(paths))


def _cleanup(parameters: Parameters, place: Place) -> None:
    _call("cleanup", parameters.cleanup)


def _check(parameters: Parameters, place: Place, results: Sequence[Any]) -> Facts:
    """Call the user's check with all results, unless items of a trial failed: then that is told first.

    Raises CheckFailed when it returns False or raises.
    """
    is_whole = not parameters.drops_results
    if parameters.check and is_whole and not any(isinstance(result, ItemFailure | ItemLeft) for result in results):
        _ask(parameters.check, list(chain.from_iterable(results)) if parameters.bundle > 1 else list(results))
    if not parameters.trial_s:
        _refuse_failures(results, parameters.tolerates)
        return {}
    watched = {**random_state.facts(), **footprint.facts(), **memory_looks.facts()}
    return {**trial.facts_of(results), **initializer.facts(), **watched}


def _refuse_failures(results: Sequence[Any], tolerates: int) -> None:
    """Raise CheckFailed where more items raised than may: a service that refuses most of them answers fast."""
    failures = [result for result in results if isinstance(result, ItemFailure)]
    if len(failures) > tolerates:
        raise CheckFailed(f"{len(failures)} of {len(results)} items raised, as {failures[0].reason}")


def _ask(check: str, results: list[Any]) -> None:
    function = resolve(check)
    try:
        verdict = plain(function)(results)
    except AssertionError as error:
        raise CheckFailed(f"{check}: {error or 'the assertion did not hold'}") from None
    except Exception as error:  # noqa: BLE001  a check may raise anything
        raise CheckFailed(_raised(check, function, error)) from None
    if verdict is False:
        raise CheckFailed(f"{check} returned False")


def _call(option: str, reference: str, values: Sequence[Any] = ()) -> None:
    """Call the user's function for this option, if there is one. Raises WorkError where that raises."""
    if reference:
        function = resolve(reference)
        try:
            plain(function)(*values)
        except Exception as error:  # noqa: BLE001  a setup may raise anything
            raise WorkError(f"--{option} {_raised(reference, function, error)}: fix it, then try again") from None


def _raised(reference: str, function: Callable[..., Any], error: Exception) -> str:
    """As "load.py:reset raised KeyError: 'x' (load.py, line 7)", with the last line that the user wrote."""
    frames = traceback.extract_tb(error.__traceback__)[1:]
    file = getattr(inspect.unwrap(function), "__code__", None)
    theirs = [frame for frame in frames if file and frame.filename == file.co_filename] or frames
    place = f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""
    return " ".join(f"{reference} raised {type(error).__name__}: {error}{place}".split())
