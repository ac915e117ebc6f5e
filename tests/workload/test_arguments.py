"""Arguments: how items reach a function, read from its signature; text converted where the signature says so."""

import functools
import pickle
from pathlib import Path

import pytest

from lightwork.errors import UsageError
from lightwork.workload.arguments import (
    KEYWORDS,
    TUPLE,
    WHOLE,
    Passing,
    converted,
    converter_of,
    keywords_of,
    way_of,
    with_arguments,
)
from lightwork.workload.coroutine import Awaited, is_coroutine_function


def one(item):
    """One argument."""
    return item


def two(left, right, *, gap=-1):
    """Two arguments and a keyword."""
    return left, right, gap


async def two_awaited(left, right):
    """A coroutine function of two arguments."""
    return left, right


def needy(item, *, limit):
    """A keyword without a default."""
    return item, limit


def optional(left, right=3):
    """One argument is enough."""
    return left, right


def any_number(*items):
    """However many."""
    return items


def injecting(function):
    """A decorator that adds the first argument."""

    @functools.wraps(function)
    def call(item):
        return function("connection", item)

    return call


@injecting
def injected(connection, item):
    """Two arguments, of which the decorator gives one."""
    return connection, item


@pytest.mark.parametrize(
    ("function", "items", "starmap", "way"),
    [
        (one, [(1, 2), (3, 4)], False, WHOLE),
        (two, [(1, 2), [3, 4]], False, TUPLE),
        (two, [(1, 2)], True, TUPLE),
        (two, [{"left": 1, "right": 2}, {"right": 2, "left": 1, "gap": 3}], False, KEYWORDS),
        (optional, [(1, 2), (1,)], False, WHOLE),
        (optional, [(1, 2), (1,)], True, TUPLE),
        (any_number, [(1, 2), (1, 2, 3)], False, WHOLE),
        (any_number, [(1, 2), (1, 2, 3)], True, TUPLE),
        (injected, [1, 2], False, WHOLE),
        (Awaited(two_awaited), [(1, 2)], True, TUPLE),
        (len, ["a", "b"], False, WHOLE),
    ],
)
def test_the_signature_says_how_an_item_is_passed(function, items, starmap, way):
    """A tuple or a dict is spread where the function can't take it whole, or where that is asked for."""
    assert way_of("f", function, items, {}, starmap=starmap) == way


@pytest.mark.parametrize(
    ("function", "items", "keywords", "saying"),
    [
        (two, [(1, 2), (1, 2, 3)], {}, "f takes 2 arguments (left, right), but item 2 of 2 is of type tuple with 3"),
        (two, ["AC", "GT"], {}, "item 1 of 2 is of type str: make each item a tuple of 2, or name a function of one"),
        (two, [(1, 2), {"left": 1, "right": 2}], {}, "but item 2 of 2 is of type dict with 2 values"),
        (needy, [1, 2], {}, "needs the argument limit: give it by --arguments '{\"limit\": ...}'"),
        (two, [(1, 2)], {"gape": 3}, "f has no argument 'gape': it has left, right, gap"),
        (print, [1], {"gape": 3}, "f has no argument 'gape'"),
        (lambda: 1, [1, 2], {}, "f takes no argument, but item 1 of 2 is of type int"),
    ],
)  # fmt: skip
def test_items_that_fit_in_no_way_are_refused_in_one_line(function, items, keywords, saying):
    """The line says what the function takes, what the first such item is, and what to write."""
    with pytest.raises(UsageError) as refused:
        way_of("f", function, items, keywords)
    assert saying in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_function_is_called_in_the_way_that_was_found():
    """Whole, spread or by keywords, with those of the command line; a coroutine function stays one; all can be sent."""
    assert with_arguments(one, WHOLE, {}) is one
    calls = [
        (with_arguments(needy, WHOLE, {"limit": 3}), 1, (1, 3)),
        (with_arguments(two, TUPLE, {"gap": 7}), (1, 2), (1, 2, 7)),
        (with_arguments(two, KEYWORDS, {"gap": 7}), {"left": 1, "right": 2}, (1, 2, 7)),
        (with_arguments(Awaited(two_awaited), TUPLE, {}), (1, 2), (1, 2)),
    ]
    for function, item, result in calls:
        assert pickle.loads(pickle.dumps(function))(item) == result
    awaited = with_arguments(two_awaited, TUPLE, {})
    assert is_coroutine_function(awaited)
    assert Awaited(awaited)((1, 2)) == (1, 2)


@pytest.mark.parametrize("words", ["limit=3", "[3]", "{", '{"a b": 1}', '{"limit": NaN}', '"text"'])
def test_keyword_arguments_are_a_json_object(words):
    """Anything else is refused with an example."""
    assert keywords_of('{"limit": 3, "names": ["a"]}') == {"limit": 3, "names": ["a"]}
    assert keywords_of("") == {}
    with pytest.raises(UsageError, match="give a JSON object of keyword arguments"):
        keywords_of(words)


def typed(annotation):
    """A function whose first argument has this annotation."""

    def function(item, other: int = 0):
        return item

    function.__annotations__["item"] = annotation
    return function


@pytest.mark.parametrize(
    ("annotation", "converter"),
    [
        (int, "int"), ("int", "int"), (float | None, "float"), (Path, "Path"), ("Path", "Path"), (str, ""),
        (str | Path, ""), (int | float, ""), (dict, ""), ("no_such_name", ""),
    ],
)  # fmt: skip
def test_an_annotation_says_what_text_becomes(annotation, converter):
    """int, float or Path, alone or optional, also as text; nothing else is guessed."""
    assert converter_of(typed(annotation)) == converter
    assert converter_of(one) == ""


def test_text_that_can_not_be_converted_is_named():
    """The first such item, by its place."""
    assert converted(["1", "2"], "int", "f") == [1, 2]
    with pytest.raises(UsageError, match=r"item 2 of 3, 'two', is not the int that f is annotated with"):
        converted(["1", "two", "3"], "int", "f")


def test_the_call_is_written_as_in_python():
    """The arguments stand as a user would write them."""
    assert Passing().call == "item"
    assert Passing(TUPLE, {"gap": -2, "name": "a"}).call == "*item, gap=-2, name='a'"
