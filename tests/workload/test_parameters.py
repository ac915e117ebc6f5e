"""Parameters: words become values of the right kind, or the words that are allowed are named."""

import json
from dataclasses import dataclass
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightwork.errors import UsageError
from lightwork.workload import parameters, registry


@dataclass(frozen=True)
class Kinds:
    """One field of every kind that a workload may have."""

    name: str = "a"
    items: int = 3
    seconds: float = 0.5
    cold: bool = False
    method: Literal["row", "batch"] = "row"
    most: int | None = None


VALUES = st.builds(
    Kinds, st.text(), st.integers(0, 10**15), st.floats(0, 1e300), st.booleans(), st.sampled_from(("row", "batch")),
    st.none() | st.integers(0, 10**15),
)  # fmt: skip


@given(VALUES)
def test_values_survive_their_words(values):
    """What is written as words, as a user types them, is read back as the same values."""
    words = {name: str(value).lower() if value is None else str(value) for name, value in vars(values).items()}
    assert parameters.build("toy", Kinds, words) == values


@given(VALUES)
def test_values_survive_json(values):
    """What travels to the host as JSON is read back as the same values."""
    assert parameters.build("toy", Kinds, json.loads(json.dumps(parameters.as_dict(values)))) == values


def test_what_is_not_given_comes_from_the_defaults_or_the_base():
    """Fields without a word keep the default, or what the base has."""
    assert parameters.build("toy", Kinds, {"items": "7"}) == Kinds(items=7)
    base = Kinds(name="b", most=2)
    assert parameters.build("toy", Kinds, {"items": "7"}, base) == Kinds(name="b", items=7, most=2)


@pytest.mark.parametrize(("word", "value"), [("TRUE", True), ("yes", True), ("1", True), ("No", False), ("0", False)])
def test_flags_have_their_words(word, value):
    """Flags take true or false, yes or no, 1 or 0; "false" is not taken for a non-empty string."""
    assert parameters.build("toy", Kinds, {"cold": word}).cold is value


@pytest.mark.parametrize(
    ("name", "word", "told"),
    [
        ("items", "many", "toy.items can't be 'many': it must be one int"),
        ("items", "1.5", "toy.items can't be '1.5': it must be one int"),
        ("items", "-1", "toy.items can't be '-1': it must be finite and not negative"),
        ("seconds", "nan", "toy.seconds can't be 'nan'"),
        ("seconds", "inf", "toy.seconds can't be 'inf'"),
        ("seconds", "-0.1", "toy.seconds can't be '-0.1'"),
        ("cold", "maybe", "toy.cold can't be 'maybe': it must be true or false"),
        ("method", "bulk", "toy.method can't be 'bulk': choose from row, batch"),
        ("most", "few", "toy.most can't be 'few': it must be one int"),
        ("files", "1", "unknown parameter of workload toy 'files': choose from name, items, seconds, cold, method"),
    ],
)
def test_refuses_what_a_parameter_can_not_be(name, word, told):
    """A word that a parameter can't take is refused in a sentence with the parameter and what it takes."""
    with pytest.raises(UsageError) as refused:
        parameters.build("toy", Kinds, {name: word})
    assert str(refused.value).startswith(told)


@pytest.mark.parametrize("name", registry.names())
def test_every_built_in_workloads_defaults_survive_their_words(name):
    """Every parameter of every workload can be given as the words it is shown as."""
    kind = registry.find(name).parameters
    words = {key: "none" if value is None else str(value) for key, value in parameters.as_dict(kind()).items()}
    assert parameters.build(name, kind, words) == kind()
