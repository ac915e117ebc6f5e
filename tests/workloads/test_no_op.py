"""No-ops: nothing, or a payload of exactly the length asked for."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from lightwork.errors import CheckFailed, UsageError
from lightwork.workload.api import Place
from lightwork.workloads import no_op
from lightwork.workloads.no_op import Parameters

NOWHERE = Place(Path("nowhere"), Path("nowhere"))


def results(parameters: Parameters) -> list[Any]:
    """What the items of these parameters give."""
    function = no_op.function_for(no_op.no_op, parameters)
    return [function(item) for item in no_op.items(parameters, NOWHERE)]


def test_a_bare_no_op_is_the_function_itself() -> None:
    """Without payload and turns nothing stands between a strategy and the function: wrapping it would cost time."""
    assert no_op.function_for(no_op.no_op, Parameters()) is no_op.no_op
    assert results(Parameters(items=3)) == [0, 1, 2]


def test_every_payload_is_an_object_of_its_own() -> None:
    """Payloads have their length, and pickling several of them together costs what each costs."""
    found = results(Parameters(items=3, payload_bytes=1_000))
    assert [len(one) for one in found] == [1_000] * 3
    assert len(pickle.dumps(found)) > 3_000


@pytest.mark.parametrize("parameters", [Parameters(items=4), Parameters(items=4, payload_bytes=10)])
def test_the_check_sees_what_is_missing_or_cut(parameters: Parameters) -> None:
    """All results pass; one less, one of another length or number do not."""
    found = results(parameters)
    assert no_op.check(parameters, NOWHERE, found) == {"results": 4}
    with pytest.raises(CheckFailed, match="1 of 4 results differ"):
        no_op.check(parameters, NOWHERE, [*found[:3], b"x"])
    with pytest.raises(CheckFailed, match="3 results returned for 4 items"):
        no_op.check(parameters, NOWHERE, found[:3])


@pytest.mark.parametrize("name", ["payload_bytes", "turns"])
def test_refuses_less_than_nothing(name: str) -> None:
    """A payload or a number of turns below 0 is refused by name."""
    with pytest.raises(UsageError, match=f"no_op.{name} can't be -1: it must be at least 0"):
        Parameters(**{name: -1})
