"""In which parameters two studies differ: values against values, and names that only one of them has."""

import json

from hypothesis import given
from hypothesis import strategies as st

from lightwork.analysis.same_work import in_few_words, other_parameters

NAN = float("nan")
values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=4)
parameters = st.dictionaries(st.text(max_size=3), values, max_size=4)


def test_what_both_name_is_told_apart_from_what_one_names():
    """Other values are one kind of difference, names that only one study has another; either has both in order."""
    found = other_parameters({"rows": 10, "files": 30, "kept": 1}, {"kept": 1, "files": 40, "size": 9})
    assert found.changed == ("files: 30 and 40",)
    assert found.one_sided == ("rows: 10 and unknown", "size: unknown and 9")
    assert found.either == ("rows: 10 and unknown", "files: 30 and 40", "size: unknown and 9")


def test_no_value_and_none_are_two_things():
    """A parameter that is None is named; one that is absent is not."""
    assert other_parameters({"a": None}, {}).one_sided == ("a: None and unknown",)
    assert other_parameters({"a": 1}, {"a": 1.0}).either == ()


@given(parameters)
def test_what_was_saved_and_read_again_is_the_same(found):
    """Any parameters equal themselves after a trip through JSON, not-a-number too."""
    assert other_parameters(found, json.loads(json.dumps(found))).either == ()
    assert other_parameters({"a": NAN}, {"a": [NAN]}).changed == ("a: nan and [nan]",)


def test_few_words_name_three_and_count_the_rest():
    """Three are named, the others counted; names and values are plain and short."""
    found = other_parameters(dict.fromkeys("abcd", 1), dict.fromkeys("abcd", 2)).changed
    assert in_few_words(found) == "a: 1 and 2, b: 1 and 2, c: 1 and 2, 1 more parameter"
    assert in_few_words(found[:3]) == "a: 1 and 2, b: 1 and 2, c: 1 and 2"
    assert in_few_words(()) == ""
    (told,) = other_parameters({"\x1b": "x" * 99}, {"\x1b": ""}).changed
    assert "\x1b" not in told
    assert len(told) < 40
