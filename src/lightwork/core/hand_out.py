"""Hand-out rules: which items a strategy hands over together, to whom, and how far ahead.

A strategy names its rule in its own file; lightwork.replay.hand_out makes the chunks of it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class InCaller:
    """All items run in the caller, one after the other."""


@dataclass(frozen=True)
class Fixed:
    """Every worker has its part when it starts.

    striped: dealt out item by item, `items[worker::workers]`; else cut evenly into neighbours.
    """

    striped: bool = False


@dataclass(frozen=True)
class Dynamic:
    """Chunks in the order of the items, each to the next free worker.

    At most `per_worker * workers + more` chunks are sent and not yet answered; per_worker None: all of them.
    ahead: whether a worker's next chunk is there before its last one is answered, so that it need not sleep between.
    on_demand: whether a worker is started only when a chunk is sent while none is idle.
    """

    per_worker: int | None
    more: int = 0
    ahead: bool = True
    on_demand: bool = False


@dataclass(frozen=True)
class Batched:
    """Batches as `joblib.Parallel` dispatches them with its default `pre_dispatch`; one worker is the caller itself."""


@dataclass(frozen=True)
class Unpredictable:
    """No rule. reason: why, to follow "because"."""

    reason: str


Rule = InCaller | Fixed | Dynamic | Batched | Unpredictable

# A pool's thread writes chunks into one pipe until it is full, whoever takes them: 64 KiB at some 300 bytes each.
POOL = Dynamic(per_worker=1, more=200)
