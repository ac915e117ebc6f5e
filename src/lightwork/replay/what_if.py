"""What-ifs: the same work replayed with one thing changed, to see what changing it would gain; pure.

A gain is a prediction from the model, not a measurement: change it and measure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from lightwork.core.setting import Setting
from lightwork.replay.costs import NO_COSTS, Costs
from lightwork.replay.demands import Demands
from lightwork.replay.engine import Replay, replay

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class WhatIf:
    """Switches, all off by default.

    no_dispatch: handing over costs nothing. no_start_up: the workers are there already. pieces: the longest item is
    split into so many. largest_first: by what the items took serially. cores: so many times as many.
    Raises ValueError for less than one piece and for no cores.
    """

    no_dispatch: bool = False
    no_start_up: bool = False
    pieces: int = 1
    largest_first: bool = False
    cores: float = 1.0

    def __post_init__(self) -> None:
        if self.pieces < 1 or not self.cores > 0:
            raise ValueError(f"an item can't be split into {self.pieces}, nor cores be {self.cores} times as many")


def replay_if(
    changed: WhatIf, demands: Demands, setting: Setting, cores: float, costs: Costs = NO_COSTS, apart_ns: float = 0.0
) -> Replay:
    """The round that this setting would give, so changed. Takes and raises what lightwork.replay.engine.replay does.

    The pieces of a split item have rows of their own, after all others in the ledger.
    """
    if changed.pieces > 1:
        demands = split_longest(demands, changed.pieces)
    if changed.largest_first:
        demands = demands.take(np.argsort(-demands.wall_ns, kind="stable"))
    costs = costs.without_dispatch() if changed.no_dispatch else costs
    costs = costs.without_start_up() if changed.no_start_up else costs
    return replay(demands, setting, cores * changed.cores, costs, apart_ns)


def what_ifs(workers: int) -> Mapping[str, WhatIf]:
    """Every switch alone, by name."""
    return {
        "no dispatch cost": WhatIf(no_dispatch=True),
        "no start-up": WhatIf(no_start_up=True),
        "longest item in 2": WhatIf(pieces=2),
        f"longest item in {max(workers, 2)}": WhatIf(pieces=max(workers, 2)),
        "largest first": WhatIf(largest_first=True),
        "twice the cores": WhatIf(cores=2.0),
    }


def split_longest(demands: Demands, pieces: int) -> Demands:
    """The same work with its longest item, the first of equals, as so many equal items in its place."""
    longest = int(demands.wall_ns.argmax())
    new_rows = demands.index.max() + np.arange(1, pieces)
    parts = {
        field.name: _pieces(int(getattr(demands, field.name)[longest]), pieces)
        for field in fields(demands)
        if field.name != "index"
    }
    parts["index"] = np.append(demands.index[longest], new_rows)
    return Demands(
        **{
            name: np.concatenate([(whole := getattr(demands, name))[:longest], values, whole[longest + 1 :]])
            for name, values in parts.items()
        }
    )


def _pieces(amount_ns: int, pieces: int) -> "NDArray[Any]":
    return np.diff(amount_ns * np.arange(pieces + 1) // pieces)
