"""planted: items that add to one state that all workers share; one of them has an accident among its updates.

    item     adds ones to the keys in turn; the victim has its accident half-way
    check    every item's updates are in the state, and whole

What the state holds after the round is left for whoever recorded it, however the round ended.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from lightwork.errors import CheckFailed
from lightwork.faults.sharing.accidents import ACCIDENTS, ONES, STRUCK, Scene
from lightwork.workload.api import Facts, Place, workload
from lightwork.workloads import _shared_state
from lightwork.workloads._shared_state import block
from lightwork.workloads._shared_state.method import CARRIERS, Counts

COUNTS = "counts.json"


@dataclass(frozen=True)
class Parameters:
    """method: how the state is shared. accident: what the victim `at` has, which needs a folder; "" for none.

    updates: of each item. pause_s: before each. folder: where to leave what the state holds; "" for nowhere.
    """

    method: str = "merge"
    accident: str = ""
    items: int = 24
    at: int = 9
    updates: int = 10
    pause_s: float = 0.002
    folder: str = ""


class Addition(NamedTuple):
    """A number, the parameters of the round, and the state's directory."""

    number: int
    method: str
    accident: str
    updates: int
    pause_s: float
    state: str
    folder: str

    def __str__(self) -> str:
        """As an error names it."""
        return f"number {self.number}"


def setup(parameters: Parameters, place: Place) -> Facts:
    """Make the state."""
    _shared_state.make(parameters.method, place.round_dir)
    return {}


def items(parameters: Parameters, place: Place) -> list[Addition]:
    """The numbers from 0."""
    p = parameters
    return [
        Addition(n, p.method, p.accident * (n == p.at), p.updates, p.pause_s, str(place.round_dir), p.folder)
        for n in range(p.items)
    ]


def check(parameters: Parameters, place: Place, results: Sequence[Sequence[Counts]]) -> Facts:
    """Compare the updates in the state with those sent. Raises CheckFailed with both counts."""
    counts = _shared_state.total(place.round_dir, results)
    leave(parameters, counts)
    sent, there = parameters.items * parameters.updates, sum(count[0] for count in counts)
    if sent != there:
        raise CheckFailed(f"planted: the state holds {there} of {sent} updates")
    return {"updates": sent}


def cleanup(parameters: Parameters, place: Place) -> None:
    """Leave what the state holds, where the check was not reached, and remove it."""
    try:
        if parameters.folder and _shared_state.inherited(place.round_dir) and not counts_file(parameters).exists():
            leave(parameters, _shared_state.total(place.round_dir, ()))
        elif parameters.folder and (left := block.left_by(place.round_dir)):  # the caller was killed, the block was not
            leave(parameters, left)
    except CheckFailed:
        leave(parameters, None)
    finally:
        _shared_state.remove(parameters.method, place.round_dir)


def leave(parameters: Parameters, counts: Sequence[Counts] | None) -> None:
    """Write down what the state holds; None where it can't be had."""
    if parameters.folder:
        counts_file(parameters).write_text(json.dumps(counts))


def counts_file(parameters: Parameters) -> Path:
    """Where that is."""
    return Path(parameters.folder, COUNTS)


@workload(
    parameters=Parameters,
    setup=setup,
    items=items,
    tiny=Parameters(items=3, at=1, updates=2),
    check=check,
    cleanup=cleanup,
    name_of=lambda item: f"number {item.number}",
)
def add_ones(item: Addition) -> Sequence[Counts]:
    """Add to the keys in turn; returns the item's own counts where they are merged."""
    state = _shared_state.reach(item.method, Path(item.state))
    for number in range(item.updates):
        time.sleep(item.pause_s)
        if item.accident and number == item.updates // 2:
            _suffer(item, state)
        else:
            state.add(number % len(CARRIERS), ONES)
    return list(state.finish())


def _suffer(item: Addition, state: Any) -> None:
    """Have the accident, the first time: one that came again and again would be another one."""
    scene = Scene(Path(item.state), Path(item.folder))
    if (scene.folder / STRUCK).exists():
        state.add(0, ONES)
    else:
        ACCIDENTS[item.accident].happens[item.method](state, scene)
