"""Saved validations: what is written is read again, and nothing else is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validations import MAP, held, planned, trial, validation

from lightwork.errors import UsageError
from lightwork.validate.comparison import Held, Tried
from lightwork.validate.saved import encode, load, predicted_again, text_of

SECONDS = st.floats(1e-4, 1e3).map(lambda value: float(f"{value:.7g}"))


@given(st.lists(SECONDS, min_size=1, max_size=4), SECONDS)
def test_what_is_written_is_read_again(tmp_path_factory, walls, spent_s):
    """A validation survives its file, to seven figures."""
    cell = Tried(MAP, 4, tuple(trial(block, wall_s, 1.0, None) for block, wall_s in enumerate(walls)), ("hung",))
    failed = Held("b", "b", 0, (), (), (), 0.0, finished=True, trouble="it broke")
    made = validation(held(cells=(cell,), choice=planned(None), spent_s=spent_s), failed)
    path = tmp_path_factory.mktemp("saved") / "v.json"
    path.write_text(text_of(made))
    found = load(path)
    assert encode(found) == encode(made)
    assert [one.wall_s for one in found.studies[0].cells[0].trials] == walls
    assert (found.studies[1].trouble, found.studies[0].choice.setting) == ("it broke", None)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 1}, {"kind": "something else"}, {"studies": [{}]}, {"studies": None}, {"seed": None},
    ],
)  # fmt: skip
def test_something_else_is_refused_in_one_line(change, tmp_path):
    """A file of another shape is a usage error that names it and says what was expected."""
    path = tmp_path / "v.json"
    path.write_text(json.dumps({**encode(validation(held())), **change}))
    with pytest.raises(UsageError, match=r"v\.json is not a saved validation file \(") as refused:
        load(path)
    assert "\n" not in str(refused.value)


def test_a_round_that_took_no_time_is_refused(tmp_path):
    """Times that can't be are not taken for figures."""
    data = encode(validation(held()))
    data["studies"][0]["cells"][0]["trials"][0]["wall_s"] = 0
    (tmp_path / "v.json").write_text(json.dumps(data))
    with pytest.raises(UsageError, match="a round that took 0 s"):
        load(tmp_path / "v.json")


def test_predictions_need_the_ledgers_to_be_made_anew(tmp_path):
    """Without its ledgers a saved validation can only be shown."""
    with pytest.raises(UsageError, match="was saved without ledgers"):
        predicted_again(validation(held()), tmp_path / "v.json", "0.1.0")
