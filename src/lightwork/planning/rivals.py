"""Rivals: other programs at the cores, and how long a round would have taken without them; pure."""

from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY = 500  # workers: of more, nearly as many as on average want to compute at any time


def share_without(
    wall_ns: float, rows: "NDArray[Any]", workers: int, cpu_share: float, cores: float, rivals: float
) -> float:
    """What part of its wall a round would take if nobody else computed, 0 to 1.

    rows: its ledger, which knows how long each item stood in the run queue. cpu_share: what part of an item is
    computing. rivals: on how many cores others compute. Workers wait for each other too: only what rivals add to that
    is theirs. They can't take more than their share of the cores. All of the wall where the kernel does not tell.
    """
    queued_ns = np.maximum(rows["runqueue_ns"], 0).sum() / max(len(np.unique(rows["worker"])), 1)
    alone, crowd = (_waiting(workers, cpu_share, cores, others) for others in (0.0, rivals))
    theirs = 1 - alone / crowd if crowd > alone else 0.0
    return float(max(1 - theirs * queued_ns / wall_ns, 1 - rivals / cores, 0.0))


def _waiting(workers: int, cpu_share: float, cores: float, rivals: float) -> float:
    """What part of all that want to compute waits for a core, on average, where each worker wants to by chance."""
    wanting = workers * cpu_share + rivals
    if workers > MANY:
        waiting = max(wanting - cores, 0.0)
    else:
        chances = (
            comb(workers, some) * cpu_share**some * (1 - cpu_share) ** (workers - some) for some in range(workers + 1)
        )
        waiting = sum(chance * max(some + rivals - cores, 0.0) for some, chance in enumerate(chances))
    return waiting / wanting if wanting else 0.0
