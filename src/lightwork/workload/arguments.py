"""Arguments: how an item reaches a user's function.

    f(item)      as it is, the usual way         f(*item)    a tuple, where f wants several (`--starmap` to insist)
    f(**item)    a dict, by keywords             f(item, limit=3)    with `--arguments '{"limit": 3}'`

Which of them it is, is read from the function's signature and the items, before anything runs. Text from a command line
is converted where the signature says int, float or Path. Standard library only: the host imports this module.
"""

import inspect
import json
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from lightwork.errors import UsageError
from lightwork.workload.coroutine import is_coroutine_function

WHOLE, TUPLE, KEYWORDS = "", "*", "**"  # how an item is passed
CONVERTERS: Mapping[str, Callable[[str], Any]] = {"int": int, "float": float, "Path": Path}
Shape = tuple[str, Any]  # of an item: the way that it can be passed, and its length or names


@dataclass(frozen=True)
class Passing:
    """How a plan's items reach the function, so that its script does the same.

    way, keywords, converter: see above. is_frame: whether they are a data frame's rows. is_list: whether `--items`
    names a list rather than a function.
    """

    way: str = WHOLE
    keywords: Mapping[str, Any] = field(default_factory=dict)
    converter: str = ""
    is_frame: bool = False
    is_list: bool = False

    @property
    def call(self) -> str:
        """The arguments of the function's call for an item, as Python: `*item, limit=3`."""
        return ", ".join([f"{self.way}item", *(f"{name}={value!r}" for name, value in self.keywords.items())])


AS_IT_IS = Passing()


def keywords_of(words: str) -> dict[str, Any]:
    """The keyword arguments that a JSON object holds; {} for "". Raises UsageError for anything else."""
    try:
        keywords = json.loads(words or "{}", parse_constant=_refused)
    except ValueError:
        keywords = None
    if not isinstance(keywords, dict) or not all(map(str.isidentifier, keywords)):
        raise UsageError(
            f"arguments can't be {words!r}: give a JSON object of keyword arguments, such as '{{\"limit\": 3}}'"
        )
    return keywords


def _refused(constant: str) -> Any:
    raise ValueError(constant)


def with_arguments(function: Callable[..., Any], way: str, keywords: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The function as one of an item."""
    if way == WHOLE:
        return partial(function, **keywords) if keywords else function
    return partial(_spread_awaited if is_coroutine_function(function) else _spread, function, way, keywords)


def _spread(function: Callable[..., Any], way: str, keywords: Mapping[str, Any], item: Any) -> Any:
    return function(*item, **keywords) if way == TUPLE else function(**item, **keywords)


async def _spread_awaited(function: Callable[..., Any], way: str, keywords: Mapping[str, Any], item: Any) -> Any:
    return await (function(*item, **keywords) if way == TUPLE else function(**item, **keywords))


def way_of(
    name: str, function: Callable[..., Any], items: Sequence[Any], keywords: Mapping[str, Any], *, starmap: bool = False
) -> str:
    """How these items are passed to the function. Raises UsageError where its signature takes them in no way.

    name: what the user calls it. starmap: whether they are to be spread, even where it would take them as they are.
    """
    signature = _signature(function)
    if signature is None:
        return TUPLE if starmap else WHOLE
    _refuse_keywords(name, signature, keywords)
    shapes: dict[Shape, int] = {}
    for place, item in enumerate(items):
        shapes.setdefault(_shape(item), place)
    ways = (TUPLE, KEYWORDS) if starmap else (WHOLE, TUPLE, KEYWORDS)
    wrong: dict[str, int] = {way: next(_not_taken(signature, way, shapes, keywords), -1) for way in ways}
    taken = next((way for way, place in wrong.items() if place < 0), None)
    if taken is not None:
        return taken
    outer = _signature(function, follow_wrapped=False)  # a decorator may add what the function wants
    if not starmap and outer and _binds(outer, WHOLE, (WHOLE, None), keywords):
        return WHOLE
    place = max(wrong.values())
    raise UsageError(_misfit(name, signature, place, len(items), items[place], keywords, starmap=starmap))


def _signature(function: Callable[..., Any], *, follow_wrapped: bool = True) -> inspect.Signature | None:
    """None where Python knows none, as of some functions that are written in C."""
    try:
        return inspect.signature(function, follow_wrapped=follow_wrapped)
    except (ValueError, TypeError):
        return None


def _shape(item: Any) -> Shape:
    if isinstance(item, tuple | list):
        return TUPLE, len(item)
    if isinstance(item, dict) and all(isinstance(key, str) for key in item):
        return KEYWORDS, frozenset(item)
    return WHOLE, None


def _not_taken(
    signature: inspect.Signature, way: str, shapes: Mapping[Shape, int], keywords: Mapping[str, Any]
) -> Iterator[int]:
    """The places of items that can't be passed this way, one for each shape."""
    return (place for shape, place in shapes.items() if not _binds(signature, way, shape, keywords))


def _binds(signature: inspect.Signature, way: str, shape: Shape, keywords: Mapping[str, Any]) -> bool:
    if way not in (WHOLE, shape[0]):
        return False
    positional = [None] * (shape[1] if way == TUPLE else int(way == WHOLE))
    by_name = dict.fromkeys(shape[1]) if way == KEYWORDS else {}
    try:
        signature.bind(*positional, **by_name, **keywords)
    except TypeError:
        return False
    return True


def _refuse_keywords(name: str, signature: inspect.Signature, keywords: Mapping[str, Any]) -> None:
    """Raise UsageError for a keyword argument that the function does not have."""
    parameters = signature.parameters.values()
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        for keyword in keywords:
            if keyword not in signature.parameters:
                raise UsageError(
                    f"{name} has no argument {keyword!r}: it has {', '.join(signature.parameters) or 'none'}"
                )


def _needed(parameters: Iterable[inspect.Parameter], keywords: Mapping[str, Any], *, by_name: bool) -> list[str]:
    """The arguments without a default that are still to be given, by name only or else by position."""
    return [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty and parameter.name not in keywords
        and (parameter.kind is parameter.KEYWORD_ONLY if by_name else parameter.kind in _POSITIONAL)
    ]  # fmt: skip


_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _misfit(
    name: str, signature: inspect.Signature, place: int, count: int, item: Any, keywords: Mapping[str, Any],
    *, starmap: bool,
) -> str:  # fmt: skip
    """Why an item can't be passed, and what to write."""
    parameters = signature.parameters.values()
    missing = _needed(parameters, keywords, by_name=True)
    if missing and not isinstance(item, dict):
        return f"{name} needs the argument {missing[0]}: give it by --arguments '{{\"{missing[0]}\": ...}}'"
    wanted = _needed(parameters, keywords, by_name=False)
    takes = f"{_counted(len(wanted))} ({', '.join(wanted)})" if wanted else "no argument"
    size = f" with {len(item)} values" if isinstance(item, tuple | list | dict) else ""
    by = " by --starmap" if starmap else ""
    advice = (
        f"make each item a tuple of {len(wanted)}, or name a function of one argument"
        if len(wanted) > 1
        else "name a function of one argument, the item"
    )
    short_name = name.rpartition(":")[2].rpartition(".")[2]
    return (
        f"{name} takes {takes}, but item {place + 1:,} of {count:,} is of type {type(item).__name__}{size}{by}: "
        f"{advice}, such as def {short_name}_item(item): return {short_name}(...)"
    )


def _counted(count: int) -> str:
    return f"{count} argument{'s' * (count != 1)}"


def converter_of(function: Callable[..., Any]) -> str:
    """What text is to be converted to, by the annotation of the first argument: a key of CONVERTERS, or ""."""
    annotation = _first_annotation(function)
    is_union = get_origin(annotation) in (Union, types.UnionType)
    names = {getattr(kind, "__name__", "") for kind in (get_args(annotation) if is_union else (annotation,))}
    names.discard("NoneType")
    (name,) = names if len(names) == 1 else ("",)
    return name if name in CONVERTERS else ""


def _first_annotation(function: Callable[..., Any]) -> Any:
    """None where there is none, or it names what is not there when the program runs."""
    try:
        parameters = inspect.signature(function, eval_str=True).parameters.values()
    except Exception:  # noqa: BLE001  an annotation may be any expression
        return None
    return next((parameter.annotation for parameter in parameters if parameter.kind in _POSITIONAL), None)


def converted(words: Sequence[Any], converter: str, name: str) -> list[Any]:
    """The words as what the function asks for. Raises UsageError, naming the first one that can't be converted."""
    convert = CONVERTERS[converter]
    made = []
    for place, word in enumerate(words):
        try:
            made.append(convert(word))
        except ValueError:
            raise UsageError(
                f"item {place + 1:,} of {len(words):,}, {word!r:.48}, is not the {converter} that {name} is annotated "
                "with: leave it out, or change the annotation"
            ) from None
    return made
