"""What all items have in common, taken out of them and put back in the workers."""

import pickle
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.errors import UsageError
from lightwork.workload import shared_part
from lightwork.workload.arguments import KEYWORDS, TUPLE, WHOLE
from lightwork.workload.shared_part import CommonPart, part_in

values = st.one_of(st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=3))


def score(row, matrix, limit=3):
    """A user's function."""
    return row, matrix, limit


def by_keyword(row, *, matrix):
    """One that takes the shared part by keyword only."""


def of_any(**keywords):
    """One that takes whatever there is."""


def part_of(items, way=TUPLE, name="matrix", function=score, keywords=None):
    """The part of this name in the items."""
    return part_in(name, "jobs.py:score", function, way, items, keywords or {})


@given(rest=st.lists(values, max_size=4), value=values, place=st.integers(0, 4))
def test_taking_out_and_putting_back_leaves_tuples_as_they_are(rest, value, place):
    """Wherever it is, whether one other value is left, many, or none."""
    place = min(place, len(rest))
    item = (*rest[:place], value, *rest[place:])
    for part in [CommonPart("matrix", place), *([CommonPart("matrix", place, True)] if len(item) == 2 else [])]:
        assert part.of(item) == value
        assert part.put_back(part.without(item), part.of(item)) == item


@given(rest=st.dictionaries(st.text(max_size=3), values, max_size=4), value=values)
def test_taking_out_and_putting_back_leaves_dicts_as_they_are(rest, value):
    """By its key."""
    item, part = {**rest, "matrix": value}, CommonPart("matrix", None)
    assert part.put_back(part.without(item), part.of(item)) == item
    assert "matrix" not in part.without(item)


def test_a_part_is_where_the_function_has_its_parameter():
    """A place in tuples, a key in dicts; of pairs the other value is left alone, as it has a name and a size."""
    matrix = [1]
    assert part_of([(1, matrix), (2, matrix)]) == CommonPart("matrix", 1, True)
    assert part_of([(1, matrix, 4), (2, matrix)]) == CommonPart("matrix", 1, False)
    assert part_of([{"row": 1, "matrix": matrix}], KEYWORDS) == CommonPart("matrix", None)
    assert part_of([{"row": 1, "other": matrix}], KEYWORDS, "other", of_any) == CommonPart("other", None)
    assert CommonPart("matrix", 1, True).without((7, matrix)) == 7
    assert shared_part.part_of(CommonPart("matrix", 1, True).words) == CommonPart("matrix", 1, True)


def test_equal_parts_are_one():
    """Several objects with the same content, whatever their kind."""
    part_of([(number, np.arange(5)) for number in range(3)])
    part_of([(number, {"a": "x" * 3, "b": str(b"xxx", "ascii")}) for number in range(3)])


@pytest.mark.parametrize(
    ("items", "more", "message"),
    [
        ([(1, 2)], {"name": "matrx"}, "--shared matrx: jobs.py:score has no such argument: it has row, matrix, limit"),
        ([(1, 2)], {"name": "keywords", "function": of_any}, "has no such argument: it has none"),
        ([(1, 2)], {"keywords": {"matrix": 2}}, "--arguments gives matrix already"),
        ([(1, 2)], {"way": WHOLE}, "gets each item whole, as one argument: spread them by --starmap"),
        ([1, 2], {"way": WHOLE}, "gets each item whole, as one argument: make items tuples or dicts"),
        ([(1, 2)], {"function": by_keyword}, "takes matrix by keyword only: make items dicts"),
        ([(1, 2), (3,)], {}, "item 2 of 2 has no matrix"),
        ([{"matrix": 2}, {"row": 1}], {"way": KEYWORDS}, "item 2 of 2 has no matrix"),
        ([(1, [2]), (1, [2]), (1, [3])], {}, "item 3 of 3 has another matrix ([3]) than item 1"),
        ([(1, 1), (1, True)], {}, "item 2 of 2 has another matrix (True) than item 1"),
    ],
)
def test_what_is_no_part_of_all_items_is_refused_in_a_line(items, more, message):
    """With the first item that is to blame."""
    with pytest.raises(UsageError) as refusal:
        part_of(items, **more)
    assert message in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_parts_that_have_no_pickle_are_compared_by_identity():
    """A lock is itself, and no other lock."""
    lock = threading.Lock()
    part_of([(1, lock), (2, lock)])
    with pytest.raises(UsageError, match="item 2 of 2 has another matrix"):
        part_of([(1, lock), (2, threading.Lock())])


def test_a_worker_that_has_inherited_nothing_loads_the_file_once(tmp_path):
    """The function travels without the part; what was loaded stays."""
    file = tmp_path / "shared.pickle"
    shared_part.write({"a": 1}, file)
    function = pickle.loads(pickle.dumps(shared_part.with_part(score_of, CommonPart("matrix", 1, True), str(file))))
    assert function(5) == (5, {"a": 1})
    file.unlink()
    assert function(6) == (6, {"a": 1})
    shared_part.forget(str(file))


def score_of(item):
    """A user's function of a whole item."""
    return item


def test_the_process_that_takes_it_out_needs_no_file(tmp_path):
    """Its own object is found, by it and by whoever is forked from it."""
    matrix, file = [1, 2], str(tmp_path / "none.pickle")
    assert shared_part.taken_out([(1, matrix), (2, matrix)], CommonPart("matrix", 1, True), file) == [1, 2]
    assert shared_part.load(file) is matrix
    shared_part.forget(file)


def test_it_travels_with_each_process_as_initargs_do():
    """What is held pickles as the part, and whoever unpickles that holds it too; without any, nothing travels."""
    assert shared_part.carried() is None
    shared_part.taken_out([(1, "matrix")], CommonPart("matrix", 1, True), "held")
    sent = pickle.dumps(shared_part.carried())
    shared_part.forget("held")
    assert b"matrix" in sent
    pickle.loads(sent)
    assert shared_part.load("held") == "matrix"
    shared_part.forget("held")


def test_an_array_is_mapped_and_not_held_beside(tmp_path):
    """Where the file is one to be mapped, the caller's own copy must not be inherited."""
    array, file = np.arange(12.0).reshape(3, 4), tmp_path / f"shared{shared_part.ARRAY}"
    assert shared_part.can_be_mapped(array)
    shared_part.write(array, file)
    shared_part.taken_out([(1, array)], CommonPart("matrix", 1, True), str(file))
    mapped = shared_part.load(str(file))
    shared_part.forget(str(file))
    assert isinstance(mapped, np.memmap)
    assert (mapped == array).all()


@pytest.mark.parametrize("value", [np.array([{}]), np.empty(0), np.ma.array([1]), [1.0], np.float64(1)])
def test_what_is_no_plain_array_is_not_mapped(value):
    """Objects, nothing at all, other kinds of arrays, lists, numbers."""
    assert not shared_part.can_be_mapped(value)


def test_arguments_that_are_one_object_in_all_items_are_seen():
    """Not those that are merely equal."""
    table, equal = [0] * 9, [(number, [number][:0], number) for number in range(3)]
    tuples = [(number, table, number) for number in range(1000, 1003)]
    assert [part.name for part in shared_part.held_in_all(score, TUPLE, tuples)] == ["matrix"]
    assert not list(shared_part.held_in_all(score, TUPLE, equal))
    dicts = [{"row": [number], "matrix": table} for number in range(3)]
    assert [part.name for part in shared_part.held_in_all(score, KEYWORDS, dicts)] == ["matrix"]
    assert not list(shared_part.held_in_all(score, WHOLE, [1, 1]))
