"""Disturbance: which rounds are excluded because of interference; pure.

    share = (CPU time of others + steal) / (CPUs of the machine x wall)

A round is disturbed if its share exceeds that of the cell's median round by more than EXCESS_SHARE, and by more than
LEAST_S, as the kernel's ticks last 10 ms. How long the round took doesn't matter, so no setting is favored. Compared
with the cell's median, a database server or a neighbor that never rests is no disturbance but a warning
(`usual_share`); time throttled by a quota was used by the round itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from lightwork.core.round import Round
from lightwork.core.study import SERIAL, Cell, Study

EXCESS_SHARE = 0.10
LEAST_S = 0.05


def disturbed(cell: Cell) -> Mapping[int, float]:
    """The share that others took beyond the usual, by block of each disturbed round of the cell."""
    shares = {round_.block: _taken(round_) for round_ in cell.rounds if round_.ok}
    measured_shares = {block: share for block, share in shares.items() if share is not None}
    if not measured_shares:
        return {}
    usual = median(share.share for share in measured_shares.values())
    beyond = {block: (share.share - usual, share.given_s) for block, share in measured_shares.items()}
    return {
        block: excess
        for block, (excess, given_s) in beyond.items()
        if excess > EXCESS_SHARE and excess * given_s > LEAST_S
    }


def usual_share(study: Study) -> float | None:
    """The share of the machine's CPU time that others took in the median serial round; None where it isn't told.

    Serial rounds start nothing whose CPU time could be mistaken for that of others. A study without them tells nothing.
    """
    serial = [round_ for cell in study.cells if cell.cell_id == SERIAL for round_ in cell.rounds]
    takens = [_taken(round_) for round_ in serial if round_.ok]
    values = [taken.share for taken in takens if taken is not None]
    return median(values) if values else None


@dataclass(frozen=True)
class _Taken:
    """CPU seconds that the machine gave in a round, and the share of them that others took."""

    given_s: float
    share: float


def _taken(round_: Round) -> _Taken | None:
    usage = round_.usage
    if usage is None or usage.others_cpu_ns is None or not usage.machine_cpus or not round_.wall_ns:
        return None
    taken_ns = usage.others_cpu_ns + (usage.steal_ns or 0)
    given_ns = usage.machine_cpus * round_.wall_ns
    return _Taken(given_ns / 1e9, taken_ns / given_ns)
